import type { ReceiveMiddleware } from "../actor-cell/middleware.ts";
import { ReceiveTimeout, Started } from "../message/lifecycle.ts";

/**
 * Receive middleware that ends an actor once no message came for so many milliseconds. What is queued by then is
 * handled first. It takes the actor's receive timeout for itself. The time must be positive, or the actor fails at its start.
 *
 * @example
 * import { passivateAfter, propsFromFunction } from "@ts-grain/actor";
 *
 * const props = propsFromFunction(() => {}, { receiveMiddleware: [passivateAfter(60_000)] });
 */
export function passivateAfter(idleMs: number): ReceiveMiddleware {
  return (next) => (context) => {
    if (context.message instanceof Started) context.setReceiveTimeout(idleMs);
    if (!(context.message instanceof ReceiveTimeout)) return next(context);
    context.cancelReceiveTimeout();
    context.poison(context.self);
    return undefined;
  };
}
