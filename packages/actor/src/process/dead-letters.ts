import type { EventStream } from "../event-stream/event-stream.ts";
import {
  type DeadLetter,
  DeadLetterEvent,
  type DeadLetterReason,
  DeadLetterResponse,
} from "../message/dead-letter.ts";
import type { Message } from "../message/message.ts";
import { type SystemMessage, Terminated, Watch } from "../message/system-message.ts";
import type { PID } from "../pid/pid.ts";
import type { Process } from "../pid/process.ts";
import type { ProcessRegistry } from "./process-registry.ts";

/**
 * How many messages were not handled, by reason.
 *
 * @example
 * import type { ActorSystem, DeadLetterCounts } from "@ts-grain/actor";
 *
 * function countDeadLetters(system: ActorSystem): number {
 *   const counts: DeadLetterCounts = system.stats.deadLetters;
 *   return Object.values(counts).reduce((sum, count) => sum + count, 0);
 * }
 */
export type DeadLetterCounts = Readonly<Record<DeadLetterReason, number>>;

/** Takes what nobody handles: counts it, publishes a `DeadLetterEvent`, and tells the sender. */
export class DeadLetters implements Process {
  readonly #processes: ProcessRegistry;
  readonly #eventStream: EventStream;
  readonly #counts: Record<DeadLetterReason, number> = {
    not_found: 0,
    stopped: 0,
    overloaded: 0,
    no_sender: 0,
    late_reply: 0,
    unreachable: 0,
    no_routee: 0,
    refused: 0,
    not_serializable: 0,
  };

  constructor(processes: ProcessRegistry, eventStream: EventStream) {
    this.#processes = processes;
    this.#eventStream = eventStream;
  }

  /** How many messages came here so far, by reason. */
  get counts(): DeadLetterCounts {
    return { ...this.#counts };
  }

  sendUser(target: PID, message: Message, sender: PID | undefined): void {
    this.post({ target, message, sender, reason: "not_found" });
  }

  /** Tells a watcher that there is nothing to watch. Other system messages have no meaning for what is gone. */
  sendSystem(target: PID, message: SystemMessage): void {
    if (!(message instanceof Watch)) return;
    this.#processes.get(message.watcher).sendSystem(message.watcher, new Terminated(target, "not_found"));
  }

  /** Counts and publishes the letter, and tells its sender, if it has one. */
  post(letter: DeadLetter): void {
    this.postSilently(letter);
    const { sender, target, reason } = letter;
    if (sender === undefined) return;
    this.#processes
      .get(sender)
      .sendUser(sender, new DeadLetterResponse(target, reason), undefined, undefined);
  }

  /** Counts and publishes the letter, without a word to its sender. */
  postSilently(letter: DeadLetter): void {
    this.#counts[letter.reason]++;
    this.#eventStream.publish(new DeadLetterEvent(letter));
  }
}
