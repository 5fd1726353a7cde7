import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { DescriptorProtoSchema, StringValueSchema, StructSchema } from "@bufbuild/protobuf/wkt";
import fc from "fast-check";
import { type RemoteMessage, RemoteMessageSchema } from "../src/gen/remote/remote_pb.ts";

/** Encoded messages of types that a test registers, nested and wide. */
const structs = fc
  .jsonValue({ maxDepth: 3 })
  .map((json) => toBinary(StructSchema, create(StructSchema, { fields: { it: toValue(json) } })));
const texts = fc
  .string({ unit: "grapheme" })
  .map((value) => toBinary(StringValueSchema, create(StringValueSchema, { value })));
const nested = fc.integer({ min: 0, max: 130 }).map((depth) => {
  let bytes = new Uint8Array(0);
  for (let level = 0; level < depth; level++) bytes = lengthDelimited(0x1a, bytes);
  return bytes;
});
const repeated = fc
  .tuple(fc.constantFrom(0x0a, 0x12, 0x1a, 0x0b, 0xfa), fc.integer({ min: 0, max: 50_000 }))
  .map(([tag, pairs]) => Uint8Array.from({ length: pairs * 2 }, (_, at) => (at % 2 === 0 ? tag : 0)));

const messageData = fc.oneof(
  { weight: 4, arbitrary: fc.uint8Array({ maxLength: 40 }) },
  { weight: 4, arbitrary: texts },
  { weight: 2, arbitrary: structs },
  { weight: 1, arbitrary: nested },
  { weight: 1, arbitrary: repeated },
  { weight: 1, arbitrary: fc.json().map((json) => new TextEncoder().encode(json)) },
);

/** Ids, addresses and type names that mean something to the receiver, and some that should not. */
const id = fc.oneof(
  fc.constantFrom(
    "target",
    "eventstream",
    "deadletter",
    "$futures",
    "$1",
    "activator",
    "",
    "__proto__",
    "a/b",
  ),
  fc.string({ maxLength: 8 }),
);
const pid = fc.record({ Address: fc.constantFrom("b:1", "a:1", "raw:1", "", "nonhost", "third:1"), Id: id });
const typeName = fc.oneof(
  fc.constantFrom(
    ...[StringValueSchema, StructSchema, DescriptorProtoSchema].map((schema) => schema.typeName),
    ...[
      "Stop",
      "PoisonPill",
      "Watch",
      "Unwatch",
      "Terminated",
      "Touch",
      "Touched",
      "DeadLetterResponse",
      "PID",
    ].map((name) => `actor.${name}`),
    ...["remote.ActorPidRequest", "google.protobuf.Any", "constructor", ""],
  ),
  fc.string({ maxLength: 8 }),
);
const index = fc.oneof({ weight: 5, arbitrary: fc.integer({ min: 0, max: 3 }) }, fc.integer());

const batch = fc.record({
  typeNames: fc.array(typeName, { maxLength: 4 }),
  targets: fc.array(pid, { maxLength: 4 }),
  senders: fc.array(pid, { maxLength: 4 }),
  envelopes: fc.array(
    fc.record({
      typeId: index,
      target: index,
      sender: index,
      serializerId: fc.constantFrom(0, 0, 0, 1, 2, -1),
      targetRequestId: fc.nat({ max: 3 }),
      senderRequestId: fc.nat({ max: 3 }),
      messageData,
      messageHeader: fc.option(
        fc.record({ headerData: fc.dictionary(fc.string({ maxLength: 12 }), fc.string(), { maxKeys: 80 }) }),
        { nil: undefined },
      ),
    }),
    { maxLength: 6 },
  ),
});

const hello = fc.option(
  fc.record({
    protocol: fc.nat(),
    clusterName: fc.string({ maxLength: 5 }),
    nonce: fc.uint8Array({ minLength: 31, maxLength: 33 }),
    proof: fc.uint8Array({ maxLength: 33 }),
  }),
  { nil: undefined },
);
const serverConnection = fc.record({
  SystemId: fc.oneof(fc.constantFrom("raw-peer", "", "x".repeat(300)), fc.string({ maxLength: 5 })),
  Address: fc.oneof(
    fc.constantFrom("raw:1", "a:1", "b:1", "raw", ":1", "raw:99999"),
    fc.string({ maxLength: 5 }),
  ),
  hello,
});

