import { create, toBinary } from "@bufbuild/protobuf";
import { AnySchema, StringValueSchema, StructSchema } from "@bufbuild/protobuf/wkt";
import type { ActorContext } from "@ts-grain/actor";
import { expect, test } from "vitest";
import { nestedBytes, nestedJson } from "../test/nested-messages.ts";
import { RemotePair } from "../test/remote-pair.ts";
import { RawPeer } from "./testing/raw-peer.ts";

const text = create(StringValueSchema, { value: "behind" });

/** Sends a message, with one behind it, and tells what reached the actor. */
async function send(
  typeName: string,
  envelope: { readonly messageData: Uint8Array; readonly serializerId: number },
) {
  await using pair = await RemotePair.start({
    remote: { types: [StringValueSchema, StructSchema, AnySchema] },
  });
  const reached: string[] = [];
  pair.expose("target", ({ message }: ActorContext) => {
    if (typeof message === "object" && "$typeName" in message) reached.push(String(message.$typeName));
  });
  const peer = (await RawPeer.connect(pair.network.transport(), "b:1")).greet().batch({
    typeNames: [typeName, StringValueSchema.typeName],
    targets: [{ Address: "b:1", Id: "target" }],
    envelopes: [envelope, { typeId: 1, messageData: toBinary(StringValueSchema, text) }],
  });
  await pair.clock.settle();
  return {
    isClosed: peer.isClosed,
    reached,
    undecoded: pair.b.system.stats.deadLetters.not_serializable,
  };
}

const served = (typeName: string) => ({ isClosed: false, reached: [typeName, text.$typeName], undecoded: 0 });
const refused = { isClosed: false, reached: [text.$typeName], undecoded: 1 };

const builtOf = [
  { what: "structs", typeName: StructSchema.typeName, serializerId: 0, of: nestedBytes.structs },
  { what: "lists", typeName: StructSchema.typeName, serializerId: 0, of: nestedBytes.lists },
  { what: "structs as JSON", typeName: StructSchema.typeName, serializerId: 1, of: nestedJson.structs },
  { what: "lists as JSON", typeName: StructSchema.typeName, serializerId: 1, of: nestedJson.lists },
  { what: "Any as JSON", typeName: AnySchema.typeName, serializerId: 1, of: nestedJson.anys },
];

test.for(builtOf)(
  "$what in each other are decoded where they are ten deep",
  async ({ typeName, of, ...rest }) => {
    await expect(send(typeName, { ...rest, messageData: of(10) })).resolves.toEqual(served(typeName));
  },
);

test.for(
  [
    ...builtOf,
    { what: "groups", typeName: StringValueSchema.typeName, serializerId: 0, of: nestedBytes.groups },
  ].flatMap((each) => [101, 100_000].map((depth) => ({ ...each, depth }))),
)(
  "$what in each other, $depth deep, are a dead letter, and what is behind them is delivered",
  async ({ typeName, of, depth, serializerId }) => {
    await expect(send(typeName, { serializerId, messageData: of(depth) })).resolves.toEqual(refused);
  },
);

test.for([10, 101, 100_000])(
  "an Any in an Any is bytes, %i deep or not, until somebody unpacks it",
  async (depth) => {
    await expect(
      send(AnySchema.typeName, { serializerId: 0, messageData: nestedBytes.anys(depth) }),
    ).resolves.toEqual(served(AnySchema.typeName));
  },
);
