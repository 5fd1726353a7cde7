import type { Message, MessageHeaders } from "../message/message.ts";
import type { PID } from "../pid/pid.ts";
import type { Receive } from "./actor.ts";
import type { ActorContext, SenderContext, System } from "./actor-context.ts";
import type { Props } from "./props.ts";

/**
 * Wraps the handling of each message, lifecycle messages included.
 *
 * @example
 * import { propsFromFunction, type ReceiveMiddleware } from "@ts-grain/actor";
 *
 * const timed: ReceiveMiddleware = (next) => async (context) => {
 *   const { clock, logger } = context.system;
 *   const startedMs = clock.nowMs();
 *   await next(context);
 *   logger.debug({ tookMs: clock.nowMs() - startedMs }, "handled a message");
 * };
 * const props = propsFromFunction(() => {}, { receiveMiddleware: [timed] });
 */
export type ReceiveMiddleware = (next: Receive) => Receive;

/**
 * A message on its way out.
 *
 * @see {@link SenderMiddleware}
 */
export interface OutgoingMessage {
  readonly message: Message;
  readonly sender: PID | undefined;
  readonly headers: MessageHeaders | undefined;
}

/**
 * Sends a message on behalf of an actor or of the root.
 *
 * @see {@link SenderMiddleware}
 */
export type SendMessage = (context: SenderContext, target: PID, outgoing: OutgoingMessage) => void;

/**
 * Wraps the sending of each message by send, request, respond and forward; not stop, poison and watch.
 *
 * @example
 * import {
 *   ActorSystem,
 *   type OutgoingMessage,
 *   propsFromFunction,
 *   type SenderMiddleware,
 * } from "@ts-grain/actor";
 *
 * const stamped: SenderMiddleware = (next) => (context, target, outgoing) => {
 *   const withStamp: OutgoingMessage = {
 *     ...outgoing,
 *     headers: { ...outgoing.headers, by: "root" },
 *   };
 *   next(context, target, withStamp);
 * };
 * const { root } = new ActorSystem({ root: { senderMiddleware: [stamped] } });
 * const reader = propsFromFunction((context) => {
 *   if (context.sender) context.respond(context.headers["by"] ?? "nobody");
 * });
 * console.log(await root.requestAsync(root.spawn(reader), "who?")); // prints: root
 */
export type SenderMiddleware = (next: SendMessage) => SendMessage;

/**
 * Where an actor is spawned: in another actor, or on the root.
 *
 * @see {@link SpawnMiddleware}
 */
export interface SpawnPlace {
  readonly system: System;
  /** The parent; `undefined` on the root. */
  readonly self: PID | undefined;
  /** @internal Spawns without middleware. */
  spawnDirectly(props: Props, id: string | undefined, prefix?: string): PID;
}

/**
 * Spawns an actor with the given id; without one, the actor gets it when it is needed.
 *
 * @see {@link SpawnMiddleware}
 */
export type SpawnActor = (place: SpawnPlace, props: Props, id: string | undefined) => PID;

/**
 * Wraps the spawning of children.
 *
 * @example
 * import { propsFromFunction, type SpawnMiddleware } from "@ts-grain/actor";
 *
 * const told: SpawnMiddleware = (next) => (place, props, id) => {
 *   const child = next(place, props, id);
 *   place.system.logger.debug({ parent: place.self?.id, child: child.id }, "spawned");
 *   return child;
 * };
 * const props = propsFromFunction(() => {}, { spawnMiddleware: [told] });
 */
export type SpawnMiddleware = (next: SpawnActor) => SpawnActor;

/**
 * Replaces the context that an actor is given; `Object.create(context)` is a good start.
 *
 * @example
 * import { ActorSystem, type ContextDecorator, propsFromFunction } from "@ts-grain/actor";
 *
 * // Has an actor see text in lower case.
 * const lowerCase: ContextDecorator = (context) =>
 *   Object.create(context, {
 *     message: {
 *       get: () =>
 *         typeof context.message === "string" ? context.message.toLowerCase() : context.message,
 *     },
 *   });
 * const echo = propsFromFunction(
 *   (context) => {
 *     if (context.sender) context.respond(context.message);
 *   },
 *   { contextDecorators: [lowerCase] },
 * );
 * const { root } = new ActorSystem();
 * console.log(await root.requestAsync(root.spawn(echo), "HELLO")); // prints: hello
 */
export type ContextDecorator = (context: ActorContext) => ActorContext;

/** One function out of many that wrap each other; the first is the outermost. `undefined` if there are none. */
export function compose<Wrapped>(
  middleware: readonly ((next: Wrapped) => Wrapped)[] | undefined,
  innermost: Wrapped,
): Wrapped | undefined {
  if (middleware === undefined || middleware.length === 0) return undefined;
  return middleware.reduceRight((next, wrap) => wrap(next), innermost);
}
