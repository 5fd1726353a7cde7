import { isMessage, type Message as ProtobufMessage } from "@bufbuild/protobuf";
import type { Message } from "@ts-grain/actor";
import { RemoteError } from "../remote-error.ts";
import { actorMessageToWire } from "./actor-messages.ts";

/**
 * A message that is one thing inside a process and another on the wire.
 *
 * @example
 * import { create } from "@bufbuild/protobuf";
 * import { StringValueSchema } from "@bufbuild/protobuf/wkt";
 * import type { HasWireForm } from "@ts-grain/remote";
 *
 * class Greeting implements HasWireForm {
 *   readonly name: string;
 *
 *   constructor(name: string) {
 *     this.name = name;
 *   }
 *   toWireMessage() {
 *     return create(StringValueSchema, { value: `Hello ${this.name}` });
 *   }
 * }
 */
export interface HasWireForm {
  /** The protobuf-es message that travels instead; its type is registered. */
  toWireMessage(): ProtobufMessage;
}

/**
 * What travels for a message.
 *
 * @throws RemoteError "not_serializable" if the message is neither a protobuf-es message nor knows its wire form.
 */
export function wireFormOf(message: Message): ProtobufMessage {
  if (isMessage(message)) return message;
  const actorMessage = actorMessageToWire(message);
  if (actorMessage !== undefined) return actorMessage;
  if (hasWireForm(message)) return message.toWireMessage();
  throw new RemoteError(
    "not_serializable",
    `only protobuf messages and messages with toWireMessage() can leave the process, not ${describe(message)}`,
  );
}

function hasWireForm(message: Message): message is HasWireForm {
  return (
    typeof message === "object" && "toWireMessage" in message && typeof message.toWireMessage === "function"
  );
}

function describe(message: Message): string {
  return typeof message === "object"
    ? `a ${message.constructor?.name ?? "plain object"}`
    : `a ${typeof message}`;
}
