import type { DeadLetterReason } from "../message/dead-letter.ts";
import { type Origin, SenderWithHeaders } from "../message/envelope.ts";
import type { Message, MessageHeaders } from "../message/message.ts";
import type { SystemMessage } from "../message/system-message.ts";
import type { PID } from "../pid/pid.ts";
import type { HomeProcess, ProcessHome } from "../pid/process.ts";
import type { MessageQueue, Refused } from "./message-queue.ts";
import { MessageRing } from "./message-ring.ts";
import type { Runnable, RunQueue } from "./run-queue.ts";
import { isThenable } from "./thenable.ts";

/** A user message that will not be delivered. */
export interface Undelivered extends Refused {
  readonly reason: DeadLetterReason;
}

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
 * It is also the process behind the actor's PID, so that sending touches a single object; and the actor's cell derives from
 * it, as two objects for each actor would take more memory, and more time to reach, than all that the mailbox does.
 */
export abstract class Mailbox implements HomeProcess, Runnable {
  readonly #runQueue: RunQueue;
  #state = idle;
  // The first of the waiting user messages. Most actors never have two waiting, and so never need a queue.
  #message: Message | undefined;
  #origin: Origin;
  #queue: MessageQueue | undefined;
  #systemMessage: SystemMessage | undefined;
  #seldom: SeldomUsed | undefined;

  /** @param queue sees every message, if given; otherwise `makeQueue` is asked for one when a second message waits. */
  constructor(runQueue: RunQueue, queue: MessageQueue | undefined) {
    this.#runQueue = runQueue;
    this.#queue = queue;
    if (queue !== undefined) this.#state = custom;
  }

  abstract readonly home: ProcessHome;

  abstract chooseId(): string;

  /** Makes the queue for the messages after the first one. */
  protected abstract makeQueue(): MessageQueue;

  /** Handles a user message; a promise keeps the mailbox shut until it settles. */
  protected abstract handleUser(message: Message, origin: Origin): unknown;

  /** Handles a system message, with the same meaning of a promise. */
  protected abstract handleSystem(message: SystemMessage): unknown;

  /** Hears of a throw or a rejection. `message` is undefined if it was a system message that was handled. */
  abstract handleFailure(reason: unknown, message: Message | undefined): void;

  /** Hears of a system message that has to wait for the promise of the message being handled. */
  protected abstract handleWaiting(message: SystemMessage): void;

  /** Hears that nothing is left to do for now. */
  protected abstract handleIdle(): void;

  /** Takes a user message that will not be delivered. `target` is undefined if it had been queued before. */
  abstract undeliverable(target: PID | undefined, letter: Undelivered): void;

  /** Takes a system message that came after the end. `target` is undefined if it had been queued before. */
  protected abstract undeliverableSystem(target: PID | undefined, message: SystemMessage): void;

  /** Whether a user message waits. */
  get hasMessages(): boolean {
    return this.#message !== undefined || (this.#queue !== undefined && this.#queue.length > 0);
  }

  sendUser(
    target: PID,
    message: Message,
    sender: PID | undefined,
    headers: MessageHeaders | undefined,
  ): void {
    // Most messages find an idle actor. Nothing waits there, and what has so little to do is compiled into its callers.
    if (this.#state === idle && headers === undefined) {
      this.#state = scheduled;
      this.#message = message;
      this.#origin = sender;
      this.#runQueue.add(this);
    } else {
      this.sendToBusy(
        target,
        message,
        headers === undefined ? sender : new SenderWithHeaders(sender, headers),
      );
    }
  }

