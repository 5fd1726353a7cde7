import { create, fromBinary, isMessage, toBinary } from "@bufbuild/protobuf";
import { StringValueSchema } from "@bufbuild/protobuf/wkt";
import { type ActorContext, PID } from "@ts-grain/actor";
import { TestProbe } from "@ts-grain/actor/testing";
import { expect, test } from "vitest";
import { RemotePair } from "../test/remote-pair.ts";
import { TerminatedReason, TerminatedSchema, UnwatchSchema, WatchSchema } from "./gen/actor/actor_pb.ts";
import { ConnectResponseSchema, RemoteMessageSchema } from "./gen/remote/remote_pb.ts";
import { CapturingListener, RawPeer } from "./testing/raw-peer.ts";

/** A batch of watches by a peer's actors, from the one to the other number. */
function watches(Id: string, from: number, to: number, address = "raw:1") {
  return {
    typeNames: [WatchSchema.typeName],
    targets: [{ Address: "b:1", Id }],
    envelopes: Array.from({ length: to - from }, (_, n) => ({
      messageData: toBinary(
        WatchSchema,
        create(WatchSchema, { Watcher: { Address: address, Id: `w${from + n}` } }),
      ),
    })),
  };
}

test("a peer that watches what is not there and takes no answer loses its connection, and little waits for it", async () => {
  await using pair = await RemotePair.start({ remote: { maxBufferBytes: 50_000, maxFrameBytes: 10_000 } });
  const peer = (await RawPeer.connect(pair.network.transport(), "b:1")).greet();
  let batches = 0;
  // Nobody listens at its address; it has not been given up yet.
  for (; batches < 1_000 && !peer.isClosed; batches++) {
    peer.batch(watches("nobody", batches * 100, batches * 100 + 100));
    await pair.clock.settle();
  }
  expect(batches).toBe(38);
  expect(pair.b.remote.stats).toMatchObject({ sessions: 0, refused: { frames: 1 } });
});

test("watches that had no room while a peer had not answered yet are all told when it has", async () => {
  const limits = { maxBufferBytes: 5_000, maxFrameBytes: 5_000 };
  await using pair = await RemotePair.start({ remote: limits, network: { delayMs: { min: 1, max: 1 } } });
  const watcher = new TestProbe(pair.a.system);
  for (let n = 0; n < 3_000; n++) watcher.watch(new PID("b:1", `nobody-${n}`));
  await pair.clock.advance(60_000);
  expect(watcher.messages).toHaveLength(3_000);
  expect(pair.a.remote.stats.watches).toBe(0);
});

test("a peer that watches actors which end, and takes no answer, loses its connection, too", async () => {
  await using pair = await RemotePair.start({ remote: { maxBufferBytes: 50_000, maxFrameBytes: 10_000 } });
  const peer = (await RawPeer.connect(pair.network.transport(), "b:1")).greet();
  let batches = 0;
  for (; batches < 1_000 && !peer.isClosed; batches++) {
    const mortal = pair.expose(`mortal-${batches}`, () => {});
    peer.batch(watches(mortal.id, 0, 100));
    await pair.clock.settle();
    pair.b.system.root.stop(mortal);
    await pair.clock.settle();
  }
  expect(batches).toBe(39);
});

test("a peer for which as many messages wait as may keeps its connection when it makes a watch", async () => {
  await using pair = await RemotePair.start({ remote: { maxBufferBytes: 50_000, maxFrameBytes: 10_000 } });
  const peer = (await RawPeer.connect(pair.network.transport(), "b:1")).greet();
  const { root } = pair.b.system;
  while (pair.b.system.stats.deadLetters.overloaded === 0)
    root.send(new PID("raw:1", "x"), create(StringValueSchema, { value: "x".repeat(100) }));
  peer.batch(watches("nobody", 0, 50));
  await pair.clock.settle();
  peer.batch(watches("nobody", 50, 100));
  await pair.clock.settle();
  expect([peer.isClosed, pair.b.remote.stats.refused.frames]).toEqual([false, 0]);
});

