import { PID } from "@ts-grain/actor";
import fc from "fast-check";
import { expect, test } from "vitest";
import { createTopology } from "../membership/topology.ts";
import { PidCache } from "./pid-cache.ts";

const here = new PID("here:1", "a");
const there = new PID("there:1", "a");

test("an entry is found by kind and identity, not by what they look like together", () => {
  const cache = new PidCache(100);
  cache.set({ kind: "c", identity: "a.b" }, here);
  expect(cache.get({ kind: "c", identity: "a.b" })?.pid).toBe(here);
  expect(cache.get({ kind: "b.c", identity: "a" })).toBeUndefined();
});

test("removing an entry that was replaced keeps the new one", () => {
  const cache = new PidCache(100);
  const target = { kind: "Bulb", identity: "kitchen" };
  cache.set(target, here);
  cache.set(target, there);
  cache.remove(target, here);
  expect(cache.get(target)?.pid).toBe(there);
  cache.remove(target, new PID("there:1", "a"));
  expect(cache.get(target)).toBeUndefined();
});

test("a member that left takes its entries with it, of every kind", () => {
  const cache = new PidCache(100);
  cache.set({ kind: "Bulb", identity: "1" }, here);
  cache.set({ kind: "House", identity: "2" }, here);
  cache.set({ kind: "Bulb", identity: "3" }, there);
  cache.removeAddress("here:1");
  expect(cache.get({ kind: "Bulb", identity: "1" })).toBeUndefined();
  expect(cache.get({ kind: "House", identity: "2" })).toBeUndefined();
  expect(cache.get({ kind: "Bulb", identity: "3" })?.pid).toBe(there);
});

test("of each kind the newest so many places are remembered", () => {
  const cache = new PidCache(2);
  for (const identity of ["a", "b", "c"]) {
    cache.set({ kind: "Bulb", identity }, new PID("one:1", identity));
    cache.set({ kind: "House", identity }, new PID("one:1", identity));
    cache.set({ kind: "House", identity }, new PID("two:1", identity));
  }
  expect(cache.size).toBe(4);
  expect(cache.get({ kind: "Bulb", identity: "a" })).toBeUndefined();
  expect(cache.get({ kind: "House", identity: "c" })?.pid.address).toBe("two:1");
});

test("what is forgotten is the oldest, whatever was removed and found again in between", () => {
  const identity = fc.integer({ min: 0, max: 9 }).map(String);
  const steps = fc.array(fc.record({ identity, isRemoved: fc.boolean() }), { maxLength: 100 });
  fc.assert(
    fc.property(steps, fc.integer({ min: 1, max: 5 }), (taken, max) => {
      const cache = new PidCache(max);
      let expected: string[] = [];
      for (const step of taken) {
        const target = { kind: "Bulb", identity: step.identity };
        const isKnown = expected.includes(step.identity);
        if (step.isRemoved) {
          cache.remove(target, here);
          expected = expected.filter((each) => each !== step.identity);
        } else {
          cache.set(target, here);
          if (!isKnown) expected = [...expected, step.identity].slice(-max);
        }
        const all = Array.from({ length: 10 }, (_, number) => String(number));
        const kept = all.filter((each) => cache.get({ kind: "Bulb", identity: each }));
        expect(kept).toEqual(expected.toSorted());
      }
    }),
  );
});

test("what a grain has left behind is known until the last call there has settled", async () => {
  const cache = new PidCache(100);
  const target = { kind: "Bulb", identity: "kitchen" };
  const location = cache.set(target, here);
  for (let call = 0; call < 2; call++) location.begin();
  expect(cache.leftBehind(target)).toBeUndefined();
  cache.removeAddress("here:1");
  location.end();
  expect(cache.leftBehind(target)).toBe(location);
  location.end();
  await location.settled();
  expect(cache.leftBehind(target)).toBeUndefined();
});

/** A cache beside which every grain is in this process, at one place. */
function besideOwn() {
  const own = new PidCache(1).set({ kind: "Bulb", identity: "own" }, here);
  const cache = new PidCache(100, {
    processes: { isLocal: (pid) => pid.equals(here) },
    members: { topology: createTopology([]) },
    lookup: () => ({ findHere: () => own }),
  });
  return { own, cache };
}

test("what is in this process is found where it was placed, and has no entry", () => {
  const { own, cache } = besideOwn();
  const target = { kind: "Bulb", identity: "kitchen" };
  expect(cache.find(target)).toBe(own);
  expect(cache.set(target, here)).toBe(own);
  expect(cache.size).toBe(0);
  expect(cache.set(target, there)).not.toBe(own);
  expect(cache.find(target)?.pid).toBe(there);
  expect(cache.set(target, here)).toBe(own);
  expect(cache.size).toBe(0);
});

