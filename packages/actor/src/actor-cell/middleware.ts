import type { Message, MessageHeaders } from "../message/message.ts";
import type { PID } from "../pid/pid.ts";
import type { Receive } from "./actor.ts";
import type { ActorContext, SenderContext, System } from "./actor-context.ts";
import type { Props } from "./props.ts";

/** Wraps the handling of each message, lifecycle messages included. */
export type ReceiveMiddleware = (next: Receive) => Receive;

/** A message on its way out. */
export interface OutgoingMessage {
  readonly message: Message;
  readonly sender: PID | undefined;
  readonly headers: MessageHeaders | undefined;
}

/** Sends a message on behalf of an actor or of the root. */
export type SendMessage = (context: SenderContext, target: PID, outgoing: OutgoingMessage) => void;

/** Wraps the sending of each message by send, request, respond and forward; not stop, poison and watch. */
export type SenderMiddleware = (next: SendMessage) => SendMessage;

/** Where an actor is spawned: in another actor, or on the root. */
export interface SpawnPlace {
  readonly system: System;
  /** The parent; `undefined` on the root. */
  readonly self: PID | undefined;
  /** @internal Spawns without middleware. */
  spawnDirectly(props: Props, id: string | undefined): PID;
}

/** Spawns an actor with the given id; without one, the actor gets it when it is needed. */
export type SpawnActor = (place: SpawnPlace, props: Props, id: string | undefined) => PID;

/** Wraps the spawning of children. */
export type SpawnMiddleware = (next: SpawnActor) => SpawnActor;

/** Replaces the context that an actor is given; `Object.create(context)` is a good start. */
export type ContextDecorator = (context: ActorContext) => ActorContext;

/** One function out of many that wrap each other; the first is the outermost. `undefined` if there are none. */
export function compose<Wrapped>(
  middleware: readonly ((next: Wrapped) => Wrapped)[] | undefined,
  innermost: Wrapped,
): Wrapped | undefined {
  if (middleware === undefined || middleware.length === 0) return undefined;
  return middleware.reduceRight((next, wrap) => wrap(next), innermost);
}
