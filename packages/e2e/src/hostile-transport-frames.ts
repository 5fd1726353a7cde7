import { toBinary } from "@bufbuild/protobuf";
import { StringValueSchema } from "@bufbuild/protobuf/wkt";
import type { Transport } from "@ts-grain/remote";
import { RawPeer } from "@ts-grain/remote/testing";
import fc from "fast-check";
import { text } from "./text-member.ts";

/** The frames in which a raw peer says what it is told to say. */
export async function framesOf(say: (peer: RawPeer) => void): Promise<readonly Uint8Array[]> {
  const frames: Uint8Array[] = [];
  const recorder: Pick<Transport, "connect"> = {
    connect: async () => ({ send: (frame) => frames.push(frame) > 0, close() {}, probe() {} }),
  };
  say(await RawPeer.connect(recorder as Transport, "nobody:1"));
  return frames;
}

type Batch = Exclude<Parameters<RawPeer["batch"]>[0], { readonly $typeName: string }>;

const ids = fc.oneof(
  fc.constantFrom("eventstream", "deadletter", "$futures", "$1", "activator", "", "__proto__", "a/b"),
  fc.string({ maxLength: 8 }),
);
/** Most often one that is in its table, as a frame with another is not read on. */
const index = fc.oneof(
  { weight: 40, arbitrary: fc.constant(0) },
  { weight: 2, arbitrary: fc.integer({ min: 0, max: 2 }) },
  fc.integer(),
);
const typeNames = fc.oneof(
  fc.constantFrom(
    StringValueSchema.typeName,
    "google.protobuf.Struct",
    "actor.Stop",
    "actor.Terminated",
    "actor.Touch",
    "actor.DeadLetterResponse",
    "x.Nope",
    "constructor",
    "",
  ),
  fc.string({ maxLength: 8 }),
);
const bodies = fc.oneof(
  fc.uint8Array({ maxLength: 40 }),
  fc.string().map((value) => toBinary(StringValueSchema, text(value))),
  fc.nat({ max: 120 }).map((depth) => new Uint8Array(depth).fill(0x0b)),
);

/** Batches that name nobody who is exposed, and senders at which nobody may be dialled. */
function batches(address: string): fc.Arbitrary<Batch> {
  const pid = (...addresses: readonly string[]) =>
    fc.record({ Address: fc.constantFrom(...addresses), Id: ids });
  const headerData = fc.dictionary(fc.string({ maxLength: 12 }), fc.string(), { maxKeys: 80 });
  return fc.record({
    typeNames: fc.array(typeNames, { minLength: 1, maxLength: 3 }),
    targets: fc.array(pid(address, "", "nonhost", "third:1"), { minLength: 1, maxLength: 3 }),
    senders: fc.array(pid("third:1"), { maxLength: 2 }),
    envelopes: fc.array(
      fc.record({
        typeId: index,
        target: index,
        sender: index,
        serializerId: fc.constantFrom(0, 0, 0, 1, 2, -1),
        targetRequestId: fc.nat({ max: 3 }),
        messageData: bodies,
        messageHeader: fc.option(fc.record({ headerData }), { nil: undefined }),
      }),
      { maxLength: 5 },
    ),
  });
}

type Say = (peer: RawPeer) => void;

function sayings(address: string): fc.Arbitrary<Say> {
  return fc.oneof(
    {
      weight: 8,
      arbitrary: batches(address).map(
        (batch): Say =>
          (peer) =>
            peer.batch(batch),
      ),
    },
    fc.record({ systemId: fc.string({ maxLength: 5 }), address: fc.string({ maxLength: 5 }) }).map(
      (who): Say =>
        (peer) =>
          peer.greet(who),
    ),
    fc.constant<Say>((peer) => peer.say({ case: "disconnectRequest", value: {} })),
    fc.constant<Say>((peer) => peer.say({ case: "connectResponse", value: { memberId: "x" } })),
    fc.constant<Say>((peer) => peer.say({ case: "connectRequest", value: {} })),
  );
}

/** How a frame is spoilt after it was written. */
interface Spoil {
  readonly changes: readonly (readonly [where: number, byte: number])[];
  readonly cutAt: number | undefined;
}

const spoils: fc.Arbitrary<Spoil> = fc.record({
  changes: fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 6 }),
  cutAt: fc.option(fc.nat(), { nil: undefined, freq: 3 }),
});

function spoil(frame: Uint8Array, { changes, cutAt }: Spoil): Uint8Array {
  const spoilt = frame.slice(0, cutAt === undefined ? frame.length : cutAt % (frame.length + 1));
  for (const [where, byte] of changes) if (spoilt.length > 0) spoilt[where % spoilt.length] = byte;
  return spoilt;
}

/** Frames for a member as its schema has them, half of them spoilt afterwards; from a seed. */
export async function hostileFrames(address: string, count: number, seed: number): Promise<Uint8Array[]> {
  const samples = fc.sample(fc.tuple(sayings(address), fc.option(spoils, { nil: undefined, freq: 2 })), {
    numRuns: count,
    seed,
  });
  const frames: Uint8Array[] = [];
  for (const [say, how] of samples) {
    for (const frame of await framesOf(say)) frames.push(how ? spoil(frame, how) : frame);
  }
  return frames;
}
