import { create, isMessage, toBinary } from "@bufbuild/protobuf";
import {
  AnySchema,
  type DescriptorProto,
  DescriptorProtoSchema,
  type StringValue,
  StringValueSchema,
  UInt32ValueSchema,
} from "@bufbuild/protobuf/wkt";
import {
  type ActorContext,
  DeadLetterEvent,
  type Message,
  PID,
  propsFromFunction,
  Started,
  Terminated,
} from "@ts-grain/actor";
import { TestProbe } from "@ts-grain/actor/testing";
import { expect, test } from "vitest";
import { RemotePair } from "../test/remote-pair.ts";
import { WatchSchema } from "./gen/actor/actor_pb.ts";
import { RemoteError } from "./remote-error.ts";
import { CapturingListener, RawPeer } from "./testing/raw-peer.ts";

const impossible = create(UInt32ValueSchema, { value: -1 });

/** Messages that cannot leave the process, and the code of the error that says why. */
const unsendable: readonly { readonly name: string; readonly message: Message; readonly code: string }[] = [
  { name: "a plain object", message: { plain: "object" }, code: "not_serializable" },
  { name: "a string", message: "text", code: "not_serializable" },
  { name: "a message of the runtime", message: new Started(), code: "not_serializable" },
  { name: "a type that is not registered", message: create(AnySchema), code: "not_serializable" },
  { name: "a message that its codec refuses", message: impossible, code: "not_serializable" },
  { name: "a message beyond the frame", message: text("x".repeat(5_000_000)), code: "message_too_large" },
];

function text(value: string): StringValue {
  return create(StringValueSchema, { value });
}

/** Sends a peer a text. The form in which it comes: 0 for binary, 1 for JSON. */
async function formSent(pair: RemotePair, to: CapturingListener): Promise<number> {
  pair.a.system.root.send(new PID(to.address, "x"), text("readable"));
  return (await to.nextBatch()).envelopes[0]!.serializerId;
}

/** A batch with one text, in protobuf's binary form or as JSON. */
function letter({ serializerId }: { readonly serializerId: 0 | 1 }) {
  const messageData =
    serializerId === 0 ? toBinary(StringValueSchema, text("x")) : new TextEncoder().encode('"x"');
  const envelopes = [{ serializerId, messageData }];
  return { typeNames: [StringValueSchema.typeName], targets: [{ Address: "a:1", Id: "nobody" }], envelopes };
}

/** Message types in message types, so many deep. */
function nested(depth: number): DescriptorProto {
  let inner = create(DescriptorProtoSchema);
  for (let at = 1; at < depth; at++) inner = create(DescriptorProtoSchema, { nestedType: [inner] });
  return inner;
}

test.for(unsendable)("a request with $name fails at once and says why", async ({ message, code }) => {
  await using pair = await RemotePair.start();
  const answer = pair.a.system.root.requestAsync(
    pair.expose("x", () => {}),
    message,
  );
  await expect(answer).rejects.toMatchObject({ name: "RemoteError", code });
  expect(pair.a.system.stats.pendingRequests).toBe(0);
});

test.for(unsendable)("sending $name throws at the sender and says why", async ({ message, code }) => {
  await using pair = await RemotePair.start();
  const target = pair.expose("x", () => {});
  const probe = new TestProbe(pair.a.system);
  const { root } = pair.a.system;
  for (const send of [
    () => root.send(target, message),
    () => root.requestWithSender(target, message, probe.pid),
  ]) {
    expect(send).toThrow(expect.objectContaining({ name: "RemoteError", code }));
  }
  expect(probe.messages).toEqual([]);
});

test.for(unsendable)("responding with $name throws at the actor that responds", async ({ message }) => {
  await using pair = await RemotePair.start();
  const errors: unknown[] = [];
  const target = pair.expose("clumsy", (context: ActorContext) => {
    if (!isMessage(context.message, StringValueSchema)) return;
    try {
      context.respond(message);
    } catch (error) {
      errors.push(error);
      context.respond(text("sorry"));
    }
  });
  await expect(pair.a.system.root.requestAsync(target, text("?"))).resolves.toEqual(text("sorry"));
  expect(errors).toEqual([expect.any(RemoteError)]);
});

test("who forwards a request that cannot leave does not fail, but who asked is told", async () => {
  await using pair = await RemotePair.start();
  const target = pair.expose("x", () => {});
  const forwarder = pair.a.system.root.spawn(
    propsFromFunction((context) => {
      if (context.message === "pass this on") context.forward(target);
    }),
  );
  const answer = pair.a.system.root.requestAsync(forwarder, "pass this on");
  await expect(answer).rejects.toMatchObject({ code: "not_serializable" });
});

