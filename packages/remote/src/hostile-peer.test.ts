import { create, isMessage, toBinary } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema, type StringValue, StringValueSchema } from "@bufbuild/protobuf/wkt";
import { type ActorContext, PID, PoisonPill, Stop, Terminated, Watch } from "@ts-grain/actor";
import { TestProbe } from "@ts-grain/actor/testing";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type PairOptions, RemotePair } from "../test/remote-pair.ts";
import type { RefusalCounts } from "./endpoint/refusals.ts";
import { file_actor_actor } from "./gen/actor/actor_pb.ts";
import { RawPeer } from "./testing/raw-peer.ts";
import { ByteWriter } from "./wire/byte-writer.ts";
import { TypeRegistry } from "./wire/type-registry.ts";
import { wireFormOf } from "./wire/wire-form.ts";

const actorTypes = new TypeRegistry();
actorTypes.register(file_actor_actor);

/** The pair's member `b` under attack; `reached` lists the texts that got through to its exposed actor. */
interface Scene extends AsyncDisposable {
  readonly pair: RemotePair;
  readonly reached: string[];
  readonly attacker: () => Promise<RawPeer>;
}

async function scene(options: PairOptions = {}): Promise<Scene> {
  const pair = await RemotePair.start(options);
  const reached: string[] = [];
  pair.expose("target", (context: ActorContext) => {
    const { message } = context;
    if (!isMessage(message, StringValueSchema)) return;
    reached.push(message.value);
    if (context.sender) context.respond(message);
  });
  const attacker = () => RawPeer.connect(pair.network.transport(), pair.b.remote.address);
  return { pair, reached, attacker, [Symbol.asyncDispose]: () => pair[Symbol.asyncDispose]() };
}

const nothingRefused: RefusalCounts = { connections: 0, greetings: 0, frames: 0, messages: 0 };

/** What proves that `b` still does its work. */
async function expectStillServing({ pair }: Scene): Promise<void> {
  const answer = pair.a.system.root.requestAsync(new PID("b:1", "target"), text("honest"));
  await expect(answer).resolves.toEqual(text("honest"));
}

function text(value: string): StringValue {
  return create(StringValueSchema, { value });
}

function bytesOf(message: StringValue): Uint8Array {
  return toBinary(StringValueSchema, message);
}

const textType = StringValueSchema.typeName;
const target = { Address: "b:1", Id: "target" };

/** A batch with one text for the target, changed as a test wants. */
function oneText(value: string, envelope: object = {}) {
  return {
    typeNames: [textType],
    targets: [target],
    envelopes: [{ messageData: bytesOf(text(value)), ...envelope }],
  };
}

function systemMessage(message: object, id: string) {
  const wireForm = wireFormOf(message);
  const into = new ByteWriter();
  actorTypes.typeOf(wireForm).codec.encode(wireForm, into);
  const messageData = into.view().slice();
  return {
    typeNames: [wireForm.$typeName],
    targets: [{ Address: "b:1", Id: id }],
    envelopes: [{ messageData }],
  };
}

test("a well-behaved stranger is served, so that the other tests mean something", async () => {
  await using it = await scene();
  (await it.attacker()).greet().batch(oneText("hello"));
  await it.pair.clock.settle();
  expect(it.reached).toEqual(["hello"]);
});

test("a batch before the greeting ends the connection and delivers nothing", async () => {
  await using it = await scene();
  const attacker = (await it.attacker()).batch(oneText("too early"));
  await it.pair.clock.settle();
  expect([attacker.isClosed, it.reached]).toEqual([true, []]);
  expect(it.pair.b.remote.stats.refused).toEqual({ ...nothingRefused, frames: 1 });
  await expectStillServing(it);
});

test("a frame of a kind that nobody knows ends a stranger's connection, and means nothing from a peer", async () => {
  await using it = await scene();
  const unknown = Buffer.from("7a020102", "hex");
  const stranger = (await it.attacker()).sayBytes(unknown);
  const peer = (await it.attacker()).greet().sayBytes(unknown).batch(oneText("after it"));
  await it.pair.clock.settle();
  expect([stranger.isClosed, peer.isClosed, it.reached]).toEqual([true, false, ["after it"]]);
  expect(it.pair.b.remote.stats.refused).toEqual({ ...nothingRefused, frames: 1 });
});

test("who does not greet in time is shown out", async () => {
  await using it = await scene();
  const attacker = await it.attacker();
  await it.pair.clock.advance(4_999);
  expect(attacker.isClosed).toBe(false);
  await it.pair.clock.advance(1);
  expect(attacker.isClosed).toBe(true);
  expect(it.pair.b.remote.stats.refused).toEqual({ ...nothingRefused, greetings: 1 });
});

