import type { Message } from "../message/message.ts";

/**
 * Hears how a request ends, without a promise: for code that makes very many requests. Exactly one of its methods is called, once.
 *
 * Both are called in the midst of what others do, such as the turn of the actor that replies: they should do no more than note
 * what came. What they throw is an unhandled rejection. `onFailure` may be called before `requestInto` returns.
 *
 * @example
 * import { ActorSystem, type Message, propsFromFunction, type ReplyHandler } from "@ts-grain/actor";
 *
 * class Tally implements ReplyHandler {
 *   replies = 0;
 *   failures = 0;
 *   readonly done = Promise.withResolvers<void>();
 *
 *   onReply(_reply: Message): void {
 *     if (++this.replies === 100) this.done.resolve();
 *   }
 *
 *   onFailure(_error: unknown): void {
 *     this.failures++;
 *   }
 * }
 *
 * const { root } = new ActorSystem();
 * const echo = root.spawn(
 *   propsFromFunction((context) => {
 *     if (context.sender) context.respond(context.message);
 *   }),
 * );
 * const tally = new Tally();
 * for (let number = 0; number < 100; number++) root.requestInto(echo, number, tally);
 * await tally.done.promise;
 * console.log(tally.replies, tally.failures); // prints: 100 0
 */
export interface ReplyHandler {
  onReply(reply: Message): void;

  /** There will be no reply: what `requestAsync` would reject with. */
  onFailure(error: unknown): void;
}
