import { create, toBinary } from "@bufbuild/protobuf";
import { StringValueSchema } from "@bufbuild/protobuf/wkt";
import { PID, propsFromFunction } from "@ts-grain/actor";
import { TestProbe } from "@ts-grain/actor/testing";
import { expect, test } from "vitest";
import { losable } from "../test/losable-transport.ts";
import { type Member, RemotePair } from "../test/remote-pair.ts";
import { EndpointTerminatedEvent } from "./endpoint/endpoint-events.ts";
import { WatchSchema } from "./gen/actor/actor_pb.ts";
import { RawPeer } from "./testing/raw-peer.ts";
import { SilenceError } from "./transport/silence-error.ts";

/** More than a peer that does not come back is waited for. */
const longMs = 90_000;

/** An actor of `b`, and a probe of `a` that watches it. */
async function watched(pair: RemotePair) {
  const target = pair.expose("long-lived", () => {});
  const watcher = new TestProbe(pair.a.system);
  watcher.watch(target);
  await pair.clock.settle();
  expect(pair.b.remote.stats.watchers).toBe(1);
  return { target, watcher };
}

/** Ends the actor, and returns how many addresses `b` is sending to because of that. */
async function toldByEnd(pair: RemotePair): Promise<number> {
  pair.b.system.root.stop(new PID("b:1", "long-lived"));
  await pair.clock.settle();
  return pair.b.remote.stats.endpoints;
}

test("an actor keeps no watcher whose process has died, and tells nobody at its own end", async () => {
  await using pair = await RemotePair.start();
  await watched(pair);
  await pair.a.remote.shutdown({ graceful: false });
  await pair.clock.advance(longMs);
  expect(pair.b.remote.stats.watchers).toBe(0);
  await expect(toldByEnd(pair)).resolves.toBe(0);
});

test("processes that come, watch and die leave no watcher behind on an actor that stays", async () => {
  await using pair = await RemotePair.start();
  const target = pair.expose("long-lived", () => {});
  for (let n = 0; n < 50; n++) {
    const visitor = await pair.member(`visitor-${n}`, 1);
    new TestProbe(visitor.system).watch(target);
    await pair.clock.settle();
    await visitor.remote.shutdown({ graceful: false });
  }
  expect(pair.b.remote.stats.watchers).toBe(50);
  await pair.clock.advance(longMs);
  expect(pair.b.remote.stats.watchers).toBe(0);
  await expect(toldByEnd(pair)).resolves.toBe(0);
});

test("a watcher whose link is down for a moment is told once, and why", async () => {
  await using pair = await RemotePair.start();
  const { watcher } = await watched(pair);
  pair.network.cut("a:1", "b:1");
  await pair.clock.advance(1_000);
  pair.network.heal("a:1", "b:1");
  await pair.clock.advance(longMs);
  expect(pair.b.remote.stats.watchers).toBe(1);
  await toldByEnd(pair);
  await pair.clock.advance(longMs);
  expect(watcher.messages).toEqual([expect.objectContaining({ why: "stopped" })]);
});

test("a watch that was dropped because its process did not come back for long is made again when it does", async () => {
  await using pair = await RemotePair.start();
  const target = pair.expose("long-lived", () => {});
  // More patience than the one that it watches can know of.
  const patient = await pair.member("c", 1, { connectAttempts: 1_000, maxReconnectDelayMs: 1_000 });
  const watcher = new TestProbe(patient.system);
  watcher.watch(target);
  await pair.clock.settle();
  pair.network.cut("c:1", "b:1");
  await pair.clock.advance(longMs);
  expect([watcher.messages, pair.b.remote.stats.watchers]).toEqual([[], 0]);
  pair.network.heal("c:1", "b:1");
  await pair.clock.advance(5_000);
  expect(pair.b.remote.stats.watchers).toBe(1);
  await toldByEnd(pair);
  expect(watcher.messages).toEqual([expect.objectContaining({ why: "stopped" })]);
  await patient.remote.shutdown({ graceful: false });
});

