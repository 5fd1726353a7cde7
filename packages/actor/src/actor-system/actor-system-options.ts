import type { SenderMiddleware, SpawnMiddleware } from "../actor-cell/middleware.ts";
import type { MessageHeaders } from "../message/message.ts";
import type { Clock } from "../ports/clock.ts";
import type { EventLoop } from "../ports/event-loop.ts";
import type { Logger } from "../ports/logger.ts";
import type { Random } from "../ports/random.ts";
import type { StrayErrors } from "../ports/stray-errors.ts";

/**
 * What an actor system is made with.
 *
 * @example
 * import { ActorSystem, type ActorSystemOptions, seededRandom } from "@ts-grain/actor";
 *
 * const options: ActorSystemOptions = {
 *   id: "kitchen",
 *   random: seededRandom(1),
 *   strayErrors: "none",
 * };
 * console.log(new ActorSystem(options).id); // prints: kitchen
 */
export interface ActorSystemOptions {
  /** Names the system among all others. Default: 22 characters that nobody can guess. */
  readonly id?: string | undefined;
  /** Where time comes from. Default: the platform's monotonic clock. */
  readonly clock?: Clock | undefined;
  /** Where chance comes from. Default: the platform's generator. */
  readonly random?: Random | undefined;
  /** Where the log goes. Default: information, warnings and errors to the console. */
  readonly logger?: Logger | undefined;
  /** How actors share the thread with all else. Default: the clock's, if it brings one, or the platform's. */
  readonly eventLoop?: EventLoop | undefined;
  /**
   * Which errors that escaped every handler, of whatever code in the process, are logged and published as
   * `StrayErrorEvent` while the system lives, instead of ending the process. Default "rejections".
   */
  readonly strayErrors?: StrayErrors | undefined;
  /** What of the dead letters is logged. */
  readonly deadLetterLog?: DeadLetterLogOptions | undefined;
  /** How the root sends and spawns. */
  readonly root?: RootOptions | undefined;
}

/**
 * What of the dead letters is logged. Each is counted and published, logged or not.
 *
 * @example
 * import { ActorSystem, type DeadLetterLogOptions } from "@ts-grain/actor";
 *
 * const once: DeadLetterLogOptions = { limit: 1, periodMs: 60_000 };
 * const system = new ActorSystem({ deadLetterLog: once });
 */
export interface DeadLetterLogOptions {
  /** Entries per period, at least 0; further letters are only summed up at its end. Default 3. */
  readonly limit?: number | undefined;
  /** Length of a period in milliseconds. Default 1 000. */
  readonly periodMs?: number | undefined;
  /** Whether letters with a sender, who is told anyway, are logged. Default "log". */
  readonly requests?: "log" | "ignore" | undefined;
}

/**
 * How the root sends and spawns.
 *
 * @example
 * import { ActorSystem, type RootOptions } from "@ts-grain/actor";
 *
 * const root: RootOptions = {
 *   headers: { tenant: "acme" },
 *   senderMiddleware: [
 *     (next) =>
 *       (context, target, { message, sender }) =>
 *         next(context, target, { message, sender, headers: context.headers }),
 *   ],
 * };
 * const system = new ActorSystem({ root });
 */
export interface RootOptions {
  /** Headers that sender middleware can read on the root. Default none. */
  readonly headers?: MessageHeaders | undefined;
  /** Wraps what is sent on the root; the first is the outermost. Default none. */
  readonly senderMiddleware?: readonly SenderMiddleware[] | undefined;
  /** Wraps what is spawned on the root; the first is the outermost. Default none. */
  readonly spawnMiddleware?: readonly SpawnMiddleware[] | undefined;
}

/**
 * How a system ends.
 *
 * @example
 * import { ActorSystem, type ShutdownOptions } from "@ts-grain/actor";
 *
 * const quickly: ShutdownOptions = { timeoutMs: 1_000 };
 * await new ActorSystem().shutdown(quickly);
 */
export interface ShutdownOptions {
  /** Milliseconds for which the actors' end is awaited. Default 10 000. */
  readonly timeoutMs?: number | undefined;
}
