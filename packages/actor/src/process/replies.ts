import { ActorError, type ActorErrorCode } from "../actor-error.ts";
import { DeadLetterResponse } from "../message/dead-letter.ts";
import type { Message } from "../message/message.ts";
import { RequestFailed } from "../message/request-failed.ts";
import { PID } from "../pid/pid.ts";
import type { HomeProcess } from "../pid/process.ts";
import type { Clock, Timer } from "../ports/clock.ts";
import { Aborts } from "./aborts.ts";
import type { DeadLetters } from "./dead-letters.ts";
import type { ProcessRegistry } from "./process-registry.ts";
import type { ReplyHandler } from "./reply-handler.ts";
import { timeoutOf, type WaitOptions } from "./request-options.ts";

/** Id of the process that takes the replies to all requests of a system. */
const repliesId = "$futures";
/** Longest time in milliseconds between two looks for overdue requests, and so that a timer outlives the last one. */
const sweepMs = 100;
const initialSlots = 64;
/** Highest request id; ids stay small integers, which the engine keeps without allocating. */
const highestId = 2 ** 31 - 1;
/** A table up to this size is kept when no request waits. */
const keptSlots = 1024;
const slotsSweptPerMs = 20_000;
/** From so many on that wait, requests are likely to be made many at a time. */
const manyPending = 8;
const settled: Promise<void> = Promise.resolve();

type Resolve = (reply: never) => void;
type Reject = (error: unknown) => void;

/**
 * The requests of a system that wait for their replies.
 *
 * A request is a number, which travels as the sender's request id. Its low bits are the slot in which the request
 * waits. Numbers only grow, so a reply that comes late meets an empty slot or another number, and never another
 * request. One timer serves all deadlines.
 */
export class Replies implements HomeProcess {
  readonly home: ProcessRegistry;
  readonly #deadLetters: DeadLetters;
  readonly #clock: Clock;
  #ids = new Int32Array(initialSlots);
  #deadlinesMs = new Float64Array(initialSlots);
  // Who waits: the functions of a promise side by side, or a handler alone.
  #resolves: (Resolve | ReplyHandler | undefined)[] = new Array(initialSlots).fill(undefined);
  #rejects: (Reject | undefined)[] = new Array(initialSlots).fill(undefined);
  readonly #aborts = new Aborts((id, reason) => this.#fail(id & (this.#ids.length - 1), reason));
  #lastId = 0;
  /** The oldest request whose time does not run yet; 0 if there is none. */
  #firstUndated = 0;
  #pending = 0;
  #timer: Timer | undefined;
  /** When the timer fires; `Infinity` without one. */
  #dueMs = Number.POSITIVE_INFINITY;
  #isClosed = false;

  constructor(processes: ProcessRegistry, deadLetters: DeadLetters, clock: Clock) {
    this.home = processes;
    this.#deadLetters = deadLetters;
    this.#clock = clock;
    processes.add(repliesId, this);
  }

  /** Number of requests that wait. */
  get pending(): number {
    return this.#pending;
  }

  chooseId(): string {
    return repliesId;
  }

