import type { Message, MessageHeaders, PID, Process, SystemMessage } from "@ts-grain/actor";
import type { Endpoint } from "./endpoint.ts";

/** Stands behind all PIDs of one other address. */
export class RemoteProcess implements Process {
  readonly #obtain: () => Endpoint;
  #endpoint: Endpoint | undefined;

  /** `obtain` finds or makes the endpoint of the address. */
  constructor(obtain: () => Endpoint) {
    this.#obtain = obtain;
  }

  sendUser(
    target: PID,
    message: Message,
    sender: PID | undefined,
    headers: MessageHeaders | undefined,
  ): void {
    this.#living().send(target, message, sender, headers);
  }

  sendSystem(target: PID, message: SystemMessage): void {
    this.#living().sendSystem(target, message);
  }

  /** After an endpoint's end the next message begins a new one. */
  #living(): Endpoint {
    if (this.#endpoint === undefined || this.#endpoint.isTerminated) this.#endpoint = this.#obtain();
    return this.#endpoint;
  }
}