test("what was sent before and after a message that cannot leave arrives", async () => {
  await using pair = await RemotePair.start();
  const texts: string[] = [];
  const target = pair.expose("x", ({ message }: ActorContext) => {
    if (isMessage(message, StringValueSchema)) texts.push(message.value);
  });
  const { root } = pair.a.system;
  root.send(target, text("before"));
  for (const { message } of unsendable) expect(() => root.send(target, message)).toThrow(RemoteError);
  root.send(target, text("after"));
  await pair.clock.settle();
  expect(texts).toEqual(["before", "after"]);
});

test("what has no JSON form is a dead letter once the peer turns out to be Go, and the rest reaches it", async () => {
  await using pair = await RemotePair.start();
  await using go = await CapturingListener.start(pair.network.transport());
  const { system, remote } = pair.a;
  remote.types.register(AnySchema);
  const letters: DeadLetterEvent[] = [];
  system.eventStream.subscribe((event) => event instanceof DeadLetterEvent && letters.push(event));
  const unknown = create(AnySchema, { typeUrl: "type.googleapis.com/x.Unknown", value: Uint8Array.of(1) });
  const refused = expect(system.root.requestAsync(new PID(go.address, "x"), unknown)).rejects.toMatchObject({
    code: "dead_letter",
  });
  system.root.send(new PID(go.address, "x"), text("readable"));
  const { envelopes } = await go.nextBatch();
  expect(envelopes).toMatchObject([{ serializerId: 1 }]);
  await refused;
  expect(letters).toMatchObject([{ message: unknown, reason: "not_serializable" }]);
});

test("what somebody sends under a Go member's id is not taken for what that member knows", async () => {
  await using pair = await RemotePair.start();
  await using go = await CapturingListener.start(pair.network.transport());
  const { remote } = pair.a;
  const send = () => formSent(pair, go);
  expect(await send()).toBe(1);
  const says = async (address: string) => {
    const peer = await RawPeer.connect(pair.network.transport(), remote.address);
    peer.greet({ systemId: "raw-peer", address }).batch(letter({ serializerId: 0 }));
    await pair.clock.settle();
    return peer;
  };
  const impostor = await says("elsewhere:1");
  expect(await send()).toBe(1);
  impostor.close();
  await pair.clock.settle();
  const itself = await says(go.address);
  expect(await send()).toBe(0);
  itself.close();
  await pair.clock.settle();
  expect(await send()).toBe(1);
});

test("who names a type, or sends it as JSON, need not have it compiled in", async () => {
  await using pair = await RemotePair.start();
  await using go = await CapturingListener.start(pair.network.transport());
  const { remote } = pair.a;
  const send = () => formSent(pair, go);
  const peer = await RawPeer.connect(pair.network.transport(), remote.address);
  peer.greet({ systemId: "raw-peer", address: go.address });
  for (const batch of [{ typeNames: [StringValueSchema.typeName] }, letter({ serializerId: 1 })]) {
    peer.batch(batch);
    await pair.clock.settle();
    expect(await send()).toBe(1);
  }
  peer.batch(letter({ serializerId: 0 }));
  await pair.clock.settle();
  expect(await send()).toBe(0);
});

const longWatcher = { Address: "raw:1", Id: "w".repeat(2_000) };
const tooLong = new PID("b:1", "x".repeat(2_000));
const manyHeaders = Object.fromEntries(Array.from({ length: 65 }, (_header, n) => [`h${n}`, "x"]));

test.for([
  { name: "more headers than a peer takes", target: "collector", headers: manyHeaders },
  { name: "longer headers than a peer takes", target: "collector", headers: { h: "x".repeat(9_000) } },
  { name: "a longer id than a peer takes", target: tooLong.id, headers: {} },
])("a request with $name fails at once, and what goes along with it arrives", async ({ target, headers }) => {
  await using pair = await RemotePair.start();
  const texts: string[] = [];
  const collector = pair.expose("collector", ({ message }: ActorContext) => {
    if (isMessage(message, StringValueSchema)) texts.push(message.value);
  });
  const { root } = pair.a.system;
  root.send(collector, text("before"));
  const asked = root.requestAsync(new PID(collector.address, target), text("x"), { headers });
  root.send(collector, text("after"));
  await expect(asked).rejects.toMatchObject({ code: "message_too_large" });
  await pair.clock.settle();
  expect(texts).toEqual(["before", "after"]);
  expect(pair.b.remote.stats.refused.frames).toBe(0);
});

