import { expect, test } from "vitest";
import { PID } from "../pid/pid.ts";
import { TestProbe } from "../testing/test-probe.ts";
import { TestSystem } from "../testing/test-system.ts";
import { PIDSet } from "./pid-set.ts";

test("a set holds each process once, in order, whatever the request id", async () => {
  await using rig = new TestSystem();
  const set = new PIDSet(rig.system.processes);
  const [a, b] = [new PID("x:1", "a"), new PID("x:1", "b")];
  expect([set.add(a), set.add(b), set.add(new PID("x:1", "a", 9))]).toEqual([true, true, false]);
  expect([...set]).toEqual([a, b]);
  expect(set.has(new PID("x:1", "b"))).toBe(true);
  expect([set.delete(a), set.delete(a)]).toEqual([true, false]);
  expect(set.size).toBe(1);
  set.clear();
  expect([...set]).toEqual([]);
});

test("a local process is one, by whatever address it is named", async () => {
  await using rig = new TestSystem();
  const { pid } = new TestProbe(rig.system);
  const set = new PIDSet(rig.system.processes);
  set.add(pid);
  rig.system.processes.setAddress("here:1");
  expect(set.has(new PID("here:1", pid.id))).toBe(true);
  expect(set.has(new PID("nonhost", pid.id))).toBe(true);
  expect(set.has(new PID("there:1", pid.id))).toBe(false);
});
