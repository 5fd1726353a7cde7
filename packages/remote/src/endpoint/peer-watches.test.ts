import { PID } from "@ts-grain/actor";
import { VirtualClock } from "@ts-grain/actor/testing";
import { expect, test } from "vitest";
import type { Peer } from "./peer.ts";
import { PeerWatches } from "./peer-watches.ts";

/** Watches whose drops a test sees, as `watchee<watcher`. */
function table({ patienceMs = 0, mostOfAPeer = 1_000 } = {}) {
  const clock = new VirtualClock();
  const dropped: string[] = [];
  const watches = new PeerWatches({
    clock,
    patienceMs,
    mostOfAPeer,
    drop: ({ watchee, watcher }) => dropped.push(`${watchee.id}<${watcher.toString()}`),
  });
  return { clock, dropped, watches };
}

function connection(systemId: string, { isTsGrain = true, address = "there:1" } = {}): Peer {
  return { systemId, address, isTsGrain, features: new Set() };
}

function watch(watchee: string, watcher: string) {
  return { watchee: new PID("here:1", watchee), watcher: new PID("there:1", watcher), number: 0 };
}

test("a minute after a connection has ended, and not before, what was watched over it is dropped, and no timer stays", async () => {
  const { clock, dropped, watches } = table();
  const peer = connection("p");
  watches.add(peer, watch("x", "v"));
  watches.add(peer, watch("x", "w"));
  await clock.advance(600_000);
  watches.ended(peer);
  await clock.advance(60_000);
  expect(dropped).toEqual([]);
  await clock.advance(20_000);
  expect(dropped).toEqual(["x<there:1/v", "x<there:1/w"]);
  expect([watches.size, clock.scheduled]).toEqual([0, 0]);
});

test("where peers have more patience nothing is dropped before it is over", async () => {
  const { clock, dropped, watches } = table({ patienceMs: 300_000 });
  const peer = connection("p");
  watches.add(peer, watch("x", "w"));
  watches.ended(peer);
  await clock.advance(300_000);
  expect(dropped).toEqual([]);
  await clock.advance(100_000);
  expect(dropped).toEqual(["x<there:1/w"]);
});

test("what was made again over another connection stays, and what was not is dropped", async () => {
  const { clock, dropped, watches } = table();
  const [earlier, later] = [connection("p"), connection("p")];
  for (const watcher of ["made again", "taken back unheard"]) watches.add(earlier, watch("x", watcher));
  watches.ended(earlier);
  await clock.advance(10_000);
  watches.add(later, watch("x", "made again"));
  await clock.advance(600_000);
  expect(dropped).toEqual(["x<there:1/taken back unheard"]);
  expect(watches.size).toBe(1);
});

test("the watch of another process stays that has the address and the actors' names of one that died", async () => {
  const { clock, dropped, watches } = table();
  const died = connection("died");
  watches.add(died, watch("x", "w"));
  // It connects before it is noticed that the other one's connection is dead.
  watches.add(connection("successor"), watch("x", "w"));
  watches.ended(died);
  await clock.advance(600_000);
  expect(dropped).toEqual([]);
  expect(watches.size).toBe(1);
});

test("connections that end one after the other keep theirs a minute each", async () => {
  const { clock, dropped, watches } = table();
  const [one, other] = [connection("p"), connection("q")];
  watches.add(one, watch("x", "v"));
  watches.add(other, watch("x", "w"));
  watches.ended(one);
  await clock.advance(50_000);
  watches.ended(other);
  await clock.advance(30_000);
  expect(dropped).toEqual(["x<there:1/v"]);
  await clock.advance(60_000);
  expect(dropped).toEqual(["x<there:1/v", "x<there:1/w"]);
});

test("what was taken back or answered is kept for nobody, also after its connection has ended", async () => {
  const { clock, dropped, watches } = table();
  const peer = connection("p");
  watches.add(peer, watch("x", "w"));
  watches.add(peer, watch("y", "w"));
  watches.take(watch("x", "w"), "p");
  expect(watches.size).toBe(1);
  watches.ended(peer);
  watches.take(watch("y", "w"), "p");
  expect(watches.size).toBe(0);
  await clock.advance(600_000);
  expect(dropped).toEqual([]);
});

test("a peer of Proto.Actor Go keeps its watches, however long its connection is gone, until its process is", async () => {
  const { clock, dropped, watches } = table();
  const go = connection("go", { isTsGrain: false });
  watches.add(go, watch("x", "w"));
  const other = connection("other");
  watches.add(other, watch("x", "v"));
  watches.left("there:1");
  watches.ended(go);
  watches.ended(other);
  await clock.advance(600_000);
  watches.left("elsewhere:1");
  expect([dropped, clock.scheduled]).toEqual([["x<there:1/v"], 0]);
  watches.left("there:1");
  expect(dropped).toEqual(["x<there:1/v", "x<there:1/w"]);
  expect(watches.size).toBe(0);
});

