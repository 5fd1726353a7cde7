import { PID } from "@ts-grain/actor";
import { BatchReader, type WirePid } from "../wire/batch-reader.ts";
import type { Outgoing } from "../wire/batch-writer.ts";
import { readFrame } from "../wire/frame.ts";
import type { TypeRegistry } from "../wire/type-registry.ts";

/** We wrote the batch ourselves. */
const unlimited = {
  maxEnvelopes: Number.POSITIVE_INFINITY,
  maxElements: Number.POSITIVE_INFINITY,
  maxNameBytes: Number.POSITIVE_INFINITY,
  maxHeaders: Number.POSITIVE_INFINITY,
  maxHeaderBytes: Number.POSITIVE_INFINITY,
};

/** The messages in a frame of ours that has not left. */
export function* waitingMessages(frame: Uint8Array, types: TypeRegistry): Iterable<Outgoing> {
  const outer = readFrame(frame);
  if (outer.kind !== "batch") return;
  const batch = new BatchReader(outer.body, unlimited);
  while (batch.next()) {
    const type = types.get(batch.typeNames[batch.typeIndex]!)!;
    const codec = batch.serializerId === 0 ? type.codec : type.json;
    const sender = batch.senders[batch.senderIndex];
    yield {
      codec,
      message: codec.decode(frame, batch.messageStart, batch.messageEnd),
      target: pid(batch.targets[batch.targetIndex]!, batch.targetRequestId),
      sender: sender && pid(sender, batch.senderRequestId),
      headers: batch.headers,
    };
  }
}

function pid({ address, id }: WirePid, requestId: number): PID {
  return new PID(address, id, requestId);
}