test("a place is forgotten once the grain belongs to another member, of which it is asked once in each topology", () => {
  const members = { topology: createTopology([]) };
  const asked: string[] = [];
  let owner = "there:1";
  const cache = new PidCache(100, {
    processes: { isLocal: () => false },
    members,
    lookup: () => ({
      belongsTo: ({ identity }, address) => {
        asked.push(identity);
        return address === owner;
      },
    }),
  });
  const target = { kind: "Bulb", identity: "kitchen" };
  const location = cache.set(target, there);
  for (const identity of ["a", "b"]) {
    expect(cache.find(target)).toBe(location);
    members.topology = createTopology([{ id: identity, host: "", port: 1, kinds: [], dialect: "ts-grain" }]);
    expect(cache.find(target)).toBe(location);
  }
  expect(asked).toEqual(["kitchen", "kitchen"]);
  owner = "other:1";
  expect(cache.find(target)).toBe(location);
  members.topology = createTopology([]);
  location.begin();
  // What comes back does so in order, if all are sent there.
  expect(cache.find(target)).toBe(location);
  location.end();
  expect(cache.find(target)).toBeUndefined();
  expect(cache.size).toBe(0);
});

test("nothing is found while calls are under way to where a grain was before, in this process or elsewhere", async () => {
  const { own, cache } = besideOwn();
  const target = { kind: "Bulb", identity: "kitchen" };
  for (const locate of [() => own, () => cache.set(target, there)]) {
    const location = locate();
    location.begin();
    cache.removeLocation(target, location);
    expect(cache.leftBehind(target)).toBe(location);
    expect(cache.find(target)).toBeUndefined();
    location.end();
    await location.settled();
    expect(cache.find(target)).toBe(own);
  }
});

test("a call that comes back from where a grain was long ago leaves nothing newer behind", () => {
  const { own, cache } = besideOwn();
  const target = { kind: "Bulb", identity: "kitchen" };
  own.begin();
  const newer = cache.set(target, there);
  cache.removeLocation(target, own);
  expect(cache.find(target)).toBe(newer);
  newer.begin();
  cache.removeLocation(target, newer);
  cache.removeLocation(target, own);
  expect(cache.leftBehind(target)).toBe(newer);
});

test("a place that is found again is the same, with the calls that are under way there", () => {
  const cache = new PidCache(100);
  const target = { kind: "Bulb", identity: "kitchen" };
  expect(cache.set(target, here)).toBe(cache.set(target, new PID("here:1", "a")));
  expect(cache.set(target, there)).not.toBe(cache.set(target, here));
});

test("what is found again while it is left behind is left behind until the last of its calls has settled", async () => {
  const cache = new PidCache(100);
  const target = { kind: "Bulb", identity: "kitchen" };
  const location = cache.set(target, here);
  location.begin();
  cache.leave(target, location);
  location.end();
  location.begin();
  cache.leave(target, location);
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
  expect(cache.leftBehind(target)).toBe(location);
  const settled = location.settled();
  location.end();
  await settled;
  expect(cache.leftBehind(target)).toBeUndefined();
});

test("what is forgotten because others are newer is left behind while calls are under way there", () => {
  const cache = new PidCache(1);
  const oldest = cache.set({ kind: "Bulb", identity: "oldest" }, here);
  oldest.begin();
  cache.set({ kind: "Bulb", identity: "newest" }, here);
  expect(cache.leftBehind({ kind: "Bulb", identity: "oldest" })).toBe(oldest);
});

test("a call that comes back takes the entry of the same place with it, whichever was forgotten in between", () => {
  const cache = new PidCache(1);
  const target = { kind: "Bulb", identity: "kitchen" };
  const first = cache.set(target, there);
  cache.set({ kind: "Bulb", identity: "other" }, there);
  expect(cache.set(target, there)).not.toBe(first);
  cache.removeLocation(target, first);
  expect(cache.get(target)).toBeUndefined();
});

test("while a grain is being called by way of its member, its place counts only if the member has said it since", () => {
  const target = { kind: "Bulb", identity: "kitchen" };
  const member = new PID("a:1", "partition-activator");
  const here = new PidCache(1).set(target, new PID("b:1", "x"));
  const lookup = () => ({ findHere: () => here });
  const members = { topology: createTopology([]) };
  const cache = new PidCache(100, { processes: { isLocal: () => false }, members, lookup });
  const called = cache.atMembers.add(target, member);
  called.begin();
  expect(cache.find(target)).toBeUndefined();
  const elsewhere = cache.set(target, new PID("c:1", "grain"));
  expect(cache.find(target)).toBeUndefined();
  const there = cache.set(target, new PID("a:1", "grain"));
  expect(cache.find(target)).toBeUndefined();
  called.isPassed = true;
  expect(cache.find(target)).toBe(there);
  called.end();
  cache.removeLocation(target, there);
  expect(cache.find(target)).toBe(here);
  expect(elsewhere).not.toBe(there);
});
