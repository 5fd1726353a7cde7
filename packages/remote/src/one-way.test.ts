import { create, isMessage, toBinary } from "@bufbuild/protobuf";
import { type StringValue, StringValueSchema } from "@bufbuild/protobuf/wkt";
import { type ActorContext, PID, type Terminated } from "@ts-grain/actor";
import { TestProbe } from "@ts-grain/actor/testing";
import { expect, test } from "vitest";
import { type Member, RemotePair } from "../test/remote-pair.ts";
import { EndpointTerminatedEvent } from "./endpoint/endpoint-events.ts";
import type { TerminationReason } from "./endpoint/endpoint-state.ts";
import { WatchSchema } from "./gen/actor/actor_pb.ts";
import { RawPeer } from "./testing/raw-peer.ts";
import type { Transport } from "./transport/transport.ts";

/** Within which a watcher is told when nobody answers at its address: the peer dials for a second, and then gives up. */
const refusedMs = 1_500;

/** `a` reaches `b`, and `b` does not reach `a`: as behind a firewall, or under an address that leads nowhere. */
async function startOneWay(): Promise<RemotePair> {
  const pair = await RemotePair.start({ network: { delayMs: 10 } });
  pair.network.cutOneWay("b:1", "a:1");
  return pair;
}

/** Why a member has given others up, each time. */
function endings({ system }: Member): TerminationReason[] {
  const reasons: TerminationReason[] = [];
  system.eventStream.subscribe((event) => {
    if (event instanceof EndpointTerminatedEvent) reasons.push(event.reason);
  });
  return reasons;
}

/** What a probe was told, as `name: why`. */
function told({ messages }: TestProbe): readonly string[] {
  return messages.map((message) => {
    const { who, why } = message as Terminated;
    return `${who.id}: ${why}`;
  });
}

function collect(pair: RemotePair) {
  const texts: string[] = [];
  const target = pair.expose("collector", (context: ActorContext) => {
    const { message } = context;
    if (!isMessage(message, StringValueSchema)) return;
    texts.push(message.value);
    context.respond(message);
  });
  return { texts, target };
}

function text(value: string): StringValue {
  return create(StringValueSchema, { value });
}

test("watchers at an address where nobody answers are told of an end, once, and of the address of who lives", async () => {
  await using pair = await startOneWay();
  const [mortal, living] = [pair.expose("mortal", () => {}), pair.expose("living", () => {})];
  const reasons = endings(pair.a);
  const watcher = new TestProbe(pair.a.system);
  for (const target of [mortal, living]) watcher.watch(target);
  await pair.clock.advance(60_000);
  // As long as there is nothing to tell, they watch undisturbed.
  expect([watcher.messages, reasons, pair.b.remote.stats.watchers]).toEqual([[], [], 2]);
  pair.b.system.root.stop(mortal);
  await pair.clock.advance(refusedMs);
  const both = ["mortal: address_terminated", "living: address_terminated"];
  expect([told(watcher), reasons, pair.b.remote.stats.watchers]).toEqual([both, ["one_way"], 0]);
  await pair.clock.advance(120_000);
  expect(told(watcher)).toEqual(both);
  expect(pair.a.remote.stats).toMatchObject({ endpoints: 0, watches: 0 });
  expect(pair.b.remote.stats).toMatchObject({ endpoints: 0, sessions: 0, watchers: 0 });
});

test("where nothing answers, not even that nobody listens, watchers are told within 16 seconds", async () => {
  await using pair = await RemotePair.start({ network: { delayMs: 10 } });
  const network = pair.network.transport();
  const transport: Transport = {
    listen: (at, accept) => network.listen(at, accept),
    connect: () => new Promise(() => {}),
  };
  const deaf = await pair.member("deaf", 1, { transport });
  const watcher = new TestProbe(pair.a.system);
  watcher.watch(new PID("deaf:1", "missing"));
  await pair.clock.advance(15_000);
  expect(told(watcher)).toEqual([]);
  await pair.clock.advance(1_000);
  expect(told(watcher)).toEqual(["missing: address_terminated"]);
  await deaf.remote.shutdown({ graceful: false });
});

test("who is told so of an actor that is not there may send and watch again", async () => {
  await using pair = await startOneWay();
  const { texts, target } = collect(pair);
  const watcher = new TestProbe(pair.a.system);
  const missing = new PID("b:1", "missing");
  watcher.watch(missing);
  await pair.clock.advance(refusedMs);
  expect(told(watcher)).toEqual(["missing: address_terminated"]);
  watcher.watch(target);
  pair.a.system.root.send(target, text("again"));
  await pair.clock.advance(60_000);
  expect([texts, watcher.messages.length, pair.b.remote.stats.watchers]).toEqual([["again"], 1, 1]);
  pair.network.heal("a:1", "b:1");
  pair.b.system.root.stop(target);
  await pair.clock.advance(1_000);
  expect(told(watcher).slice(1)).toEqual(["collector: stopped"]);
});