test("that an address was left concerns no peer that makes its watches again", async () => {
  const { dropped, watches } = table();
  const peer = connection("p");
  watches.add(peer, watch("x", "w"));
  watches.ended(peer);
  watches.left("there:1");
  expect(dropped).toEqual([]);
});

test("once it is stopped all is dropped, and nothing kept", async () => {
  const { clock, dropped, watches } = table();
  const [open, ended] = [connection("p"), connection("q")];
  watches.add(open, watch("x", "v"));
  watches.add(ended, watch("x", "w"));
  watches.ended(ended);
  watches.stop();
  watches.add(open, watch("y", "v"));
  watches.ended(open);
  expect(dropped).toEqual(["x<there:1/v", "x<there:1/w"]);
  expect([watches.size, clock.scheduled]).toEqual([0, 0]);
});

test("one process has so many watches at most, also of several connections, and may make anew those that it has", async () => {
  const { clock, watches } = table({ mostOfAPeer: 3 });
  const [earlier, later] = [connection("p"), connection("p")];
  const other = connection("q", { address: "elsewhere:1" });
  const add = (peer: Peer, id: string) =>
    watches.add(peer, { ...watch("x", id), watcher: new PID(peer.address, id) });
  expect([add(earlier, "u"), add(earlier, "v")]).toEqual([true, true]);
  watches.ended(earlier);
  expect([add(later, "v"), add(later, "w"), add(later, "refused")]).toEqual([true, true, false]);
  expect([watches.size, add(other, "w"), watches.size]).toEqual([3, true, 4]);
  watches.take(watch("x", "w"), "p");
  expect([add(later, "y"), add(later, "refused")]).toEqual([true, false]);
  // That of the first connection which was not made again.
  await clock.advance(90_000);
  expect([add(later, "z"), add(later, "refused")]).toEqual([true, false]);
});

test("the watches of a process that died do not count against another at its address, whether or not its end has been noticed", () => {
  const { watches } = table({ mostOfAPeer: 2 });
  const [first, second, third] = [connection("first"), connection("second"), connection("third")];
  const add = (peer: Peer, id: string) => watches.add(peer, watch("x", id));
  expect([add(first, "u"), add(first, "v"), add(first, "refused")]).toEqual([true, true, false]);
  expect([add(second, "w"), add(second, "x"), add(second, "refused")]).toEqual([true, true, false]);
  watches.ended(first);
  watches.ended(second);
  expect([add(third, "y"), add(third, "z"), add(third, "refused")]).toEqual([true, true, false]);
});

test.for([true, false])(
  "whoever comes under ever other addresses piles nothing up: of connections that have ended the last watches are kept (ts-grain: %s)",
  async (isTsGrain) => {
    const { clock, dropped, watches } = table({ mostOfAPeer: 5 });
    const open = connection("stays", { isTsGrain });
    for (const id of ["v", "w", "x", "y"]) watches.add(open, watch("x", id));
    for (let n = 0; n < 100; n++) {
      const peer = connection(`p${n}`, { isTsGrain, address: `there:${n + 2}` });
      for (const id of ["v", "w"])
        expect(watches.add(peer, { ...watch("x", id), watcher: new PID(peer.address, id) })).toBe(true);
      watches.ended(peer);
    }
    expect(watches.size).toBe(4 + 4);
    expect(dropped).toHaveLength(196);
    expect(dropped.slice(0, 2)).toEqual(["x<there:2/v", "x<there:2/w"]);
    await clock.advance(600_000);
    expect(watches.size).toBe(isTsGrain ? 4 : 8);
    expect(clock.scheduled).toBe(0);
  },
);

test("two systems at one address may have a watch of the same two each, which is dropped with the last", () => {
  const { dropped, watches } = table();
  const [one, other] = [connection("one", { isTsGrain: false }), connection("other", { isTsGrain: false })];
  for (const peer of [one, other]) watches.add(peer, watch("x", "w"));
  for (const peer of [one, other]) watches.add(peer, watch("y", "w"));
  expect(watches.takeAll(watch("x", "w")).map(({ systemId }) => systemId)).toEqual(["one", "other"]);
  expect([watches.size, watches.has(watch("x", "w")), watches.has(watch("y", "w"))]).toEqual([
    2,
    false,
    true,
  ]);
  watches.dismissed(one);
  expect([dropped, watches.has(watch("y", "w"))]).toEqual([[], true]);
  watches.take(watch("y", "w"), "one");
  expect(watches.size).toBe(1);
  watches.dismissed(other);
  expect(dropped).toEqual(["y<there:1/w"]);
});
