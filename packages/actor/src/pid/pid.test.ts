import { expect, test } from "vitest";
import { propsFromFunction } from "../actor-cell/props.ts";
import { TestSystem } from "../testing/test-system.ts";
import { PID } from "./pid.ts";

const idle = propsFromFunction(() => {});

test("PIDs are equal if address, id and request id are", () => {
  const pid = new PID("a:1", "x", 7);
  expect(pid.equals(new PID("a:1", "x", 7))).toBe(true);
  expect(pid.equals(new PID("b:1", "x", 7))).toBe(false);
  expect(pid.equals(new PID("a:1", "y", 7))).toBe(false);
  expect(pid.equals(new PID("a:1", "x"))).toBe(false);
});

test("a PID reads as address and id", () => {
  expect(String(new PID("a:1", "parent/child"))).toBe("a:1/parent/child");
  expect(JSON.stringify(new PID("a:1", "x", 7))).toBe('{"address":"a:1","id":"x","requestId":7}');
});

test("the PID of a local actor follows the address of its system", async () => {
  await using rig = new TestSystem();
  const pid = rig.system.root.spawnNamed(idle, "x");
  expect(pid.address).toBe("nonhost");
  rig.system.processes.setAddress("host:1");
  expect(pid.toString()).toBe("host:1/x");
});

test("an actor without a name is listed once its id is read", async () => {
  await using rig = new TestSystem();
  const pid = rig.system.root.spawn(idle);
  const before = rig.system.processes.size;
  expect(pid.hasId).toBe(false);
  const { id } = pid;
  expect(id).toMatch(/^\$[0-9a-zA-Z~+]+$/);
  expect(rig.system.processes.size).toBe(before + 1);
  expect(rig.system.processes.getLocal(id)).toBeDefined();
});

test("two actors without names never get the same id, nor one that is taken", async () => {
  await using rig = new TestSystem();
  rig.system.root.spawnNamed(idle, "$1");
  const ids = [rig.system.root.spawn(idle).id, rig.system.root.spawn(idle).id];
  expect(new Set(["$1", ...ids]).size).toBe(3);
});

test("an actor that is gone is not listed when its id is read at last", async () => {
  await using rig = new TestSystem();
  const pid = rig.system.root.spawn(idle);
  rig.system.root.stop(pid);
  await rig.settle();
  expect(rig.system.processes.getLocal(pid.id)).toBeUndefined();
});