test("of two processes at one address, one after the other, an actor keeps the watcher of the one that lives", async () => {
  await using pair = await RemotePair.start();
  const { target } = await watched(pair);
  await pair.a.remote.shutdown({ graceful: false });
  pair.a = await pair.member("a", 1);
  const watcher = new TestProbe(pair.a.system);
  watcher.watch(target);
  await pair.clock.advance(longMs);
  expect(pair.b.remote.stats.watchers).toBe(1);
  await toldByEnd(pair);
  expect(watcher.messages).toEqual([expect.objectContaining({ why: "stopped" })]);
});

/** A peer as Proto.Actor Go is one, which watches the actor. */
async function goWatcher(pair: RemotePair, systemId: string, { remote } = pair.b): Promise<RawPeer> {
  const peer = (await RawPeer.connect(pair.network.transport(), remote.address)).greet({ systemId });
  const messageData = toBinary(WatchSchema, create(WatchSchema, { Watcher: { Address: "raw:1", Id: "w" } }));
  peer.batch({
    typeNames: [WatchSchema.typeName],
    targets: [{ Address: remote.address, Id: "long-lived" }],
    envelopes: [{ messageData }],
  });
  await pair.clock.settle();
  expect(remote.stats.watchers).toBe(1);
  return peer;
}

test.for([
  [
    "its address is known to be left",
    (_: RemotePair, c: Member) => c.system.eventStream.publish(new EndpointTerminatedEvent("raw:1")),
  ],
  [
    "another process connects from its address",
    async (pair: RemotePair) =>
      (await RawPeer.connect(pair.network.transport(), "c:1")).greet({ systemId: "2" }),
  ],
  [
    "nobody answers at its address",
    (_: RemotePair, c: Member) => c.system.root.send(new PID("raw:1", "x"), create(StringValueSchema)),
  ],
] as const)(
  "an actor keeps the watcher of a Go process that may not know that its connection ended until %s",
  async ([, happens]) => {
    await using pair = await RemotePair.start();
    const { transport, lose } = losable(pair.network.transport());
    const c = await pair.member("c", 1, { transport });
    c.system.root.spawnNamed(
      propsFromFunction(() => {}),
      "long-lived",
    );
    c.remote.expose("long-lived");
    await goWatcher(pair, "1", c);
    lose(new SilenceError("no sign of life"));
    await pair.clock.advance(longMs);
    expect(c.remote.stats.watchers).toBe(1);
    await happens(pair, c);
    await pair.clock.advance(longMs);
    expect(c.remote.stats.watchers).toBe(0);
    await c.remote.shutdown({ graceful: false });
  },
);

test("an actor forgets the watcher of a Go process whose connection ended, as that tells it itself", async () => {
  await using pair = await RemotePair.start();
  pair.expose("long-lived", () => {});
  (await goWatcher(pair, "1")).close();
  await pair.clock.settle();
  expect(pair.b.remote.stats.watchers).toBe(0);
});

test("an actor keeps no watcher of a Go process that is blocked, or whose successor came before its connection was found dead", async () => {
  await using pair = await RemotePair.start();
  pair.expose("long-lived", () => {});
  await goWatcher(pair, "blocked");
  pair.b.remote.blockList.add("blocked");
  await pair.clock.advance(5_000);
  expect(pair.b.remote.stats.watchers).toBe(0);
  const dead = await goWatcher(pair, "dead");
  (await RawPeer.connect(pair.network.transport(), "b:1")).greet({ systemId: "successor" });
  await pair.clock.settle();
  expect(pair.b.remote.stats.watchers).toBe(1);
  dead.close();
  await pair.clock.settle();
  expect(pair.b.remote.stats.watchers).toBe(0);
});

test("after a shutdown no watcher in another process is kept", async () => {
  await using pair = await RemotePair.start();
  await watched(pair);
  await pair.b.remote.shutdown();
  expect(pair.b.remote.stats.watchers).toBe(0);
});
