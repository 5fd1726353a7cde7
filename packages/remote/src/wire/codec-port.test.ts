import { create, isMessage } from "@bufbuild/protobuf";
import { type StringValue, StringValueSchema, UInt32ValueSchema } from "@bufbuild/protobuf/wkt";
import { type ActorContext, PID } from "@ts-grain/actor";
import { expect, test } from "vitest";
import { RemotePair } from "../../test/remote-pair.ts";
import { CapturingListener } from "../testing/raw-peer.ts";
import { ByteReader } from "./byte-reader.ts";
import type { MessageCodec } from "./message-codec.ts";
import type { MessageReader } from "./message-reader.ts";
import { TypeRegistry } from "./type-registry.ts";

const { typeName } = StringValueSchema;

/** Writes and reads what protobuf-es does, and counts how often. */
class CountingCodec implements MessageCodec {
  readonly typeName = typeName;
  readonly serializerId = 0;
  encoded = 0;
  decoded = 0;

  readonly encode: MessageCodec["encode"] = (message, into) => {
    const { value } = message as StringValue;
    if (value === "refuse") throw new Error("as told");
    this.encoded++;
    into.byte(0x0a);
    into.string(value);
  };

  decode: MessageCodec["decode"] = (bytes, start, end) => {
    this.decoded++;
    const reader = new ByteReader(bytes, start, end);
    reader.tag();
    return text(reader.string());
  };
}

function text(value: string): StringValue {
  return create(StringValueSchema, { value });
}

async function start() {
  const pair = await RemotePair.start();
  const target = pair.expose("echo", (context: ActorContext) => {
    if (isMessage(context.message, StringValueSchema)) context.respond(context.message);
  });
  return { pair, target };
}

test("a type's own codec writes and reads all its messages, and members without it understand them", async () => {
  const { pair, target } = await start();
  await using _ = pair;
  const codec = new CountingCodec();
  pair.a.remote.types.useCodec(codec);
  for (const value of ["a", "ä".repeat(100), "x".repeat(100_000)])
    await expect(pair.a.system.root.requestAsync(target, text(value))).resolves.toEqual(text(value));
  expect([codec.encoded, codec.decoded]).toEqual([3, 3]);
});

/** A codec that reads from a batch's reader, but for what says "leave". */
function selfReading() {
  return Object.assign(new CountingCodec(), {
    read(reader: MessageReader, end: number) {
      const { depth } = reader;
      reader.tag();
      const value = reader.string();
      if (value === "leave") throw new Error("for decode");
      // As generated code does, also at the end of the outermost message.
      reader.endMessage();
      return text(`${value} at depth ${depth}, ${end - reader.pos} left`);
    },
  });
}

test("a codec that can reads from the batch's own reader, each message as if it were the first", async () => {
  const { pair, target } = await start();
  await using _ = pair;
  const codec = selfReading();
  pair.b.remote.types.useCodec(codec);
  const asked = ["a", "b", "c"].map((value) => pair.a.system.root.requestAsync(target, text(value)));
  const answers = ["a", "b", "c"].map((value) => text(`${value} at depth 1, 0 left`));
  await expect(Promise.all(asked)).resolves.toEqual(answers);
  expect(codec.decoded).toBe(0);
});

test("what a codec does not read itself it decodes, and so the rest of the batch, but not the next one", async () => {
  const { pair, target } = await start();
  await using _ = pair;
  const codec = selfReading();
  pair.b.remote.types.useCodec(codec);
  const ask = (value: string) => pair.a.system.root.requestAsync(target, text(value));
  await expect(Promise.all(["a", "leave", "b"].map(ask))).resolves.toEqual([
    text("a at depth 1, 0 left"),
    text("leave"),
    text("b"),
  ]);
  expect(codec.decoded).toBe(2);
  await expect(ask("c")).resolves.toEqual(text("c at depth 1, 0 left"));
});

test("what a codec throws reaches the sender, and what it cannot read is a dead letter", async () => {
  const { pair, target } = await start();
  await using _ = pair;
  pair.a.remote.types.useCodec(new CountingCodec());
  const blind = new CountingCodec();
  blind.decode = () => {
    throw new Error("unreadable");
  };
  pair.b.remote.types.useCodec(blind);
  const { root } = pair.a.system;
  await expect(root.requestAsync(target, text("refuse"))).rejects.toMatchObject({ code: "not_serializable" });
  await expect(root.requestAsync(target, text("x"))).rejects.toMatchObject({ code: "dead_letter" });
});

test("a Go member that may not know the type is sent JSON all the same", async () => {
  const { pair } = await start();
  await using _ = pair;
  await using go = await CapturingListener.start(pair.network.transport());
  pair.a.remote.types.useCodec(new CountingCodec());
  pair.a.system.root.send(new PID(go.address, "x"), text("hello"));
  expect((await go.nextBatch()).envelopes).toMatchObject([
    { serializerId: 1, messageData: new TextEncoder().encode('"hello"') },
  ]);
});

test("an offered codec serves a type until somebody chooses one, and takes its place no more", () => {
  const types = new TypeRegistry();
  types.register(StringValueSchema);
  const [offered, chosen, late] = [new CountingCodec(), new CountingCodec(), new CountingCodec()];
  types.offerCodec(offered);
  expect(types.get(typeName)?.codec).toBe(offered);
  types.useCodec(chosen);
  types.offerCodec(late);
  expect(types.get(typeName)?.codec).toBe(chosen);
});

test("a codec for a type that is not registered is refused", () => {
  const types = new TypeRegistry();
  types.register(UInt32ValueSchema);
  const refused = expect.objectContaining({ code: "invalid_options" });
  expect(() => types.useCodec(new CountingCodec())).toThrow(refused);
  expect(() => types.offerCodec(new CountingCodec())).toThrow(refused);
});

test("a codec that is chosen between two messages of a type serves the second one", () => {
  const types = new TypeRegistry();
  types.register(StringValueSchema);
  types.register(UInt32ValueSchema);
  const codec = new CountingCodec();
  expect(types.find(text("first"))?.codec).not.toBe(codec);
  types.useCodec(codec);
  expect(types.find(text("second"))?.codec).toBe(codec);
  expect(types.find(create(UInt32ValueSchema))?.typeName).toBe(UInt32ValueSchema.typeName);
  expect(types.find({})).toBeUndefined();
  expect(types.find(text("third"))?.codec).toBe(codec);
});