test("who says that it has another's address, and watches and takes back in turn, has that one greeted no more than once in ten seconds", async () => {
  await using pair = await RemotePair.start();
  let greetings = 0;
  const answer = {
    case: "connectResponse",
    value: create(ConnectResponseSchema, { memberId: "go" }),
  } as const;
  const greeting = toBinary(RemoteMessageSchema, create(RemoteMessageSchema, { messageType: answer }));
  await pair.network.transport().listen({ host: "go", port: 1 }, (connection) => {
    const onFrame = (frame: Uint8Array): void => {
      if (fromBinary(RemoteMessageSchema, frame).messageType.case !== "connectRequest") return;
      if (greetings++ > 0) return;
      connection.send(greeting);
      connection.admit();
    };
    connection.receive({ onFrame, onWritable() {}, onClose() {} });
  });
  pair.b.system.root.send(new PID("go:1", "anybody"), create(StringValueSchema));
  await pair.clock.advance(1_000);
  const stray = (await RawPeer.connect(pair.network.transport(), "b:1")).greet({ address: "go:1" });
  const batch = watches("nobody", 0, 400, "go:1");
  const inTurn = batch.envelopes.flatMap((watch) => [watch, { ...watch, typeId: 1 }]);
  for (let n = 0; n < 10; n++) {
    stray.batch({ ...batch, typeNames: [WatchSchema.typeName, UnwatchSchema.typeName], envelopes: inTurn });
    await pair.clock.advance(100);
  }
  expect([greetings, stray.isClosed]).toEqual([2, false]);
});

test("a peer that takes its answers may ask as often as it likes", async () => {
  await using pair = await RemotePair.start({ remote: { maxBufferBytes: 50_000, maxFrameBytes: 10_000 } });
  await using listener = await CapturingListener.start(pair.network.transport());
  const peer = (await RawPeer.connect(pair.network.transport(), "b:1")).greet({ address: listener.address });
  let answers = 0;
  for (let batch = 0; batch < 100; batch++) {
    peer.batch(watches("nobody", batch * 100, batch * 100 + 100, listener.address));
    while (answers < (batch + 1) * 100) answers += (await listener.nextBatch()).envelopes.length;
  }
  expect([answers, peer.isClosed]).toEqual([10_000, false]);
});

test("watches of a living actor above the limit are refused and counted, and those below stay", async () => {
  await using pair = await RemotePair.start({ remote: { maxPeerWatches: 100 } });
  pair.expose("living", () => {});
  const peer = (await RawPeer.connect(pair.network.transport(), "b:1")).greet();
  peer.batch(watches("living", 0, 250));
  await pair.clock.settle();
  // Those that are made again are none more.
  peer.batch(watches("living", 0, 50));
  await pair.clock.settle();
  expect(pair.b.remote.stats).toMatchObject({ watchers: 100, refused: { messages: 150 } });
  expect(peer.isClosed).toBe(false);
  await using listener = await CapturingListener.start(pair.network.transport(), { systemId: "other" });
  const other = (await RawPeer.connect(pair.network.transport(), "b:1")).greet({
    systemId: "other",
    address: listener.address,
  });
  other.batch(watches("living", 0, 60, listener.address));
  await pair.clock.settle();
  expect(pair.b.remote.stats.watchers).toBe(160);
  pair.b.system.root.stop(new PID("b:1", "living"));
  await expect(listener.nextBatch()).resolves.toMatchObject({ envelopes: { length: 60 } });
});

test("a Go peer is told at once of the end of a watch that is refused, as it makes it only once", async () => {
  await using pair = await RemotePair.start({ remote: { maxPeerWatches: 100 } });
  pair.expose("living", () => {});
  await using listener = await CapturingListener.start(pair.network.transport());
  const peer = (await RawPeer.connect(pair.network.transport(), "b:1")).greet({ address: listener.address });
  peer.batch(watches("living", 0, 103, listener.address));
  await pair.clock.settle();
  const { targets, envelopes } = await listener.nextBatch();
  expect(targets.map(({ Id }) => Id)).toEqual(["w100", "w101", "w102"]);
  for (const { messageData } of envelopes)
    expect(fromBinary(TerminatedSchema, messageData)).toMatchObject({
      who: { Address: "b:1", Id: "living" },
      Why: TerminatedReason.AddressTerminated,
    });
  expect(pair.b.remote.stats).toMatchObject({ sessions: 1, watchers: 100, refused: { messages: 3 } });
});