test("however many messages are refused, those that go along with them arrive", async () => {
  await using pair = await RemotePair.start({ remote: { maxFrameBytes: 10_000 } });
  const texts: string[] = [];
  const collector = pair.expose("collector", ({ message }: ActorContext) => {
    if (isMessage(message, StringValueSchema)) texts.push(message.value);
  });
  const { root } = pair.a.system;
  const refused = [
    [text("x"), manyHeaders],
    [text("x".repeat(20_000)), {}],
  ] as const;
  root.send(collector, text("first"));
  for (const [message, headers] of refused) {
    const asked = Array.from({ length: 1_500 }, (_asked, n) =>
      root.requestAsync(new PID(collector.address, `${n}`), message, { headers }),
    );
    root.send(collector, text("next"));
    const settled = await Promise.allSettled(asked);
    expect(settled.every((each) => each.status === "rejected")).toBe(true);
  }
  await pair.clock.settle();
  expect(texts).toEqual(["first", "next", "next"]);
  expect(pair.b.remote.stats.refused.frames).toBe(0);
});

test("who has too long a name to be told is told at once, and a peer in Go loses its connection", async () => {
  await using pair = await RemotePair.start();
  const target = pair.expose("living", () => {});
  const told: string[] = [];
  const watcher = propsFromFunction((context) => {
    if (context.message instanceof Started) context.watch(target);
    else if (context.message instanceof Terminated) told.push(context.message.why);
  });
  pair.a.system.root.spawnNamed(watcher, "w".repeat(2_000));
  await pair.clock.settle();
  expect(told).toEqual(["not_found"]);
  const go = (await RawPeer.connect(pair.network.transport(), target.address)).greet();
  go.batch({
    typeNames: [WatchSchema.typeName],
    targets: [{ Address: target.address, Id: target.id }],
    envelopes: [{ messageData: toBinary(WatchSchema, create(WatchSchema, { Watcher: longWatcher })) }],
  });
  await pair.clock.settle();
  expect(go.isClosed).toBe(true);
});

test("who watches a process of too long a name is told that there is none, and the connection stands", async () => {
  await using pair = await RemotePair.start();
  const watcher = new TestProbe(pair.a.system);
  watcher.watch(tooLong);
  await pair.clock.settle();
  expect(watcher.messages).toEqual([expect.objectContaining({ why: "not_found" })]);
  expect(pair.b.remote.stats.refused.frames).toBe(0);
});

test("what is encoded but cannot be decoded again is a dead letter that names its type, and watchers are still told", async () => {
  await using pair = await RemotePair.start();
  const { system, remote } = pair.a;
  remote.types.register(DescriptorProtoSchema);
  const letters: DeadLetterEvent[] = [];
  system.eventStream.subscribe((event) => event instanceof DeadLetterEvent && letters.push(event));
  const nowhere = new PID("nowhere:1", "x");
  const watcher = new TestProbe(system);
  watcher.watch(nowhere);
  system.root.send(nowhere, nested(150));
  system.root.send(nowhere, text("plain"));
  await pair.clock.advance(60_000);
  expect(letters).toMatchObject([
    { message: { typeName: "google.protobuf.DescriptorProto" }, reason: "unreachable" },
    { message: text("plain"), reason: "unreachable" },
  ]);
  expect(watcher.messages).toEqual([expect.objectContaining({ why: "address_terminated" })]);
});

test("a message that sends another one while it is encoded arrives whole, and the other one is refused", async () => {
  await using pair = await RemotePair.start();
  const texts: string[] = [];
  const target = pair.expose("x", ({ message }) => {
    if (isMessage(message, StringValueSchema)) texts.push(message.value);
  });
  const { root } = pair.a.system;
  let refusal: unknown;
  const talkative = Object.defineProperty(text(""), "value", {
    enumerable: true,
    get() {
      try {
        root.send(target, text("inner"));
      } catch (error) {
        refusal = error;
      }
      return "outer";
    },
  });
  root.send(target, talkative);
  root.send(target, text("next"));
  await pair.clock.settle();
  expect(texts).toEqual(["outer", "next"]);
  expect(refusal).toMatchObject({ name: "RemoteError", code: "not_serializable" });
});
