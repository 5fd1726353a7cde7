/**
 * Anything that may be sent: any value but `undefined` and `null`. Immutable by contract once sent.
 *
 * @example
 * import type { Message, PID, SenderContext } from "@ts-grain/actor";
 *
 * function sendToAll(context: SenderContext, targets: readonly PID[], message: Message): void {
 *   for (const target of targets) context.send(target, message);
 * }
 */
export type Message = NonNullable<unknown>;

/**
 * Names and values that travel beside a message.
 *
 * @example
 * import { ActorSystem, type MessageHeaders, propsFromFunction } from "@ts-grain/actor";
 *
 * const { root } = new ActorSystem();
 * const reader = root.spawn(
 *   propsFromFunction((context) => {
 *     if (context.sender) context.respond(context.headers["tenant"] ?? "nobody");
 *   }),
 * );
 * const headers: MessageHeaders = { tenant: "acme" };
 * console.log(await root.requestAsync(reader, "whose?", { headers })); // prints: acme
 */
export type MessageHeaders = Readonly<Record<string, string>>;

/** The headers of a message that was sent without any. */
export const noHeaders: MessageHeaders = Object.freeze({});
