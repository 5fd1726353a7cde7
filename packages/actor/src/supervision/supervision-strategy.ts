import type { Message } from "../message/message.ts";
import type { PID } from "../pid/pid.ts";
import type { Random } from "../ports/random.ts";
import type { RestartStatistics } from "./restart-statistics.ts";

/**
 * What to do with an actor that failed: let it go on with the next message, replace it, stop it, or let the
 * supervisor fail in its place.
 *
 * @example
 * import { type Directive, oneForOne } from "@ts-grain/actor";
 *
 * const directives: Readonly<Record<string, Directive>> = {
 *   TypeError: "stop",
 *   RangeError: "resume",
 * };
 * const strategy = oneForOne({
 *   decider: (reason) => directives[Object(reason).name] ?? "restart",
 * });
 */
export type Directive = "resume" | "restart" | "stop" | "escalate";

/**
 * Chooses what a failure of the given kind calls for.
 *
 * @example
 * import { ActorSystem, type Decider, oneForOne, propsFromFunction } from "@ts-grain/actor";
 *
 * const decider: Decider = (reason, { child }) =>
 *   reason instanceof TypeError || child.id.endsWith("/optional") ? "stop" : "restart";
 * const parent = new ActorSystem().root.spawn(
 *   propsFromFunction(() => {}, { supervisionStrategy: oneForOne({ decider }) }),
 * );
 */
export type Decider = (reason: unknown, failure: Failure) => Directive;

/**
 * A failure, as a strategy sees it.
 *
 * @see {@link SupervisionStrategy}
 */
export interface Failure {
  /** Who failed. */
  readonly child: PID;
  /** What was thrown, or what the handler's promise was rejected with. */
  readonly reason: unknown;
  /** The message that was handled. */
  readonly message: Message | undefined;
  /** The child's earlier failures; the strategy records this one. */
  readonly statistics: RestartStatistics;
  /** The moment of the failure by the system's clock, in milliseconds. */
  readonly nowMs: number;
  /** The system's chance. */
  readonly random: Random;
}

/**
 * What a strategy decided.
 *
 * @see {@link SupervisionStrategy}
 */
export interface Decision {
  readonly directive: Directive;
  /** Whom a restart or a stop concerns. Default "child". */
  readonly appliesTo?: "child" | "all_children" | undefined;
  /** Milliseconds to wait before a restart. Default 0. */
  readonly delayMs?: number | undefined;
}

/**
 * Decides what happens to an actor that failed.
 *
 * @example
 * import type { Decision, Failure, SupervisionStrategy } from "@ts-grain/actor";
 *
 * // Restarts all children, within a second at random.
 * const together: SupervisionStrategy = {
 *   decide({ random }: Failure): Decision {
 *     return { directive: "restart", appliesTo: "all_children", delayMs: random.next() * 1_000 };
 *   },
 * };
 */
export interface SupervisionStrategy {
  /** Decides about one failure, in the supervisor's turn. What it throws is escalated. */
  decide(failure: Failure): Decision;
}