test("a repeated greeting is answered again, another identity ends the connection", async () => {
  await using it = await scene();
  const attacker = (await it.attacker()).greet().greet();
  await it.pair.clock.settle();
  expect(attacker.answers).toHaveLength(2);
  attacker.greet({ systemId: it.pair.a.system.id, address: "a:1" });
  await it.pair.clock.settle();
  expect(attacker.isClosed).toBe(true);
  expect(it.pair.b.remote.stats.refused).toEqual({ ...nothingRefused, greetings: 1 });
});

test("a hundred greetings are answered, and one more ends the connection", async () => {
  await using it = await scene();
  const attacker = await it.attacker();
  for (let n = 0; n < 100; n++) attacker.greet();
  await it.pair.clock.settle();
  expect([attacker.isClosed, attacker.answers.length]).toEqual([false, 100]);
  attacker.greet();
  await it.pair.clock.settle();
  expect([attacker.isClosed, attacker.answers.length]).toEqual([true, 100]);
  expect(it.pair.b.remote.stats.refused).toEqual({ ...nothingRefused, frames: 1 });
  await expectStillServing(it);
});

test.for([
  { name: "target", envelope: { target: 999 } },
  { name: "negative target", envelope: { target: -1 } },
  { name: "sender", envelope: { sender: 999 } },
  { name: "type", envelope: { typeId: 2 ** 31 - 1 } },
])("an index outside its table ends the connection and nothing else: $name", async ({ envelope }) => {
  await using it = await scene();
  const attacker = (await it.attacker()).greet().batch(oneText("bad", envelope));
  await it.pair.clock.settle();
  expect([attacker.isClosed, it.reached]).toEqual([true, []]);
  await expectStillServing(it);
});

test.for([
  "google.protobuf.Any",
  "google.protobuf.NullValue",
  "remote.Remoting",
  "actor",
  "x.Nope",
  "__proto__",
  "constructor",
  "toString",
  "",
])("a message of the type %j is a dead letter and the rest of its batch is delivered", async (typeName) => {
  await using it = await scene();
  const envelopes = [{ typeId: 1 }, { messageData: bytesOf(text("good")) }];
  (await it.attacker()).greet().batch({ typeNames: [textType, typeName], targets: [target], envelopes });
  await it.pair.clock.settle();
  expect(it.reached).toEqual(["good"]);
  expect(it.pair.b.system.stats.deadLetters.not_serializable).toBe(1);
});

test("bytes that are no message of their type, and serializers that we do not have, are dead letters", async () => {
  await using it = await scene();
  const garbage = Uint8Array.of(0x0a, 0xff, 0xff);
  const envelopes = [
    { messageData: garbage },
    { serializerId: 2 },
    { serializerId: -1 },
    { serializerId: 1, messageData: garbage },
  ];
  (await it.attacker()).greet().batch({ typeNames: [textType], targets: [target], envelopes });
  await it.pair.clock.settle();
  expect(it.pair.b.system.stats.deadLetters.not_serializable).toBe(4);
  await expectStillServing(it);
});

test("nothing but exposed processes can be addressed, with whatever message", async () => {
  await using it = await scene();
  const { root, processes } = it.pair.b.system;
  const hidden = new TestProbe(it.pair.b.system);
  const ids = [
    "eventstream",
    "deadletter",
    "$futures",
    "$1",
    hidden.pid.id,
    "partition-activator",
    "gossip",
    "__proto__",
    "",
  ];
  const attacker = (await it.attacker()).greet();
  const watcher = new PID("raw:1", "w");
  for (const id of ids) {
    for (const message of [
      Stop.instance,
      PoisonPill.instance,
      new Watch(watcher),
      new Terminated(new PID("raw:1", "x")),
    ]) {
      attacker.batch(systemMessage(message, id));
    }
    attacker.batch({ ...oneText("psst"), targets: [{ Address: "b:1", Id: id }] });
  }
  await it.pair.clock.settle();
  expect(hidden.messages).toEqual([]);
  expect(processes.getLocal(hidden.pid.id)).toBeDefined();
  root.send(hidden.pid, text("still there"));
  expect((await hidden.next()).message).toEqual(text("still there"));
});

test("an exposed process cannot be stopped from outside unless that was allowed", async () => {
  await using it = await scene();
  const attacker = (await it.attacker()).greet();
  attacker.batch(systemMessage(Stop.instance, "target")).batch(systemMessage(PoisonPill.instance, "target"));
  await it.pair.clock.settle();
  await expectStillServing(it);
  it.pair.b.remote.expose("target", { stop: "allowed" });
  attacker.batch(systemMessage(Stop.instance, "target"));
  await it.pair.clock.settle();
  expect(it.pair.b.system.processes.getLocal("target")).toBeUndefined();
});

test("a peer cannot report the end of another peer's actor", async () => {
  await using it = await scene();
  const watcher = new TestProbe(it.pair.a.system);
  watcher.watch(new PID("b:1", "target"));
  await it.pair.clock.settle();
  const attacker = await RawPeer.connect(it.pair.network.transport(), "a:1");
  const lie = systemMessage(new Terminated(new PID("b:1", "target")), watcher.pid.id);
  attacker.greet().batch({ ...lie, targets: [{ Address: "a:1", Id: watcher.pid.id }] });
  await it.pair.clock.settle();
  expect(watcher.messages).toEqual([]);
});