test("who only sends keeps its connection, though no reply reaches it", async () => {
  await using pair = await startOneWay();
  const { texts, target } = collect(pair);
  const reasons = endings(pair.a);
  for (let n = 0; n < 20; n++) {
    const replying = pair.a.system.root.requestAsync(target, text(String(n)), { timeoutMs: 1_000 });
    replying.catch(() => {});
    await pair.clock.advance(2_000);
  }
  expect([texts.length, reasons, pair.b.remote.stats.sessions]).toEqual([20, [], 1]);
});

test("who was told of all ends keeps its connection when the way back closes after that", async () => {
  await using pair = await RemotePair.start({ network: { delayMs: 10 } });
  const { texts, target } = collect(pair);
  const reasons = endings(pair.a);
  const watcher = new TestProbe(pair.a.system);
  watcher.watch(new PID("b:1", "missing"));
  await pair.clock.advance(1_000);
  pair.network.cutOneWay("b:1", "a:1");
  pair.a.system.root.requestAsync(target, text("x"), { timeoutMs: 1_000 }).catch(() => {});
  await pair.clock.advance(60_000);
  expect([told(watcher), texts, reasons, pair.b.remote.stats.sessions]).toEqual([
    ["missing: not_found"],
    ["x"],
    [],
    1,
  ]);
});

test("watchers whose process refuses connections of who is watched are told, too", async () => {
  await using pair = await RemotePair.start({ network: { delayMs: 10 } });
  const mortal = pair.expose("mortal", () => {});
  pair.a.remote.blockList.add(pair.b.system.id);
  const watcher = new TestProbe(pair.a.system);
  watcher.watch(mortal);
  await pair.clock.advance(1_000);
  pair.b.system.root.stop(mortal);
  await pair.clock.advance(refusedMs);
  expect(told(watcher)).toEqual(["mortal: address_terminated"]);
});

test("a way back that is closed for a moment does no harm", async () => {
  await using pair = await startOneWay();
  const mortal = pair.expose("mortal", () => {});
  const reasons = endings(pair.a);
  const watcher = new TestProbe(pair.a.system);
  watcher.watch(mortal);
  await pair.clock.advance(1_000);
  pair.b.system.root.stop(mortal);
  await pair.clock.advance(200);
  pair.network.heal("a:1", "b:1");
  await pair.clock.advance(60_000);
  expect([told(watcher), reasons]).toEqual([["mortal: stopped"], []]);
});

test("a watcher that watches again each time that it is told makes no more haste than the peer dials", async () => {
  await using pair = await startOneWay();
  const missing = new PID("b:1", "missing");
  const reasons = endings(pair.a);
  pair.a.system.eventStream.subscribe((event) => {
    if (event instanceof EndpointTerminatedEvent) new TestProbe(pair.a.system).watch(missing);
  });
  new TestProbe(pair.a.system).watch(missing);
  await pair.clock.advance(60_000);
  expect(reasons.length).toBeGreaterThan(10);
  expect(reasons.length).toBeLessThan(60_000 / 375);
});

test("a Go peer at whose address nobody answers loses its connection without a word when its watchers are to be told, as that makes it tell them", async () => {
  await using pair = await RemotePair.start();
  const mortal = pair.expose("mortal", () => {});
  pair.expose("living", () => {});
  const peer = (await RawPeer.connect(pair.network.transport(), "b:1")).greet();
  const messageData = toBinary(WatchSchema, create(WatchSchema, { Watcher: { Address: "raw:1", Id: "w" } }));
  peer.batch({
    typeNames: [WatchSchema.typeName],
    targets: ["mortal", "living"].map((Id) => ({ Address: "b:1", Id })),
    envelopes: [{ messageData }, { messageData, target: 1 }],
  });
  await pair.clock.advance(60_000);
  expect([peer.isClosed, pair.b.remote.stats.watchers]).toEqual([false, 2]);
  pair.b.system.root.stop(mortal);
  await pair.clock.advance(refusedMs);
  expect([peer.isClosed, pair.b.remote.stats.watchers]).toEqual([true, 0]);
  expect(peer.answers.map(({ messageType }) => messageType.case)).toEqual(["connectResponse"]);
});
