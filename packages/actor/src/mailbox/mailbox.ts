import { type Origin, SenderWithHeaders } from "../message/envelope.ts";
import type { Message, MessageHeaders } from "../message/message.ts";
import type { SystemMessage } from "../message/system-message.ts";
import type { PID } from "../pid/pid.ts";
import type { HomeProcess, ProcessHome } from "../pid/process.ts";
import type { MailboxOwner } from "./mailbox-owner.ts";
import type { MessageQueue } from "./message-queue.ts";
import { MessageRing } from "./message-ring.ts";
import type { Runnable, RunQueue } from "./run-queue.ts";
import { isThenable } from "./thenable.ts";

// What a mailbox is doing, as bits: one that could run but has nothing to do is at 0.
const idle = 0;
const scheduled = 1;
/** The actor failed and waits for its supervisor's decision: only system messages are handled. */
const suspended = 2;
/** The handler returned a promise: nothing is handled until it settles. */
const awaiting = 4;
/** The actor is stopping: user messages are refused. */
const closed = 8;
/** The actor stopped: system messages are refused as well. */
const ended = 16;
/** Not a phase: the queue decides on order or admission, and so must see every message. */
const custom = 32;

/**
 * Queues the messages of one actor and hands them over one at a time: system messages first, then user messages.
 *
 * It is also the process behind the actor's PID, so that sending touches a single object.
 */
export class Mailbox implements HomeProcess, Runnable {
  readonly #owner: MailboxOwner;
  readonly #runQueue: RunQueue;
  #state = idle;
  #length = 0;
  // The first of the waiting user messages. Most actors never have two waiting, and so never need a queue.
  #message: Message | undefined;
  #origin: Origin;
  #queue: MessageQueue | undefined;
  #systemMessage: SystemMessage | undefined;
  #systemQueue: MessageRing | undefined;
  #pending: PendingTurn | undefined;

  constructor(owner: MailboxOwner, runQueue: RunQueue, queue: MessageQueue | undefined) {
    this.#owner = owner;
    this.#runQueue = runQueue;
    this.#queue = queue;
    if (queue !== undefined) this.#state = custom;
  }

  get home(): ProcessHome {
    return this.#owner.home;
  }

  /** Number of user messages that wait. */
  get length(): number {
    return this.#length;
  }

  chooseId(): string {
    return this.#owner.chooseId();
  }

