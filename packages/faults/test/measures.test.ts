import { seededRandom } from "@ts-grain/actor";
import { expect, test } from "vitest";
import { mostActivating } from "../src/checks/activations.ts";
import { growthOf, slopeOf } from "../src/checks/memory.ts";
import { checkGaps, longestGaps } from "../src/checks/service.ts";
import { findUndisturbed } from "../src/checks/undisturbed.ts";
import { findChanges, findMissed } from "../src/checks/views.ts";
import { type Call, History } from "../src/history/history.ts";
import { drawFromBags } from "../src/rig/bags.ts";

test("each bag is drawn empty before the next one is opened, in an order that the seed rules", () => {
  const draw = (seed: number) => {
    const bags = drawFromBags({ often: 3, seldom: 1 }, seededRandom(seed));
    return Array.from({ length: 40 }, () => bags.next().value);
  };
  for (let bag = 0; bag < 10; bag++) {
    const drawn = draw(1).slice(4 * bag, 4 * bag + 4);
    expect(drawn.toSorted()).toEqual(["often", "often", "often", "seldom"]);
  }
  expect(draw(1)).toEqual(draw(1));
  expect(draw(1)).not.toEqual(draw(2));
});

test("memory has grown by what it has in the end above what it had when all was warm", () => {
  const samples = [
    { heapBytes: 90, rssBytes: 10 },
    { heapBytes: 80, rssBytes: 20 },
    { heapBytes: 70, rssBytes: 200 },
    { heapBytes: 50, rssBytes: 100 },
    { heapBytes: 10, rssBytes: 300 },
    { heapBytes: 60, rssBytes: 200 },
    { heapBytes: 25, rssBytes: 250 },
    { heapBytes: 90, rssBytes: 210 },
    { heapBytes: 60, rssBytes: 900 },
  ];
  expect(growthOf(samples)).toEqual({ heapBytes: 15, rssShare: 0.25 });
});

test("what is measured at even steps grows by the slope of the line that fits it, wherever it jumps", () => {
  expect(slopeOf([5, 8, 11, 14])).toBe(3);
  expect(slopeOf([7, 7, 7])).toBe(0);
  expect(slopeOf([0, 0, 10])).toBe(5);
  expect(slopeOf([10, 0, 10])).toBe(0);
});

test("of grains that come to life those are counted that do so at a time, after a moment", () => {
  const activating = (activation: string, atMs: number) =>
    ({ event: "activating", identity: activation, activation, atMs }) as const;
  const activated = (activation: string, atMs: number) =>
    ({ event: "activated", identity: activation, activation, atMs }) as const;
  const events = [
    ...[activating("a", 1), activating("b", 2), activating("c", 3)],
    ...[activated("a", 4), activated("b", 5), activated("c", 6)],
    ...[activating("d", 7), activating("e", 8), activated("d", 9), activating("f", 10)],
  ];
  expect(mostActivating({ process: "m1", events }, 0)).toBe(3);
  expect(mostActivating({ process: "m1", events }, 6)).toBe(2);
});

test("an identity is without service while a call waits and none is served", () => {
  const call = (identity: string, madeMs: number, servedMs: number): Call => ({
    event: "called",
    message: `${identity}-${madeMs}`,
    identity,
    sender: "x",
    sequence: 0,
    timeoutMs: 5_000,
    caller: "c1",
    atMs: madeMs,
    returns: [{ event: "returned", message: `${identity}-${madeMs}`, outcome: "ok", atMs: servedMs }],
  });
  const calls = [
    // Nobody calls it for long, and the second call is served soon.
    ...[call("idle", 100, 110), call("idle", 5_000, 5_010)],
    // A queue: each waits for long, and one is served all the time.
    ...[call("busy", 100, 500), call("busy", 100, 900), call("busy", 100, 1_300)],
    // The second waits for 1,001 ms after the first was served; the third came later.
    ...[call("gone", 100, 200), call("gone", 150, 1_201), call("gone", 1_190, 1_202)],
  ];
  expect(Object.fromEntries(longestGaps(calls))).toEqual({ idle: 10, busy: 400, gone: 1_001 });
  expect(checkGaps(calls, 1_000)).toEqual(["gone was without service for 1001 ms"]);
});

test("calls are disturbed by what stood still while they were under way, in whatever process", () => {
  const call = (message: string, madeMs: number, servedMs: number): Call => ({
    ...{ event: "called", message, identity: "x", sender: "x", sequence: 0, timeoutMs: 5_000 },
    ...{ caller: "c1", atMs: madeMs },
    returns: [{ event: "returned", message, outcome: "ok", atMs: servedMs }],
  });
  // From 100 to 200.
  const processes = [{ process: "m1", events: [{ event: "stalled", atMs: 200, forMs: 100 } as const] }];
  const calls = [
    call("before", 50, 100),
    call("in", 90, 110),
    call("over", 90, 300),
    call("after", 200, 210),
  ];
  const undisturbed = findUndisturbed(calls, new History(processes, []));
  expect(undisturbed.map(({ message }) => message)).toEqual(["before", "after"]);
});

test("changes of a view are told, and views that lack a member, but not those of who came later", () => {
  const seen = (atMs: number, ...members: readonly string[]) => ({ event: "seen", atMs, members }) as const;
  const processes = [
    { process: "m1", events: [seen(1, "a"), seen(2, "a", "b"), seen(12, "a", "b", "c"), seen(30, "b")] },
    { process: "m2", events: [seen(3, "a", "b"), seen(15)] },
    { process: "m3", events: [seen(14, "c"), seen(16, "a", "b", "c")] },
  ];
  const span = { fromMs: 10, toMs: 20 };
  expect(findChanges({ processes: processes.slice(0, 2) }, span)).toEqual([
    "m1 saw 3 after 2 ms",
    "m2 saw 0 after 5 ms",
  ]);
  expect(findMissed({ processes }, ["a", "b"], span)).toEqual(["m2 missed one after 5 ms"]);
});
