import {
  DeadLetterResponse,
  type Message,
  type MessageHeaders,
  PID,
  type Process,
  type ProcessRegistry,
  type SystemMessage,
} from "@ts-grain/actor";

const relayId = "$relay";
/** Requests that may wait at once; then the oldest of who has most is not answered any more. */
const maxWaiting = 65_536;
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
  /** The numbers of each address, the oldest first. */
  readonly #byAddress = new Map<string, Set<number>>();
  #number = 0;

  constructor(processes: ProcessRegistry) {
    this.#processes = processes;
  }

  /** The local PID that takes the answer to what somebody asked. */
  open(asker: PID): PID {
    if (this.#number === 0) this.#processes.add(relayId, this);
    this.#number = (this.#number % lastNumber) + 1;
    if (this.#askers.size === maxWaiting) this.#refuseOldest();
    this.#askers.set(this.#number, asker);
    const numbers = this.#byAddress.get(asker.address) ?? new Set();
    this.#byAddress.set(asker.address, numbers.add(this.#number));
    return this.#pid(this.#number);
  }

  /** What answers, be it that the message could not be delivered. Who sent it is none of the asker's business, and may be unknown to it. */
  sendUser(
    target: PID,
    message: Message,
    sender: PID | undefined,
    headers: MessageHeaders | undefined,
  ): void {
    const asker = this.#take(target.requestId);
    if (asker === undefined) this.#processes.deadLetter({ target, message, sender, reason: "late_reply" });
    else this.#processes.get(asker).sendUser(asker, message, undefined, headers);
  }

  /** Nobody watches it, and it does not stop. */
  sendSystem(_target: PID, _message: SystemMessage): void {}

  #take(number: number): PID | undefined {
    const asker = this.#askers.get(number);
    if (asker === undefined) return undefined;
    this.#askers.delete(number);
    const numbers = this.#byAddress.get(asker.address)!;
    numbers.delete(number);
    if (numbers.size === 0) this.#byAddress.delete(asker.address);
    return asker;
  }

  /** Who asks much must not have others go unanswered. */
  #refuseOldest(): void {
    let most: Set<number> | undefined;
    for (const numbers of this.#byAddress.values()) if (numbers.size > (most?.size ?? 0)) most = numbers;
    for (const oldest of most ?? []) {
      this.sendUser(
        this.#pid(oldest),
        new DeadLetterResponse(this.#pid(oldest), "overloaded"),
        undefined,
        undefined,
      );
      return;
    }
  }

  #pid(number: number): PID {
    return new PID(this.#processes.address, relayId, number);
  }
}
