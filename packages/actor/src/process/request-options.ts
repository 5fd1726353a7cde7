import { ActorError } from "../actor-error.ts";
import type { MessageHeaders } from "../message/message.ts";

/**
 * How to send a message.
 *
 * @example
 * import type { PID, SenderContext, SendOptions } from "@ts-grain/actor";
 *
 * function passOn(context: SenderContext, target: PID, news: string): void {
 *   const options: SendOptions = { headers: context.headers };
 *   context.send(target, news, options);
 * }
 */
export interface SendOptions {
  /** Texts that travel beside the message. Default none. */
  readonly headers?: MessageHeaders | undefined;
}

/**
 * How long to wait for something.
 *
 * @example
 * import type { PID, StopperContext, WaitOptions } from "@ts-grain/actor";
 *
 * async function stopInTime(context: StopperContext, actor: PID): Promise<void> {
 *   const options: WaitOptions = { timeoutMs: 2_000 };
 *   await context.stopAsync(actor, options);
 * }
 */
export interface WaitOptions {
  /** Milliseconds after which the wait ends with code "deadline_exceeded"; `Infinity` waits on. Default 5 000. */
  readonly timeoutMs?: number | undefined;
  /** Ends the wait when it aborts, with its reason. Default none. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * How to send a request, and how long to wait for its reply.
 *
 * @example
 * import { ActorSystem, propsFromFunction, type RequestOptions } from "@ts-grain/actor";
 *
 * const { root } = new ActorSystem();
 * const echo = root.spawn(
 *   propsFromFunction((context) => {
 *     if (context.sender) context.respond(context.message);
 *   }),
 * );
 * const options: RequestOptions = {
 *   timeoutMs: 500,
 *   signal: AbortSignal.timeout(1_000),
 *   headers: { tenant: "acme" },
 * };
 * console.log(await root.requestAsync(echo, "hello", options)); // prints: hello
 */
export interface RequestOptions extends SendOptions, WaitOptions {}

/** Milliseconds that a wait lasts when nothing else is said. */
const defaultTimeoutMs = 5_000;

/**
 * Milliseconds that a wait with the given options lasts.
 *
 * @throws ActorError "invalid_options" if it is negative or not a number.
 */
export function timeoutOf(options: WaitOptions | undefined): number {
  const timeoutMs = options?.timeoutMs ?? defaultTimeoutMs;
  if (!(timeoutMs >= 0))
    throw new ActorError("invalid_options", `timeoutMs must not be negative, got ${timeoutMs}`);
  return timeoutMs;
}
