import { type DescMessage, fromBinary, type Message, toBinary } from "@bufbuild/protobuf";
import { BinaryWriter } from "@bufbuild/protobuf/wire";
import { ByteWriter, MessageReader } from "@ts-grain/cluster/codegenv1";
import fc from "fast-check";
import { expect, test } from "vitest";
import { Choices } from "./codecs/choices.ts";
import { type LoadedCodec, loadCodecs } from "./codecs/load-codecs.ts";
import { randomDescriptors } from "./codecs/random-descriptor.ts";
import { randomMessage } from "./codecs/random-message.ts";

const timeout = 60_000;

function encode(codec: LoadedCodec["codec"], message: Message): Uint8Array {
  const into = new ByteWriter(1);
  into.byte(9);
  codec.encode(message, into);
  return into.view().slice(1);
}

/** What a function gives, or that it throws. */
function outcome<T>(run: () => T): T | "refused" {
  try {
    return run();
  } catch {
    return "refused";
  }
}

/** Reads bytes that others surround, so that reading too far does not go unnoticed. */
function decode(codec: LoadedCodec["codec"], bytes: Uint8Array): Message | "refused" {
  const surrounded = Uint8Array.of(0x0a, 0x01, ...bytes, ...new Uint8Array(24).fill(0x01));
  return outcome(() => codec.decode(surrounded, 2, bytes.length + 2));
}

/** The prototypes of a message and of all in it: protobuf-es keeps defaults there. */
function prototypes(value: unknown): unknown[] {
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return [];
  return [
    Object.getPrototypeOf(value),
    ...Object.keys(value)
      .sort()
      .flatMap((key) => prototypes(value[key as never])),
  ];
}

function expectSame(actual: Message | "refused", expected: Message | "refused"): void {
  expect(actual).toStrictEqual(expected);
  expect(prototypes(actual)).toEqual(prototypes(expected));
}

/** Codecs of a random file, and random choices. */
function forRandomCodecs(numRuns: number, check: (codec: LoadedCodec, g: Choices) => void): void {
  fc.assert(
    fc.property(fc.noShrink(fc.integer()), (seed) => {
      const g = new Choices(seed);
      for (const codec of loadCodecs(randomDescriptors(g), "p/random.proto")) check(codec, g);
    }),
    { numRuns },
  );
}

test("objects and bytes are those of protobuf-es, whatever the descriptor, and the generated code itself makes them", {
  timeout,
}, () => {
  let straight = 0;
  forRandomCodecs(60, ({ schema, codec, write, read }, g) => {
    for (let round = 0; round < 6; round++) {
      const message = randomMessage(g, schema);
      const bytes = outcome(() => toBinary(schema, message));
      expect(outcome(() => encode(codec, message))).toEqual(bytes);
      // Required messages do not go on for ever.
      if (bytes === "refused") continue;
      const into = new ByteWriter();
      write(message, into);
      expect(into.view()).toEqual(bytes);
      const expected = outcome(() => fromBinary(schema, bytes));
      expectSame(decode(codec, bytes), expected);
      if (expected === "refused") continue;
      expectSame(read(new MessageReader(bytes), bytes.length), expected);
      straight++;
    }
  });
  expect(straight).toBeGreaterThan(100);
});

test("what is damaged, cut off, joined or made up is read as protobuf-es reads it, or refused as it refuses it", {
  timeout,
}, () => {
  const count = { read: 0, refused: 0 };
  forRandomCodecs(60, ({ schema, codec }, g) => {
    for (let round = 0; round < 12; round++) {
      const bytes = damaged(g, schema, [randomBytes(g, schema), randomBytes(g, schema)]);
      const expected = outcome(() => fromBinary(schema, bytes));
      expectSame(decode(codec, bytes), expected);
      count[expected === "refused" ? "refused" : "read"]++;
    }
  });
  expect(count.read).toBeGreaterThan(100);
  expect(count.refused).toBeGreaterThan(100);
});

const oddValues = [
  undefined,
  null,
  "5",
  "",
  "x",
  Number.NaN,
  -1,
  1.5,
  2 ** 40,
  -0,
  0n,
  5n,
  2n ** 70n,
  true,
  [],
  ["1"],
  {},
  { length: 0 },
  { case: "field_0" },
  { $typeName: "p.Unheard" },
  new Uint16Array(1),
  new Uint8Array(0),
  Number.POSITIVE_INFINITY,
  1e39,
];

test("a message with values that TypeScript does not allow is written as protobuf-es writes it, or refused", {
  timeout,
}, () => {
  const count = { written: 0, refused: 0 };
  forRandomCodecs(60, ({ schema, codec }, g) => {
    for (let round = 0; round < 12; round++) {
      const message = randomMessage(g, schema);
      spoil(g, message);
      const expected = outcome(() => toBinary(schema, message));
      expect(outcome(() => encode(codec, message))).toEqual(expected);
      count[expected === "refused" ? "refused" : "written"]++;
    }
  });
  expect(count.written).toBeGreaterThan(50);
  expect(count.refused).toBeGreaterThan(100);
});

function randomBytes(g: Choices, schema: DescMessage): Uint8Array {
  const bytes = outcome(() => toBinary(schema, randomMessage(g, schema)));
  return bytes === "refused" ? new Uint8Array(0) : bytes;
}

const damages: readonly ((g: Choices, bytes: Uint8Array, at: number) => Uint8Array)[] = [
  (_, bytes, at) => bytes.subarray(0, at),
  (_, bytes, at) => Uint8Array.of(...bytes.subarray(0, at), ...bytes.subarray(at + 1)),
  (g, bytes, at) => Uint8Array.of(...bytes.subarray(0, at), ...g.bytes(4), ...bytes.subarray(at)),
  (g, bytes, at) => Uint8Array.of(...bytes.subarray(0, at), g.nat(255), ...bytes.subarray(at + 1)),
  (g) => g.bytes(40),
  (g) => g.bytes(40, 0x28),
];

function damaged(g: Choices, { fields }: DescMessage, bytes: readonly [Uint8Array, Uint8Array]): Uint8Array {
  const way = g.nat(damages.length + 1);
  const joined = Uint8Array.of(...bytes[0], ...bytes[1]);
  if (way === damages.length) return joined;
  // A field of every wire type, with nothing in it.
  if (way > damages.length)
    return new BinaryWriter()
      .raw(joined)
      .tag(g.oneOf(1, ...fields.map(({ number }) => number)), g.nat(5))
      .raw(new Uint8Array(g.oneOf(1, 4, 8)))
      .finish();
  return damages[way]!(g, bytes[0], g.nat(Math.max(0, bytes[0].length - 1)));
}

/** Changes or removes one value somewhere in a message. */
function spoil(g: Choices, message: Message): void {
  const places: (readonly [owner: Record<string, unknown>, key: string])[] = [];
  const walk = (value: unknown): void => {
    if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return;
    const owner = value as Record<string, unknown>;
    for (const key of Object.keys(owner)) {
      if (key === "$unknown") continue;
      places.push([owner, key]);
      walk(owner[key]);
    }
  };
  walk(message);
  const [owner, key] = places[g.nat(places.length - 1)]!;
  if (g.nat(9) === 0) delete owner[key];
  else owner[key] = g.oneOf(...oddValues);
}
