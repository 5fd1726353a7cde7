import { expect, test } from "vitest";
import { TestProbe } from "./test-probe.ts";
import { TestSystem } from "./test-system.ts";

test("a probe gives its messages one by one, those that came and those that will", async () => {
  await using rig = new TestSystem();
  const probe = new TestProbe(rig.system);
  rig.system.root.send(probe.pid, "a");
  expect((await probe.next()).message).toBe("a");
  const next = probe.next();
  rig.system.root.send(probe.pid, "b");
  expect((await next).message).toBe("b");
  expect(probe.messages).toEqual([]);
});

test("a probe waits no longer than it is told", async () => {
  await using rig = new TestSystem();
  const probe = new TestProbe(rig.system);
  const next = expect(probe.next({ timeoutMs: 50 })).rejects.toMatchObject({ code: "deadline_exceeded" });
  await rig.clock.advance(50);
  await next;
  rig.system.root.send(probe.pid, "kept for the next");
  expect((await probe.next()).message).toBe("kept for the next");
});
