/**
 * The first message of each incarnation of an actor.
 *
 * @example
 * import { ActorSystem, propsFromFunction, Started } from "@ts-grain/actor";
 *
 * const { root } = new ActorSystem();
 * const begun = Promise.withResolvers<string>();
 * root.spawn(
 *   propsFromFunction((context) => {
 *     if (context.message instanceof Started) begun.resolve("ready");
 *   }),
 * );
 * console.log(await begun.promise); // prints: ready
 */
export class Started {
  /** The one that the runtime sends. */
  static readonly instance: Started = new Started();
  readonly kind = "started";
}

/**
 * The actor is about to stop; its children still live.
 *
 * @example
 * import { propsFromFunction, Stopping } from "@ts-grain/actor";
 *
 * const props = propsFromFunction((context) => {
 *   if (context.message instanceof Stopping)
 *     for (const child of context.children) context.send(child, "last orders");
 * });
 */
export class Stopping {
  static readonly instance: Stopping = new Stopping();
  readonly kind = "stopping";
}

/**
 * The last message: all children are gone.
 *
 * @example
 * import { propsFromProducer, Stopped } from "@ts-grain/actor";
 *
 * const props = propsFromProducer(() => {
 *   const connection = new AbortController();
 *   return {
 *     receive({ message }) {
 *       if (message instanceof Stopped) connection.abort();
 *     },
 *   };
 * });
 */
export class Stopped {
  static readonly instance: Stopped = new Stopped();
  readonly kind = "stopped";
}

/**
 * The actor failed and is about to be replaced; the old incarnation's last message.
 *
 * @example
 * import { ActorSystem, propsFromProducer, Restarting, Stopped } from "@ts-grain/actor";
 * import { quietLogger } from "@ts-grain/actor/testing";
 *
 * const { root } = new ActorSystem({ logger: quietLogger });
 * let open = 0;
 * const props = propsFromProducer(() => {
 *   open += 1; // a connection, say
 *   return {
 *     receive({ message }) {
 *       if (message instanceof Restarting || message instanceof Stopped) open -= 1;
 *       if (message === "fail") throw new Error("as told");
 *     },
 *   };
 * });
 * const pid = root.spawn(props);
 * root.send(pid, "fail");
 * await root.poisonAsync(pid);
 * console.log(open); // prints: 0
 */
export class Restarting {
  static readonly instance: Restarting = new Restarting();
  readonly kind = "restarting";
}

/**
 * No message came for as long as `setReceiveTimeout` said.
 *
 * @example
 * import { propsFromFunction, ReceiveTimeout, Started } from "@ts-grain/actor";
 *
 * const props = propsFromFunction((context) => {
 *   if (context.message instanceof Started) context.setReceiveTimeout(30_000);
 *   if (context.message instanceof ReceiveTimeout) context.stop(context.self);
 * });
 */
export class ReceiveTimeout {
  static readonly instance: ReceiveTimeout = new ReceiveTimeout();
  readonly kind = "receive_timeout";
}

/**
 * What the runtime tells an actor about its own life.
 *
 * @example
 * import {
 *   type LifecycleMessage,
 *   propsFromFunction,
 *   ReceiveTimeout,
 *   Restarting,
 *   Started,
 *   Stopped,
 *   Stopping,
 * } from "@ts-grain/actor";
 *
 * const kinds = [Started, Stopping, Stopped, Restarting, ReceiveTimeout];
 * const isLifecycle = (message: unknown): message is LifecycleMessage =>
 *   kinds.some((kind) => message instanceof kind);
 *
 * const props = propsFromFunction((context) => {
 *   if (isLifecycle(context.message))
 *     context.system.logger.debug({ kind: context.message.kind }, "lifecycle");
 * });
 */
export type LifecycleMessage = Started | Stopping | Stopped | Restarting | ReceiveTimeout;
