import { VirtualClock } from "@ts-grain/actor/testing";
import { expect, test } from "vitest";
import { ConnectionGuard, type GuardedConnection, type GuardLimits } from "./connection-guard.ts";

/** A guard, and who was expelled. */
class Door {
  readonly clock = new VirtualClock();
  readonly expelled: string[] = [];
  readonly guard: ConnectionGuard;

  constructor(limits: Partial<GuardLimits> = {}) {
    const defaults = { maxConnections: 10, maxPending: 4, maxPendingPerSource: 3, pendingTimeoutMs: 1_000 };
    this.guard = new ConnectionGuard({ ...defaults, ...limits, clock: this.clock });
  }

  /** A name is the source and a number: `a1`. */
  enter(name: string): GuardedConnection | undefined {
    return this.guard.enter(name[0]!, () => this.expelled.push(name));
  }
}

test("where strangers take all the room, the oldest of the source that has most makes way", () => {
  const door = new Door();
  for (const name of ["a1", "b1", "b2", "c1"]) door.enter(name);
  expect(door.enter("d1")).toBeDefined();
  expect(door.expelled).toEqual(["b1"]);
  expect(door.guard.open).toBe(4);
});

test("of sources that have as many, the one with the oldest stranger makes way", () => {
  const door = new Door();
  for (const name of ["a1", "b1", "b2", "a2"]) door.enter(name);
  for (const name of ["c1", "d1", "e1", "f1"]) door.enter(name);
  expect(door.expelled).toEqual(["a1", "b1", "b2", "a2"]);
});

test("who was admitted does not make way, and without strangers a full house stays shut", () => {
  const door = new Door({ maxConnections: 2 });
  const first = door.enter("a1");
  first?.admit();
  door.enter("b1");
  door.enter("c1")?.admit();
  expect(door.expelled).toEqual(["b1"]);
  expect(door.enter("d1")).toBeUndefined();
  expect(door.guard.open).toBe(2);
  first?.release();
  expect(door.enter("d1")).toBeDefined();
});

test("a source that has as many strangers as it may gets in no more, and nobody makes way for it", () => {
  const door = new Door();
  for (const name of ["a1", "a2", "a3", "b1"]) door.enter(name);
  expect(door.enter("a4")).toBeUndefined();
  expect(door.expelled).toEqual([]);
});

test("a stranger whose time has passed is expelled once, and its end is not counted twice", async () => {
  const door = new Door();
  const late = door.enter("a1");
  door.enter("b1")?.admit();
  await door.clock.advance(1_000);
  expect(door.expelled).toEqual(["a1"]);
  late?.admit();
  late?.release();
  expect(door.guard.open).toBe(1);
});

test("sources that come again and again do not keep out who comes from elsewhere", async () => {
  const limits = { maxConnections: 256, maxPending: 64, maxPendingPerSource: 16, clock: new VirtualClock() };
  const guard = new ConnectionGuard({ ...limits, pendingTimeoutMs: 5_000 });
  let expelled = 0;
  const refill = (source: string) => {
    guard.enter(source, () => {
      expelled++;
    });
  };
  const refillAll = () => {
    for (let source = 0; source < 40; source++) for (let n = 0; n < 16; n++) refill(`10.0.0.${source}`);
  };
  refillAll();
  let isExpelled = false;
  const honest = guard.enter("10.0.1.1", () => {
    isExpelled = true;
  });
  refillAll();
  honest?.admit();
  refillAll();
  expect({ isExpelled, isAdmitted: honest !== undefined }).toEqual({ isExpelled: false, isAdmitted: true });
  expect(guard.open).toBe(65);
  expect(expelled).toBeGreaterThan(1_000);
});
