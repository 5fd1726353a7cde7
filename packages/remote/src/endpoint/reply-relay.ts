import {
  type Message,
  type MessageHeaders,
  PID,
  type Process,
  type ProcessRegistry,
  type SystemMessage,
} from "@ts-grain/actor";

const relayId = "$relay";
/** Requests that may wait at once; the one that has waited for longest is not answered any more. */
const maxWaiting = 16_384;
/** Numbers of requests have 32 bits on the wire, and 0 is none. */
const lastNumber = 0x7f_ff_ff_ff;

/**
 * Answers the requests of other systems that were handed on from here to others. Who asked believes only whom it has asked, so the answer
 * goes back the way that the request came.
 */
export class ReplyRelay implements Process {
  readonly #processes: ProcessRegistry;
  /** Who asked, by the relay's own numbers; the oldest first. */
  readonly #askers = new Map<number, PID>();
  #number = 0;

  constructor(processes: ProcessRegistry) {
    this.#processes = processes;
  }

  /** The local PID that takes the answer to what somebody asked. */
  open(asker: PID): PID {
    if (this.#number === 0) this.#processes.add(relayId, this);
    this.#number = (this.#number % lastNumber) + 1;
    if (this.#askers.size === maxWaiting) this.#forgetOldest();
    this.#askers.set(this.#number, asker);
    return new PID(this.#processes.address, relayId, this.#number);
  }

  /** What answers, be it that the message could not be delivered. Who sent it is none of the asker's business, and may be unknown to it. */
  sendUser(
    target: PID,
    message: Message,
    sender: PID | undefined,
    headers: MessageHeaders | undefined,
  ): void {
    const asker = this.#askers.get(target.requestId);
    if (asker === undefined) {
      this.#processes.deadLetter({ target, message, sender, reason: "late_reply" });
      return;
    }
    this.#askers.delete(target.requestId);
    this.#processes.get(asker).sendUser(asker, message, undefined, headers);
  }

  /** Nobody watches it, and it does not stop. */
  sendSystem(_target: PID, _message: SystemMessage): void {}

  #forgetOldest(): void {
    for (const oldest of this.#askers.keys()) {
      this.#askers.delete(oldest);
      return;
    }
  }
}