type Variant = NonNullable<MessageInitShape<typeof RemoteMessageSchema>["messageType"]>;

const variant: fc.Arbitrary<Variant> = fc.oneof(
  { weight: 6, arbitrary: batch.map((value): Variant => ({ case: "messageBatch", value }) as Variant) },
  serverConnection.map(
    (value) =>
      ({
        case: "connectRequest",
        value: { connectionType: { case: "serverConnection", value } },
      }) as Variant,
  ),
  fc
    .record({ memberId: fc.string({ maxLength: 5 }), blocked: fc.boolean(), hello })
    .map((value) => ({ case: "connectResponse", value }) as Variant),
  fc.constant<Variant>({ case: "disconnectRequest", value: {} }),
  fc.constant<Variant>({ case: "connectRequest", value: {} }),
);

const wellFormed = variant.map((messageType) =>
  toBinary(RemoteMessageSchema, create(RemoteMessageSchema, { messageType }) as RemoteMessage),
);

/** Well formed frames whose bytes were changed, cut or doubled afterwards. */
const mutated = fc
  .tuple(
    wellFormed,
    fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 8 }),
    fc.nat(),
    fc.constantFrom("keep", "cut", "double"),
  )
  .map(([frame, changes, at, how]) => {
    const whole =
      how === "cut"
        ? frame.slice(0, at % (frame.length + 1))
        : Buffer.concat(how === "double" ? [frame.subarray(0, 64), frame] : [frame]);
    for (const [where, byte] of changes) if (whole.length > 0) whole[where % whole.length] = byte;
    return whole;
  });

/** Frames as a peer might send them: some right, some nearly, some not at all. */
export const anyFrame: fc.Arbitrary<Uint8Array> = fc.oneof(
  { weight: 5, arbitrary: wellFormed },
  { weight: 4, arbitrary: mutated },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }) },
);

/** Batches whose few bytes would make many objects: empty messages, strings and unknown fields. */
export const wideFrame: fc.Arbitrary<Uint8Array> = fc
  .tuple(
    fc.constantFrom(DescriptorProtoSchema.typeName, StructSchema.typeName, StringValueSchema.typeName),
    fc.constantFrom(0x0a, 0x12, 0x1a, 0x0b, 0x10),
    fc.integer({ min: 1, max: 50_000 }),
  )
  .map(([typeName, tag, pairs]) => {
    const value = {
      typeNames: [typeName],
      targets: [{ Address: "b:1", Id: "target" }],
      envelopes: [{ messageData: Buffer.alloc(pairs * 2, Uint8Array.of(tag, 0)) }],
    };
    const messageType = { case: "messageBatch", value } as const;
    return toBinary(RemoteMessageSchema, create(RemoteMessageSchema, { messageType }));
  });

function lengthDelimited(tag: number, body: Uint8Array): Uint8Array<ArrayBuffer> {
  const length = body.length < 128 ? [body.length] : [(body.length & 0x7f) | 0x80, body.length >> 7];
  return Uint8Array.of(tag, ...length, ...body);
}

type Value = NonNullable<NonNullable<MessageInitShape<typeof StructSchema>["fields"]>[string]>;

function toValue(json: unknown): Value {
  if (typeof json === "number") return { kind: { case: "numberValue", value: json } };
  if (typeof json === "string") return { kind: { case: "stringValue", value: json } };
  if (typeof json === "boolean") return { kind: { case: "boolValue", value: json } };
  if (Array.isArray(json)) return { kind: { case: "listValue", value: { values: json.map(toValue) } } };
  if (json === null) return { kind: { case: "nullValue", value: 0 } };
  const fields = Object.fromEntries(
    Object.entries(json as object).map(([key, inner]) => [key, toValue(inner)]),
  );
  return { kind: { case: "structValue", value: { fields } } };
}
