import type { EventStream } from "../event-stream/event-stream.ts";
import type { Message } from "../message/message.ts";
import type { PID } from "../pid/pid.ts";
import type { Process } from "../pid/process.ts";
import type { DeadLetters } from "./dead-letters.ts";

/** Publishes the objects that are sent to it on the event stream; other messages are nobody's. */
export class EventStreamProcess implements Process {
  readonly #eventStream: EventStream;
  readonly #deadLetters: DeadLetters;

  constructor(eventStream: EventStream, deadLetters: DeadLetters) {
    this.#eventStream = eventStream;
    this.#deadLetters = deadLetters;
  }

  sendUser(target: PID, message: Message, sender: PID | undefined): void {
    if (typeof message === "object") this.#eventStream.publish(message);
    else this.#deadLetters.sendUser(target, message, sender);
  }

  sendSystem(): void {}
}