  /**
   * Begins to wait for a reply, and returns the PID to which it must be sent.
   *
   * @param resolve a handler, if `reject` is undefined
   * @throws ActorError "stopped" after `close`, "invalid_options"; the signal's reason if it has aborted.
   */
  open(resolve: Resolve | ReplyHandler, reject: Reject | undefined, options: WaitOptions | undefined): PID {
    if (this.#isClosed) throw new ActorError("stopped", "the actor system has been shut down");
    const timeoutMs = timeoutOf(options);
    options?.signal?.throwIfAborted();
    if (this.#pending * 2 >= this.#ids.length) this.#resize(this.#ids.length * 2);
    const id = this.#freeId();
    const slot = id & (this.#ids.length - 1);
    this.#ids[slot] = id;
    this.#resolves[slot] = resolve;
    this.#rejects[slot] = reject;
    this.#pending++;
    if (options?.signal) this.#aborts.add(id, options.signal);
    // The timer that is under way must not come too late for this one.
    if (this.#pending < manyPending || this.#timer === undefined || timeoutMs < sweepMs) {
      const nowMs = this.#clock.nowMs();
      this.#deadlinesMs[slot] = nowMs + timeoutMs;
      if (nowMs + timeoutMs < this.#dueMs) this.#arm(nowMs, nowMs + timeoutMs);
    } else {
      this.#dateSoon(slot, timeoutMs);
    }
    const replyTo = new PID(this.home, repliesId, id);
    replyTo.process = this;
    return replyTo;
  }

  sendUser(target: PID, message: Message): void {
    const slot = target.requestId & (this.#ids.length - 1);
    if (this.#ids[slot] !== target.requestId || target.requestId === 0) {
      // Nobody waits for a notice of non-delivery either, so it is not a lost message.
      if (message instanceof DeadLetterResponse) return;
      this.#deadLetters.postSilently({ target, message, sender: undefined, reason: "late_reply" });
      return;
    }
    const resolve = this.#resolves[slot]!;
    const reject = this.#rejects[slot];
    this.#free(slot);
    if (message instanceof DeadLetterResponse) refuse(resolve, reject, nonDelivery(message));
    else if (message instanceof RequestFailed) refuse(resolve, reject, message.error);
    else if (reject === undefined) reply(resolve as ReplyHandler, message);
    else (resolve as Resolve)(message as never);
  }

  sendSystem(): void {}

  /** Settles all that wait with code "stopped", and takes no more. */
  close(): void {
    this.#isClosed = true;
    this.#timer?.cancel();
    for (let slot = 0; slot < this.#ids.length; slot++) {
      if (this.#ids[slot] !== 0)
        this.#fail(slot, new ActorError("stopped", "the actor system was shut down"));
    }
  }

  #freeId(): number {
    const mask = this.#ids.length - 1;
    do this.#lastId = nextId(this.#lastId);
    while (this.#ids[this.#lastId & mask] !== 0);
    return this.#lastId;
  }

  #free(slot: number): void {
    const id = this.#ids[slot]!;
    this.#ids[slot] = 0;
    this.#resolves[slot] = undefined;
    this.#rejects[slot] = undefined;
    this.#pending--;
    this.#aborts.remove(id);
  }

  #fail(slot: number, error: unknown): void {
    const resolve = this.#resolves[slot]!;
    const reject = this.#rejects[slot];
    this.#free(slot);
    refuse(resolve, reject, error);
  }

  /**
   * Has the time of the newest request count from the end of the code that runs now, so that one look at the clock, which
   * takes a good part of a request, serves all that are made in between.
   */
  #dateSoon(slot: number, timeoutMs: number): void {
    // Told from a deadline by its sign.
    this.#deadlinesMs[slot] = -timeoutMs;
    if (this.#firstUndated !== 0) return;
    this.#firstUndated = this.#lastId;
    void settled.then(this.#date);
  }

  /** Turns the times of new requests into deadlines. */
  readonly #date = (): void => {
    if (this.#firstUndated === 0) return;
    const nowMs = this.#clock.nowMs();
    for (let id = this.#firstUndated; ; id = nextId(id)) {
      const slot = id & (this.#ids.length - 1);
      const undatedMs = this.#deadlinesMs[slot]!;
      if (this.#ids[slot] === id && undatedMs < 0) this.#deadlinesMs[slot] = nowMs - undatedMs;
      if (id === this.#lastId) break;
    }
    this.#firstUndated = 0;
  };

  #arm(nowMs: number, deadlineMs: number): void {
    this.#timer?.cancel();
    // A table of a million requests is swept less often, so that sweeping stays cheap beside the requests.
    const pauseMs = Math.max(deadlineMs - nowMs, this.#ids.length / slotsSweptPerMs);
    this.#dueMs = nowMs + Math.min(sweepMs, pauseMs);
    this.#timer = this.#clock.schedule(this.#dueMs - nowMs, () => this.#sweep());
  }

  #sweep(): void {
    this.#date();
    this.#timer = undefined;
    this.#dueMs = Number.POSITIVE_INFINITY;
    const nowMs = this.#clock.nowMs();
    let earliestMs = Number.POSITIVE_INFINITY;
    for (let slot = 0; slot < this.#ids.length; slot++) {
      if (this.#ids[slot] === 0) continue;
      const deadlineMs = this.#deadlinesMs[slot]!;
      // A handler that was told here has asked again: its time does not run yet.
      if (deadlineMs < 0) continue;
      if (deadlineMs <= nowMs) this.#fail(slot, withoutStack("deadline_exceeded", "no reply came in time"));
      else if (deadlineMs < earliestMs) earliestMs = deadlineMs;
    }
    if (earliestMs < this.#dueMs) this.#arm(nowMs, earliestMs);
    else if (this.#pending === 0 && this.#ids.length > keptSlots) this.#resize(initialSlots);
  }

  /** Moves the requests to a table of another size; ids in different slots stay in different slots of a larger one. */
  #resize(size: number): void {
    const ids = new Int32Array(size);
    const deadlinesMs = new Float64Array(size);
    const resolves: (Resolve | ReplyHandler | undefined)[] = new Array(size).fill(undefined);
    const rejects: (Reject | undefined)[] = new Array(size).fill(undefined);
    this.#ids.forEach((id, from) => {
      if (id === 0) return;
      const to = id & (size - 1);
      ids[to] = id;
      deadlinesMs[to] = this.#deadlinesMs[from]!;
      resolves[to] = this.#resolves[from];
      rejects[to] = this.#rejects[from];
    });
    this.#ids = ids;
    this.#deadlinesMs = deadlinesMs;
    this.#resolves = resolves;
    this.#rejects = rejects;
  }
}

function refuse(resolve: Resolve | ReplyHandler, reject: Reject | undefined, error: unknown): void {
  if (reject !== undefined) {
    reject(error);
    return;
  }
  try {
    (resolve as ReplyHandler).onFailure(error);
  } catch (thrown) {
    leaveUnhandled(thrown);
  }
}

function reply(handler: ReplyHandler, message: Message): void {
  try {
    handler.onReply(message);
  } catch (thrown) {
    leaveUnhandled(thrown);
  }
}

/** Whoever called has others to serve. */
function leaveUnhandled(thrown: unknown): void {
  void Promise.reject(thrown as Error);
}

function nextId(id: number): number {
  return id === highestId ? 1 : id + 1;
}

/** The error of a request for which no handler was started. */
function nonDelivery({ target, reason }: DeadLetterResponse): ActorError {
  const whom = target === undefined ? "the target" : target.toString();
  if (reason === "overloaded") return withoutStack("overloaded", `the mailbox of ${whom} is full`);
  return withoutStack("dead_letter", `${whom} did not get the request: ${reason}`);
}

/** An error whose stack would only show the runtime, and would cost more than the request. */
function withoutStack(code: ActorErrorCode, message: string): ActorError {
  const platform = Error as { stackTraceLimit?: number };
  const { stackTraceLimit } = platform;
  try {
    platform.stackTraceLimit = 0;
    return new ActorError(code, message);
  } finally {
    if (stackTraceLimit !== undefined) platform.stackTraceLimit = stackTraceLimit;
  }
}