test("neither a target nor a sender at a third address makes us dial or forward", async () => {
  await using it = await scene();
  let dials = 0;
  await it.pair.network.transport().listen({ host: "third", port: 1 }, () => {
    dials++;
  });
  const third = { Address: "third:1", Id: "x" };
  const attacker = (await it.attacker()).greet();
  attacker.batch({ ...oneText("forward me"), targets: [{ Address: "third:1", Id: "target" }] });
  attacker.batch({ ...oneText("answer there", { sender: 1 }), senders: [third] });
  attacker.batch({
    ...oneText("nobody", { sender: 1 }),
    senders: [third],
    targets: [{ Address: "b:1", Id: "nobody" }],
  });
  attacker.batch({ ...systemMessage(new Watch(new PID("third:1", "x")), "nobody") });
  await it.pair.clock.advance(60_000);
  expect(dials).toBe(0);
  expect(it.reached).toEqual([]);
  expect(it.pair.b.system.stats.deadLetters).toMatchObject({ refused: 2, not_found: 1 });
  expect(it.pair.b.remote.stats.refused).toEqual({ ...nothingRefused, messages: 3 });
});

test("another member's pending replies cannot be guessed", async () => {
  await using it = await scene();
  it.pair.expose("silent", () => {});
  const answer = it.pair.a.system.root.requestAsync(new PID("b:1", "silent"), text("?"), {
    timeoutMs: 60_000,
  });
  const settled = expect(answer).rejects.toMatchObject({ code: "deadline_exceeded" });
  await it.pair.clock.settle();
  const attacker = (await RawPeer.connect(it.pair.network.transport(), "a:1")).greet();
  const envelopes = Array.from({ length: 1_000 }, (_, n) => ({
    messageData: bytesOf(text("forged")),
    targetRequestId: n + 1,
  }));
  for (const Id of ["$futures", "future$1", "$reply-", "$reply-0000000000000000000000"]) {
    attacker.batch({ typeNames: [textType], targets: [{ Address: "a:1", Id }], envelopes });
  }
  await it.pair.clock.advance(61_000);
  await settled;
});

test("a mebibyte that would decode to half a million objects is a dead letter, and the rest of its batch is delivered", async () => {
  await using it = await scene({ remote: { types: [FileDescriptorSetSchema, StringValueSchema] } });
  const empties = new Uint8Array(1024 * 1024);
  for (let at = 0; at < empties.length; at += 2) empties[at] = 0x0a;
  (await it.attacker()).greet().batch({
    typeNames: [FileDescriptorSetSchema.typeName, textType],
    targets: [target],
    envelopes: [{ messageData: empties }, { typeId: 1, messageData: bytesOf(text("behind")) }],
  });
  await it.pair.clock.settle();
  expect(it.reached).toEqual(["behind"]);
  expect(it.pair.b.system.stats.deadLetters.not_serializable).toBe(1);
});

test("whatever frames arrive, in whatever order, no harm is done to others", async () => {
  await using it = await scene();
  const name = fc.constantFrom("target", "eventstream", "$futures", "nobody", "");
  const batch = fc.record({
    typeNames: fc.array(fc.constantFrom(textType, "actor.Stop", "actor.Watch", "actor.Terminated", "x.Y"), {
      maxLength: 3,
    }),
    targets: fc.array(fc.record({ Address: fc.constantFrom("b:1", "", "x:1"), Id: name }), { maxLength: 3 }),
    senders: fc.array(fc.record({ Address: fc.constantFrom("raw:1", "", "x:1"), Id: name }), {
      maxLength: 2,
    }),
    envelopes: fc.array(
      fc.record({
        typeId: fc.integer({ min: -1, max: 3 }),
        target: fc.integer({ min: -1, max: 3 }),
        sender: fc.integer({ min: -1, max: 3 }),
        serializerId: fc.integer({ min: 0, max: 2 }),
        messageData: fc.uint8Array({ maxLength: 12 }),
      }),
      { maxLength: 4 },
    ),
  });
  const act = fc.oneof(
    fc.constant((peer: RawPeer) => peer.greet()),
    batch.map((value) => (peer: RawPeer) => peer.batch(value)),
    fc.uint8Array({ maxLength: 40 }).map((bytes) => (peer: RawPeer) => peer.sayBytes(bytes)),
    fc.constant((peer: RawPeer) => peer.say({ case: "disconnectRequest", value: {} })),
    fc.constant((peer: RawPeer) => peer.say({ case: "connectResponse", value: { memberId: "x" } })),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(act, { maxLength: 8 }), async (acts) => {
      const attacker = (await it.attacker()).greet();
      for (const perform of acts) perform(attacker);
      await it.pair.clock.settle();
      attacker.close();
    }),
    { numRuns: 500 },
  );
  await expectStillServing(it);
});
