import { expect, test } from "vitest";
import { propsFromFunction } from "../actor-cell/props.ts";
import { PID } from "../pid/pid.ts";
import type { Process } from "../pid/process.ts";
import { TestProbe } from "../testing/test-probe.ts";
import { TestSystem } from "../testing/test-system.ts";

function recordingProcess(): Process & { readonly got: unknown[] } {
  const got: unknown[] = [];
  return { got, sendUser: (_target, message) => void got.push(message), sendSystem() {} };
}

test("a process that was added is found by id, until it is removed", async () => {
  await using rig = new TestSystem();
  const { processes, root } = rig.system;
  const process = recordingProcess();
  const pid = processes.add("mine", process)!;
  expect(processes.add("mine", process)).toBeUndefined();
  root.send(pid, 1);
  root.send(new PID("nonhost", "mine"), 2);
  expect(process.got).toEqual([1, 2]);
  processes.remove("mine");
  root.send(pid, 3);
  expect(process.got).toEqual([1, 2]);
  expect(rig.system.stats.deadLetters.not_found).toBe(1);
});

test("messages for another address go where the resolver says", async () => {
  await using rig = new TestSystem();
  const elsewhere = recordingProcess();
  rig.system.processes.useResolver((pid) => (pid.address === "far:1" ? elsewhere : undefined));
  rig.system.root.send(new PID("far:1", "x"), "hello");
  rig.system.root.send(new PID("nowhere:1", "x"), "lost");
  expect(elsewhere.got).toEqual(["hello"]);
  expect(rig.system.stats.deadLetters.not_found).toBe(1);
});

test("what was found for an address is forgotten with the resolver, and when it becomes the system's own", async () => {
  await using rig = new TestSystem();
  const { processes, root } = rig.system;
  const [first, second, mine] = [recordingProcess(), recordingProcess(), recordingProcess()];
  processes.add("x", mine);
  const far = new PID("far:1", "x");
  expect(processes.hasResolver).toBe(false);
  processes.useResolver(() => first);
  expect(processes.hasResolver).toBe(true);
  root.send(far, 1);
  root.send(new PID("far:2", "x"), 2);
  root.send(far, 3);
  processes.useResolver(() => second);
  root.send(far, 4);
  processes.setAddress("far:1");
  root.send(far, 5);
  expect([first.got, second.got, mine.got]).toEqual([[1, 2, 3], [4], [5]]);
});

test("a system's own address and nonhost are both local", async () => {
  await using rig = new TestSystem();
  const probe = new TestProbe(rig.system);
  const { id } = probe.pid;
  rig.system.processes.setAddress("here:1");
  rig.system.root.send(new PID("here:1", id), 1);
  rig.system.root.send(new PID("nonhost", id), 2);
  rig.system.root.send(probe.pid, 3);
  await rig.settle();
  expect(probe.messages).toEqual([1, 2, 3]);
});

test("a PID of one system is nobody in another, though ids and addresses agree", async () => {
  await using one = new TestSystem();
  await using two = new TestSystem();
  const probe = new TestProbe(one.system);
  const other = new TestProbe(two.system);
  expect(other.pid.id).toBe(probe.pid.id);
  two.system.root.send(probe.pid, "for two");
  await two.settle();
  expect(probe.messages).toEqual([]);
  expect(other.messages).toEqual(["for two"]);
});

test("a PID that is made of address and name reaches the actor, whose state goes on", async () => {
  await using rig = new TestSystem();
  const { root } = rig.system;
  let count = 0;
  const counter = propsFromFunction((context) => {
    if (context.message === "count") context.respond(++count);
  });
  const spawned = root.spawnNamed(counter, "counter");
  expect(await root.requestAsync(spawned, "count")).toBe(1);
  expect(await root.requestAsync(new PID("nonhost", "counter"), "count")).toBe(2);
});

test("a PID leads to the successor once its name is given anew", async () => {
  await using rig = new TestSystem();
  const { root } = rig.system;
  const named = (text: string) =>
    propsFromFunction((context) => {
      if (context.message === "who?") context.respond(text);
    });
  const first = root.spawnNamed(named("first"), "name");
  expect(await root.requestAsync(first, "who?")).toBe("first");
  await root.stopAsync(first);
  root.spawnNamed(named("second"), "name");
  expect(await root.requestAsync(first, "who?")).toBe("second");
  expect(await root.requestAsync(new PID("nonhost", "name"), "who?")).toBe("second");
});
