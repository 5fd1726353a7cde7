import type { EventStream } from "../event-stream/event-stream.ts";
import type { Message } from "../message/message.ts";
import type { PID } from "../pid/pid.ts";
import type { Process } from "../pid/process.ts";

/** Publishes the messages that are sent to it on the event stream. */
export class EventStreamProcess implements Process {
  readonly #eventStream: EventStream;

  constructor(eventStream: EventStream) {
    this.#eventStream = eventStream;
  }

  sendUser(_target: PID, message: Message): void {
    if (typeof message === "object") this.#eventStream.publish(message);
  }

  sendSystem(): void {}
}
