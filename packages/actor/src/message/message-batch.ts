import { ControlMessage } from "./control-message.ts";
import type { Message } from "./message.ts";

/**
 * Several messages sent as one: the actor gets each of them, without sender and headers, and then the batch itself.
 *
 * Nothing else comes in between but system messages.
 */
export class MessageBatch extends ControlMessage {
  readonly messages: readonly Message[];

  constructor(messages: readonly Message[]) {
    super();
    this.messages = messages;
  }
}

/** Stands for a batch whose messages have been unpacked before it. */
export class UnpackedBatch extends ControlMessage {
  readonly batch: MessageBatch;

  constructor(batch: MessageBatch) {
    super();
    this.batch = batch;
  }
}
