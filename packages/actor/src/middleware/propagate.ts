import type {
  ContextDecorator,
  ReceiveMiddleware,
  SenderMiddleware,
  SpawnMiddleware,
} from "../actor-cell/middleware.ts";
import type { PropsOptions } from "../actor-cell/props.ts";

/**
 * What descendants are given.
 *
 * @see {@link propagate}
 */
export interface Propagated {
  readonly receiveMiddleware?: readonly ReceiveMiddleware[] | undefined;
  readonly senderMiddleware?: readonly SenderMiddleware[] | undefined;
  readonly spawnMiddleware?: readonly SpawnMiddleware[] | undefined;
  readonly contextDecorators?: readonly ContextDecorator[] | undefined;
}

/**
 * Spawn middleware that gives all descendants the given middleware, outside of their own, and passes itself on.
 *
 * @example
 * import { logMessages, type Propagated, propagate, propsFromFunction } from "@ts-grain/actor";
 *
 * const forAll: Propagated = { receiveMiddleware: [logMessages()] };
 * const props = propsFromFunction(() => {}, { spawnMiddleware: [propagate(forAll)] });
 */
export function propagate(propagated: Propagated): SpawnMiddleware {
  const middleware: SpawnMiddleware = (next) => (place, props, id) => {
    const own: PropsOptions = props.options;
    return next(
      place,
      props.with({
        receiveMiddleware: join(propagated.receiveMiddleware, own.receiveMiddleware),
        senderMiddleware: join(propagated.senderMiddleware, own.senderMiddleware),
        spawnMiddleware: join([middleware, ...(propagated.spawnMiddleware ?? [])], own.spawnMiddleware),
        contextDecorators: join(propagated.contextDecorators, own.contextDecorators),
      }),
      id,
    );
  };
  return middleware;
}

function join<Item>(outer: readonly Item[] | undefined, inner: readonly Item[] | undefined): readonly Item[] {
  return [...(outer ?? []), ...(inner ?? [])];
}