  sendSystem(target: PID, message: SystemMessage): void {
    if ((this.#state & ended) !== 0) {
      this.undeliverableSystem(target, message);
      return;
    }
    if (this.#systemMessage === undefined) {
      this.#systemMessage = message;
    } else {
      const seldom = this.seldom();
      seldom.systemQueue ??= new MessageRing();
      seldom.systemQueue.push(message, undefined);
    }
    if ((this.#state & awaiting) !== 0) this.handleWaiting(message);
    else this.schedule();
  }

  /** Puts a message before all that wait. */
  putBack(message: Message, origin: Origin): void {
    const queue = this.#message === undefined ? this.#queue : this.openQueue();
    if ((this.#state & custom) !== 0) {
      queue!.unshift(message, origin);
    } else {
      if (this.#message !== undefined) queue!.unshift(this.#message, this.#origin);
      this.#message = message;
      this.#origin = origin;
    }
    this.schedule();
  }

  /** Holds user messages back until `resume`. */
  suspend(): void {
    this.#state |= suspended;
  }

  resume(): void {
    this.#state &= ~suspended;
    this.schedule();
  }

  /** Refuses user messages from now on, those that wait included. */
  close(): void {
    this.#state |= closed;
    for (let message = this.take(); message !== undefined; message = this.take()) {
      const origin = this.#origin;
      this.undeliverable(undefined, { message, origin, reason: "stopped", answer: "any_sender" });
    }
    this.#queue = undefined;
  }

  /** Refuses system messages as well, those that wait included. */
  end(): void {
    this.#state |= ended;
    while (this.#systemMessage !== undefined) this.undeliverableSystem(undefined, this.takeSystem());
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
          outcome = this.handleSystem(this.takeSystem());
        } else {
          message = (this.#state & suspended) === 0 ? this.take() : undefined;
          if (message === undefined) {
            this.becomeIdle();
            return handled;
          }
          outcome = this.handleUser(message, this.#origin);
        }
        handled++;
        // Most handlers return nothing, and waiting for nothing would cost more than the message itself.
        if (outcome !== undefined && isThenable(outcome)) {
          this.await(outcome, message);
          return handled;
        }
      }
    } catch (reason) {
      handled++;
      this.handleFailure(reason, message);
    }
    // The slice is over: to the end of the line, if there is more to do.
    if (this.hasWork()) this.#runQueue.addLast(this);
    else this.becomeIdle();
    return handled;
  }

  // Private by type only, as a private method would cost each actor eight bytes for the mark that it may be called.

  private sendToBusy(target: PID, message: Message, origin: Origin): void {
    if ((this.#state & closed) !== 0) {
      this.undeliverable(target, { message, origin, reason: "stopped", answer: "any_sender" });
      return;
    }
    // With others waiting, a free slot must stay free: it comes before the queue.
    if ((this.#state & custom) === 0 && !this.hasMessages) {
      this.#message = message;
      this.#origin = origin;
    } else {
      const refused = this.openQueue().push(message, origin);
      if (refused !== undefined) this.undeliverable(undefined, { ...refused, reason: "overloaded" });
    }
    if ((this.#state & ~custom) === idle) this.schedule();
  }

  /** The queue for what finds the slot taken. One that orders or refuses gets the message in the slot, and all from then on. */
  private openQueue(): MessageQueue {
    if (this.#queue !== undefined) return this.#queue;
    this.#queue = this.makeQueue();
    if (this.#queue instanceof MessageRing) return this.#queue;
    this.#state |= custom;
    if (this.#message !== undefined) this.#queue.push(this.#message, this.#origin);
    this.#message = undefined;
    return this.#queue;
  }

  /** The next user message; its origin is then in `#origin`. */
  private take(): Message | undefined {
    const message = this.#message;
    if (message !== undefined) {
      this.#message = undefined;
      return message;
    }
    const queue = this.#queue;
    if (queue === undefined) return undefined;
    const next = queue.shift();
    // Of a flood most come from one sender, and to look is quicker than to have the engine note once more that it is kept here.
    if (this.#origin !== queue.origin) this.#origin = queue.origin;
    return next;
  }

  private takeSystem(): SystemMessage {
    const message = this.#systemMessage!;
    this.#systemMessage = this.#seldom?.systemQueue?.shift() as SystemMessage | undefined;
    return message;
  }

  private hasWork(): boolean {
    return this.#systemMessage !== undefined || (this.hasMessages && (this.#state & suspended) === 0);
  }

  private schedule(): void {
    if ((this.#state & (scheduled | awaiting)) !== 0 || !this.hasWork()) return;
    this.#state |= scheduled;
    this.#runQueue.add(this);
  }

  private becomeIdle(): void {
    this.#state &= ~scheduled;
    this.#queue?.release?.();
    // An idle actor does not keep whom it has answered. While it is suspended, a message may wait that the origin is of.
    if (this.#message === undefined) this.#origin = undefined;
    this.handleIdle();
  }

  private await(outcome: PromiseLike<unknown>, message: Message | undefined): void {
    this.#state = (this.#state & ~scheduled) | awaiting;
    const seldom = this.seldom();
    // Kept with the mailbox, since two new closures for each message would cost more than the wait.
    seldom.pending ??= {
      message: undefined,
      settled: () => this.settle(seldom.pending!),
      rejected: (reason) => {
        this.handleFailure(reason, seldom.pending!.message);
        this.settle(seldom.pending!);
      },
    };
    seldom.pending.message = message;
    // `resolve` returns a promise as it is, and makes one of any other thenable, whose `then` may do anything.
    Promise.resolve(outcome).then(seldom.pending.settled, seldom.pending.rejected);
  }

  private settle(pending: PendingTurn): void {
    this.#state &= ~awaiting;
    pending.message = undefined;
    if (this.hasWork()) this.schedule();
    else this.becomeIdle();
  }

  private seldom(): SeldomUsed {
    this.#seldom ??= { systemQueue: undefined, pending: undefined };
    return this.#seldom;
  }
}

/** What most actors never need. */
interface SeldomUsed {
  /** System messages after the first one. */
  systemQueue: MessageRing | undefined;
  pending: PendingTurn | undefined;
}

/** The turn whose promise has not settled. */
interface PendingTurn {
  message: Message | undefined;
  readonly settled: () => void;
  readonly rejected: (reason: unknown) => void;
}
