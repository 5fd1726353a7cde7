import { DescriptorProtoSchema, file_google_protobuf_wrappers, StructSchema } from "@bufbuild/protobuf/wkt";
import fc from "fast-check";
import { expect, test } from "vitest";
import { file_actor_actor } from "../src/gen/actor/actor_pb.ts";
import { file_remote_remote } from "../src/gen/remote/remote_pb.ts";
import { configureRemote } from "../src/remote-config.ts";
import { RemoteError } from "../src/remote-error.ts";
import { GrpcDeframer, withPrefix } from "../src/transport/grpc/grpc-deframer.ts";
import { actorMessageReader } from "../src/wire/actor-messages.ts";
import { type BatchLimits, BatchReader } from "../src/wire/batch-reader.ts";
import { ByteReader } from "../src/wire/byte-reader.ts";
import { countJsonElements } from "../src/wire/element-counter.ts";
import { readFrame } from "../src/wire/frame.ts";
import { TypeRegistry } from "../src/wire/type-registry.ts";
import { anyFrame, wideFrame } from "./arbitrary-frames.ts";
import { Frugality } from "./frugality.ts";
import { fuzz, fuzzTimeoutMs } from "./fuzzing.ts";

/** As shipped, and with fewer elements, where what they take hides less of what else a frame takes. */
const shipped = configureRemote("a", 1).batchLimits;
const strict: BatchLimits = { ...shipped, maxElements: 10_000 };

const types = new TypeRegistry();
for (const desc of [
  file_actor_actor,
  file_remote_remote,
  file_google_protobuf_wrappers,
  StructSchema,
  DescriptorProtoSchema,
])
  types.register(desc);

/** Reads all that is in a frame; what is thrown must be ours. */
function readAll(frame: Uint8Array, limits: BatchLimits): void {
  try {
    const outer = readFrame(frame);
    if (outer.kind !== "batch") return;
    const batch = new BatchReader(outer.body, limits);
    while (batch.next()) {
      expect(batch.messageStart <= batch.messageEnd && batch.messageEnd <= frame.length).toBe(true);
      readMessage(batch, frame, limits.maxElements);
    }
  } catch (error) {
    if (!RemoteError.is(error)) throw error;
  }
}

/** As the receiver does: counts before it decodes. A decoder may refuse bytes as it likes, but must return. */
function readMessage(
  { typeNames, typeIndex, serializerId, messageStart, messageEnd }: BatchReader,
  frame: Uint8Array,
  maxElements: number,
): void {
  const type = types.get(typeNames[typeIndex]!);
  if (type === undefined || serializerId > 1) return;
  const body = new ByteReader(frame, messageStart, messageEnd);
  const elements =
    serializerId === 1
      ? countJsonElements(frame, messageStart, messageEnd)
      : types.countElements(type, body, maxElements);
  if (elements > maxElements) return;
  const codec = serializerId === 0 ? type.codec : type.json;
  let message: ReturnType<typeof codec.decode>;
  try {
    message = codec.decode(frame, messageStart, messageEnd);
  } catch {
    return;
  }
  actorMessageReader(type.typeName)?.(message, "raw:1");
}

/** Frames, and after how many bytes each the stream is cut. */
type Stream = [frames: Uint8Array[], cuts: number[]];

/**
 * As many elements as are allowed take memory, however few bytes they came in: protobuf-es makes some 700 bytes of two where a message
 * has ten lists.
 */
const readings = [shipped, strict].map((limits) => ({
  limits,
  frugality: new Frugality({
    microsecondsPerKib: 5_000,
    bytesPerByte: 16,
    bytes: 768 * limits.maxElements,
  }),
}));

function readStream([frames, cuts]: Stream): void {
  const whole: Uint8Array[] = [];
  const deframer = new GrpcDeframer(1_000_000, (frame) => whole.push(frame));
  const bytes = Buffer.concat(frames.map(withPrefix));
  let at = 0;
  for (const cut of [...cuts, bytes.length]) {
    deframer.push(bytes.subarray(at, at + cut));
    at += cut;
  }
  expect(whole.map(({ length }) => length)).toEqual(frames.map(({ length }) => length));
  expect(Buffer.concat(whole).equals(Buffer.concat(frames))).toBe(true);
  for (const frame of frames)
    for (const { limits, frugality } of readings) frugality.expectFrugal(frame, () => readAll(frame, limits));
  expect(Object.keys(Object.prototype)).toEqual([]);
}

test(
  "whatever frames arrive, and however the stream cuts them, they are read whole or refused with a typed error",
  async () => {
    const stream = fc.tuple(
      fc.array(fc.oneof({ weight: 15, arbitrary: anyFrame }, { weight: 1, arbitrary: wideFrame }), {
        maxLength: 4,
      }),
      fc.array(fc.integer({ min: 1, max: 5_000 })),
    );
    await fuzz<Stream>({ name: "the frame decoder", corpus: "frames", inputs: stream, holds: readStream });
  },
  fuzzTimeoutMs,
);
