import type { Message as ProtobufMessage } from "@bufbuild/protobuf";
import { type DeadLetter, type DeadLetterReason, PID } from "@ts-grain/actor";
import { actorMessageReader } from "../wire/actor-messages.ts";
import { BatchReader, type WirePid } from "../wire/batch-reader.ts";
import type { Outgoing } from "../wire/batch-writer.ts";
import { readFrame } from "../wire/frame.ts";
import type { TypeRegistry } from "../wire/type-registry.ts";
import { UndecodedMessage } from "./undecoded-message.ts";

/** A message in a frame of ours. A codec may write what it does not read, such as a message that nests too deeply. */
export interface WaitingMessage extends Omit<Outgoing, "message"> {
  readonly message: ProtobufMessage | UndecodedMessage;
}

/** We wrote the batch ourselves. */
const unlimited = {
  maxEnvelopes: Number.POSITIVE_INFINITY,
  maxElements: Number.POSITIVE_INFINITY,
  maxNameBytes: Number.POSITIVE_INFINITY,
  maxHeaders: Number.POSITIVE_INFINITY,
  maxHeaderBytes: Number.POSITIVE_INFINITY,
};

/** The messages in a frame of ours that has not left. */
export function* waitingMessages(frame: Uint8Array, types: TypeRegistry): Iterable<WaitingMessage> {
  const outer = readFrame(frame);
  if (outer.kind !== "batch") return;
  const batch = new BatchReader(outer.body, unlimited);
  while (batch.next()) {
    const type = types.get(batch.typeNames[batch.typeIndex]!)!;
    const codec = batch.serializerId === 0 ? type.codec : type.json;
    const sender = batch.senders[batch.senderIndex];
    yield {
      codec,
      message: decoded(frame, batch, codec),
      target: pid(batch.targets[batch.targetIndex]!, batch.targetRequestId),
      sender: sender && pid(sender, batch.senderRequestId),
      headers: batch.headers,
    };
  }
}

/** A message of ours as a dead letter. */
export function letterOf(waiting: WaitingMessage, reason: DeadLetterReason): DeadLetter {
  const { target, message, sender } = waiting;
  const known =
    message instanceof UndecodedMessage
      ? message
      : (actorMessageReader(message.$typeName)?.(message, target.address) ?? message);
  return { target, message: known, sender, reason };
}

function decoded(
  frame: Uint8Array,
  { messageStart, messageEnd }: BatchReader,
  codec: Outgoing["codec"],
): WaitingMessage["message"] {
  try {
    return codec.decode(frame, messageStart, messageEnd);
  } catch {
    return new UndecodedMessage(codec.typeName);
  }
}

function pid({ address, id }: WirePid, requestId: number): PID {
  return new PID(address, id, requestId);
}