test("a peer for which one long message waits keeps its connection when it makes a watch", async () => {
  await using pair = await RemotePair.start({ remote: { maxBufferBytes: 50_000 } });
  const peer = (await RawPeer.connect(pair.network.transport(), "b:1")).greet();
  const { root } = pair.b.system;
  root.send(new PID("raw:1", "x"), create(StringValueSchema, { value: "x".repeat(4_000_000) }));
  peer.batch(watches("nobody", 0, 50));
  await pair.clock.settle();
  peer.batch(watches("nobody", 50, 100));
  await pair.clock.settle();
  expect([peer.isClosed, pair.b.remote.stats.refused.frames]).toEqual([false, 0]);
});

/** Watches from `a` what is not there, until what is to be told to it is more than may wait. */
async function watchWhatIsMissing(pair: RemotePair, watchers: readonly TestProbe[]): Promise<void> {
  for (const [n, watcher] of watchers.entries()) {
    watcher.watch(new PID("b:1", `missing-${n}`));
    if (n % 100 === 99) await pair.clock.settle();
  }
}

test("a ts-grain peer that takes no answers and asks for more keeps its connection and what it sends, and is told later", async () => {
  const patient = { connectAttempts: 1_000, maxReconnectDelayMs: 1_000 };
  await using pair = await RemotePair.start({
    remote: { ...patient, maxBufferBytes: 20_000, maxFrameBytes: 5_000 },
  });
  pair.network.cutOneWay("b:1", "a:1");
  const texts: string[] = [];
  const target = pair.expose("collector", ({ message }: ActorContext) => {
    if (isMessage(message, StringValueSchema)) texts.push(message.value);
  });
  const watchers = Array.from({ length: 5_000 }, () => new TestProbe(pair.a.system));
  await watchWhatIsMissing(pair, watchers);
  pair.a.system.root.send(target, create(StringValueSchema, { value: "beside them" }));
  await pair.clock.settle();
  const { sessions, refused } = pair.b.remote.stats;
  expect([sessions, refused.frames, texts, pair.a.remote.stats.lost]).toEqual([1, 0, ["beside them"], 0]);
  expect(refused.messages).toBeGreaterThan(100);
  pair.network.heal("a:1", "b:1");
  await pair.clock.advance(60_000);
  expect(new Set(watchers.map(({ messages }) => messages.length))).toEqual(new Set([1]));
});

test("a watcher whose watch was refused is told of the end all the same, later", async () => {
  await using pair = await RemotePair.start({ remote: { maxPeerWatches: 2 } });
  const target = pair.expose("living", () => {});
  const watchers = Array.from({ length: 4 }, () => new TestProbe(pair.a.system));
  for (const watcher of watchers) watcher.watch(target);
  await pair.clock.advance(1_000);
  expect(pair.b.remote.stats).toMatchObject({ watchers: 2, refused: { messages: 2 } });
  expect(watchers.flatMap(({ messages }) => messages)).toEqual([]);
  pair.b.system.root.stop(target);
  await pair.clock.advance(20_000);
  expect(watchers.map(({ messages }) => messages.length)).toEqual([1, 1, 1, 1]);
});

test("a peer that takes no answers takes no room from others at the same address", async () => {
  await using pair = await RemotePair.start();
  await using listener = await CapturingListener.start(pair.network.transport());
  const address = listener.address;
  const honest = (await RawPeer.connect(pair.network.transport(), "b:1")).greet({ address });
  const stray = (await RawPeer.connect(pair.network.transport(), "b:1")).greet({
    systemId: "stray",
    address,
  });
  honest.batch(watches("nobody", 0, 1, address));
  await expect(listener.nextBatch()).resolves.toMatchObject({ envelopes: { length: 1 } });
  for (let batch = 0; batch < 50; batch++)
    stray.batch(watches("nobody", batch * 1_000, batch * 1_000 + 1_000, address));
  await pair.clock.settle();
  expect(stray.isClosed).toBe(true);
  honest.batch(watches("nobody", 1, 2, address));
  await expect(listener.nextBatch()).resolves.toMatchObject({ envelopes: { length: 1 } });
  expect(honest.isClosed).toBe(false);
});