  sendUser(
    target: PID,
    message: Message,
    sender: PID | undefined,
    headers: MessageHeaders | undefined,
  ): void {
    const origin = headers === undefined ? sender : new SenderWithHeaders(sender, headers);
    if ((this.#state & closed) !== 0) {
      this.#owner.undeliverable(target, { message, origin, reason: "stopped", answer: "any_sender" });
      return;
    }
    // With others waiting, a free slot must stay free: it comes before the queue.
    if (this.#length === 0 && (this.#state & custom) === 0) {
      this.#length = 1;
      this.#message = message;
      this.#origin = origin;
    } else {
      this.#enqueue(message, origin);
    }
    if ((this.#state & ~custom) === idle) {
      this.#state |= scheduled;
      this.#runQueue.add(this);
    }
  }

  sendSystem(target: PID, message: SystemMessage): void {
    if ((this.#state & ended) !== 0) {
      this.#owner.undeliverableSystem(target, message);
      return;
    }
    if (this.#systemMessage === undefined) {
      this.#systemMessage = message;
    } else {
      this.#systemQueue ??= new MessageRing();
      this.#systemQueue.push(message, undefined);
    }
    if ((this.#state & awaiting) !== 0) this.#owner.handleWaiting(message);
    else this.#schedule();
  }

  /** Puts a message before all that wait. */
  putBack(message: Message, origin: Origin): void {
    if ((this.#state & custom) !== 0) {
      this.#queue!.unshift(message, origin);
    } else {
      if (this.#message !== undefined) {
        this.#queue ??= new MessageRing();
        this.#queue.unshift(this.#message, this.#origin);
      }
      this.#message = message;
      this.#origin = origin;
    }
    this.#length++;
    this.#schedule();
  }

  /** Holds user messages back until `resume`. */
  suspend(): void {
    this.#state |= suspended;
  }

  resume(): void {
    this.#state &= ~suspended;
    this.#schedule();
  }

  /** Refuses user messages from now on, those that wait included. */
  close(): void {
    this.#state |= closed;
    for (let message = this.#take(); message !== undefined; message = this.#take()) {
      const origin = this.#origin;
      this.#owner.undeliverable(undefined, { message, origin, reason: "stopped", answer: "any_sender" });
    }
    this.#queue = undefined;
  }

  /** Refuses system messages as well, those that wait included. */
  end(): void {
    this.#state |= ended;
    while (this.#systemMessage !== undefined) this.#owner.undeliverableSystem(undefined, this.#takeSystem());
  }

  /** Handles up to `limit` messages. Only for the run queue. */
  run(limit: number): number {
    let handled = 0;
    let message: Message | undefined;
    try {
      while (handled < limit) {
        let outcome: unknown;
        if (this.#systemMessage !== undefined) {
          message = undefined;
          outcome = this.#owner.handleSystem(this.#takeSystem());
        } else {
          if (this.#length === 0 || (this.#state & suspended) !== 0) {
            this.#becomeIdle();
            return handled;
          }
          message = this.#take()!;
          outcome = this.#owner.handleUser(message, this.#origin);
        }
        handled++;
        // Most handlers return nothing, and waiting for nothing would cost more than the message itself.
        if (outcome !== undefined && isThenable(outcome)) {
          this.#await(outcome, message);
          return handled;
        }
      }
    } catch (reason) {
      handled++;
      this.#owner.handleFailure(reason, message);
    }
    this.#rest();
    return handled;
  }

  #enqueue(message: Message, origin: Origin): void {
    this.#queue ??= new MessageRing();
    const refused = this.#queue.push(message, origin);
    if (refused === undefined) this.#length++;
    else this.#owner.undeliverable(undefined, { ...refused, reason: "overloaded" });
  }

  /** The next user message; its origin is then in `#origin`. */
  #take(): Message | undefined {
    let message = this.#message;
    if (message !== undefined) {
      this.#message = undefined;
    } else {
      if (this.#length === 0) return undefined;
      message = this.#queue!.shift();
      this.#origin = this.#queue!.origin;
    }
    this.#length--;
    return message;
  }

  #takeSystem(): SystemMessage {
    const message = this.#systemMessage!;
    this.#systemMessage = this.#systemQueue?.shift() as SystemMessage | undefined;
    return message;
  }

  #hasWork(): boolean {
    return this.#systemMessage !== undefined || (this.#length > 0 && (this.#state & suspended) === 0);
  }

  #schedule(): void {
    if ((this.#state & (scheduled | awaiting)) !== 0 || !this.#hasWork()) return;
    this.#state |= scheduled;
    this.#runQueue.add(this);
  }

  /** Ends a slice: goes to the end of the line if there is more to do. */
  #rest(): void {
    if (this.#hasWork()) this.#runQueue.addLast(this);
    else this.#becomeIdle();
  }

  #becomeIdle(): void {
    this.#state &= ~scheduled;
    this.#queue?.release?.();
    this.#owner.handleIdle();
  }

  #await(outcome: PromiseLike<unknown>, message: Message | undefined): void {
    this.#state = (this.#state & ~scheduled) | awaiting;
    // Kept with the mailbox, since two new closures for each message would cost more than the wait.
    this.#pending ??= {
      message: undefined,
      settled: () => this.#settle(),
      rejected: (reason) => {
        this.#owner.handleFailure(reason, this.#pending!.message);
        this.#settle();
      },
    };
    this.#pending.message = message;
    // `resolve` returns a promise as it is, and makes one of any other thenable, whose `then` may do anything.
    Promise.resolve(outcome).then(this.#pending.settled, this.#pending.rejected);
  }

  #settle(): void {
    this.#state &= ~awaiting;
    this.#pending!.message = undefined;
    if (this.#hasWork()) this.#schedule();
    else this.#owner.handleIdle();
  }
}

/** The turn whose promise has not settled. */
interface PendingTurn {
  message: Message | undefined;
  readonly settled: () => void;
  readonly rejected: (reason: unknown) => void;
}
