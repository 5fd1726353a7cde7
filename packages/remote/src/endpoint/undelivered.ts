import { type DeadLetter, PID } from "@ts-grain/actor";
import { StopSchema, TerminatedSchema, UnwatchSchema, WatchSchema } from "../gen/actor/actor_pb.ts";
import { actorMessageFromWire } from "../wire/actor-messages.ts";
import { BatchReader, type WirePid } from "../wire/batch-reader.ts";
import { readFrame } from "../wire/frame.ts";
import type { TypeRegistry } from "../wire/type-registry.ts";

const systemTypes: ReadonlySet<string> = new Set(
  [StopSchema, TerminatedSchema, UnwatchSchema, WatchSchema].map(({ typeName }) => typeName),
);

/** We wrote the batch ourselves. */
const unlimited = {
  maxEnvelopes: Number.POSITIVE_INFINITY,
  maxNameBytes: Number.POSITIVE_INFINITY,
  maxHeaders: Number.POSITIVE_INFINITY,
  maxHeaderBytes: Number.POSITIVE_INFINITY,
};

/**
 * The messages in a frame of ours that never left. Not those of the runtime itself: the peer's end makes them void, and
 * watchers hear of that end otherwise.
 */
export function* undelivered(frame: Uint8Array, types: TypeRegistry): Iterable<DeadLetter> {
  const outer = readFrame(frame);
  if (outer.kind !== "batch") return;
  const batch = new BatchReader(outer.body, unlimited);
  while (batch.next()) {
    const type = types.get(batch.typeNames[batch.typeIndex]!)!;
    const codec = batch.serializerId === 0 ? type.codec : type.json;
    if (systemTypes.has(type.typeName)) continue;
    const target = batch.targets[batch.targetIndex]!;
    const sender = batch.senders[batch.senderIndex];
    yield {
      target: pid(target, batch.targetRequestId),
      message: actorMessageFromWire(
        codec.decode(frame, batch.messageStart, batch.messageEnd),
        target.address,
      ),
      sender: sender && pid(sender, batch.senderRequestId),
      reason: "unreachable",
    };
  }
}

function pid({ address, id }: WirePid, requestId: number): PID {
  return new PID(address, id, requestId);
}
