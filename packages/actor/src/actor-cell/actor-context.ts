import type { EventStream } from "../event-stream/event-stream.ts";
import type { Message, MessageHeaders } from "../message/message.ts";
import type { Terminated } from "../message/system-message.ts";
import type { PID } from "../pid/pid.ts";
import type { Clock } from "../ports/clock.ts";
import type { Logger } from "../ports/logger.ts";
import type { Random } from "../ports/random.ts";
import type { ProcessRegistry } from "../process/process-registry.ts";
import type { ReplyHandler } from "../process/reply-handler.ts";
import type { RequestOptions, SendOptions, WaitOptions } from "../process/request-options.ts";
import type { Actor } from "./actor.ts";
import type { Props } from "./props.ts";

/**
 * The actor system, as its actors see it.
 *
 * @example
 * import type { System } from "@ts-grain/actor";
 *
 * // Works alike in an actor, where it is `context.system`, and outside of actors.
 * function logUptime({ clock, logger }: System): void {
 *   logger.info({ nowMs: clock.nowMs() }, "still here");
 * }
 */
export interface System {
  /** Names the system among all others. */
  readonly id: string;
  /** Where it can be reached: host and port, or `nonhost` without a remote. */
  readonly address: string;
  /** Acts for what is outside of actors. */
  readonly root: RootContext;
  /** Tells what happens in the system. */
  readonly eventStream: EventStream;
  /** Finds processes by PID. */
  readonly processes: ProcessRegistry;
  /** Where the system's time comes from. */
  readonly clock: Clock;
  /** Where its chance comes from. */
  readonly random: Random;
  /** Where its log goes. */
  readonly logger: Logger;
}

/**
 * Sends messages. Delivery is at most once, and in order from one actor to another.
 *
 * @example
 * import type { PID, SenderContext } from "@ts-grain/actor";
 *
 * // Asks from inside of an actor, with its context, or from outside, with the root.
 * async function ask(context: SenderContext, oracle: PID): Promise<string> {
 *   return await context.requestAsync<string>(oracle, "what is the answer?", {
 *     timeoutMs: 1_000,
 *   });
 * }
 */
export interface SenderContext {
  /** The system of the actor, or of the root. */
  readonly system: System;

  /** Who sends: the actor; `undefined` outside of actors. */
  readonly self: PID | undefined;

  /**
   * Aborts when this incarnation of the actor stops or is replaced, even while a handler waits for a promise; outside
   * of actors when the system shuts down.
   */
  readonly signal: AbortSignal;

  /** The headers of the message being handled; those given to the root outside of actors. */
  readonly headers: MessageHeaders;

  /**
   * Sends a message without a sender. One that nobody will handle becomes a dead letter.
   *
   * @throws ActorError "invalid_message" for `undefined` and `null`; what a remote throws if the message cannot be written
   * for the target's process.
   */
  send(target: PID, message: Message, options?: SendOptions): void;

  /** Sends a message with this actor as its sender; outside of actors without one. Throws as `send`. */
  request(target: PID, message: Message, options?: SendOptions): void;

  /** Sends a message with the given sender, who gets the reply. Throws as `send`. */
  requestWithSender(target: PID, message: Message, sender: PID): void;

  /**
   * Sends a message and waits for the reply. The reply's type is the caller's claim; nothing checks it.
   *
   * Cancelling ends the wait; the target may still handle the message. So may it after the deadline, and when its handler
   * fails, of which no reply tells.
   *
   * @throws ActorError "dead_letter" or "overloaded" if no handler was started, "deadline_exceeded" after `timeoutMs`
   * (default 5 000), "stopped" if the system was shut down, "invalid_options", "invalid_message"; the signal's reason when
   * it aborts; what a remote says if the message cannot be written. All of them reject the promise.
   */
  requestAsync<Reply = unknown>(target: PID, message: Message, options?: RequestOptions): Promise<Reply>;
}

/**
 * Stops actors.
 *
 * @example
 * import type { PID, StopperContext } from "@ts-grain/actor";
 *
 * async function finish(context: StopperContext, worker: PID): Promise<void> {
 *   await context.poisonAsync(worker); // after all that was queued before
 * }
 */
export interface StopperContext {
  /**
   * Stops an actor after the message it is handling, whose `signal` aborts. What is queued behind becomes dead letters. An
   * actor that is gone already is left alone.
   */
  stop(target: PID): void;

  /** Stops an actor after all that was queued before. To an actor that is gone it is a dead letter. */
  poison(target: PID): void;

  /**
   * Stops an actor, and waits until it and its children have ended. An actor that is gone already has ended.
   *
   * Cancelling ends the wait; the actor stops all the same.
   *
   * @throws ActorError "deadline_exceeded" after `timeoutMs` (default 5 000), "invalid_options"; the signal's reason when it
   * aborts.
   */
  stopAsync(target: PID, options?: WaitOptions): Promise<Terminated>;

  /** As `stopAsync`, after all that was queued before. */
  poisonAsync(target: PID, options?: WaitOptions): Promise<Terminated>;
}

/**
 * Starts actors: as children of this actor, or without a parent.
 *
 * @example
 * import { type Props, propsFromFunction, type SpawnerContext } from "@ts-grain/actor";
 *
 * const worker: Props = propsFromFunction(() => {});
 *
 * function startWorkers(context: SpawnerContext): void {
 *   context.spawn(worker);
 *   context.spawnNamed(worker, "foreman");
 *   context.spawnPrefix(worker, "worker-");
 * }
 */
export interface SpawnerContext {
  /**
   * Starts an actor whose id is made up.
   *
   * @throws ActorError "stopped" if this actor or the system has stopped, "invalid_options" for mailbox options out of
   * range; whatever the producer, a decorator or `onInit` throws.
   */
  spawn(props: Props): PID;

  /**
   * Starts an actor of the given name; a child's id is its parent's id, a slash and the name.
   *
   * @throws ActorError "name_taken" if such an actor lives (the producer is not called), "invalid_options" for an
   * empty name, and as `spawn`.
   */
  spawnNamed(props: Props, name: string): PID;

  /** Starts an actor whose name is the prefix and something made up, once somebody asks for its id. Throws as `spawn`. */
  spawnPrefix(props: Props, prefix: string): PID;
}

/**
 * What can be done outside of actors.
 *
 * @example
 * import { ActorSystem, propsFromFunction, type RootContext } from "@ts-grain/actor";
 *
 * const root: RootContext = new ActorSystem().root;
 * const doubler = root.spawn(
 *   propsFromFunction((context) => {
 *     if (context.sender) context.respond(Number(context.message) * 2);
 *   }),
 * );
 * console.log(await root.requestAsync(doubler, 21)); // prints: 42
 */
export interface RootContext extends SenderContext, StopperContext, SpawnerContext {
  readonly self: undefined;

  /**
   * As `requestAsync`, but a handler is told how it ends, so that no promise is made. Never throws: a request that cannot even
   * be sent is a failure that the handler is told of.
   */
  requestInto(target: PID, message: Message, handler: ReplyHandler, options?: RequestOptions): void;
}

/**
 * What an actor may know of the message it handles, and of itself.
 *
 * @example
 * import { ActorSystem, type MessageContext, propsFromProducer } from "@ts-grain/actor";
 *
 * // Answers questions once it is told that it is ready.
 * const props = propsFromProducer(() => {
 *   let isReady = false;
 *   return {
 *     receive(context: MessageContext) {
 *       if (context.message === "ready") {
 *         isReady = true;
 *         context.unstashAll();
 *       } else if (context.message === "question") {
 *         if (isReady) context.respond("answer");
 *         else context.stash();
 *       }
 *     },
 *   };
 * });
 * const { root } = new ActorSystem();
 * const oracle = root.spawn(props);
 * const answer = root.requestAsync(oracle, "question");
 * root.send(oracle, "ready");
 * console.log(await answer); // prints: answer
 */
export interface MessageContext {
  /** The message being handled, and `undefined` once the actor has nothing to do. Read it before the first `await`. */
  readonly message: Message;

  /** Who gets a reply to the message, if anybody does. */
  readonly sender: PID | undefined;

  /**
   * Replies to the message. If it has no sender, the reply is a dead letter with reason "no_sender". Throws as `send`.
   */
  respond(message: Message): void;

  /**
   * Sends the message on, with its sender and headers, so that the reply goes to the first sender.
   *
   * @throws ActorError "no_message" while a lifecycle message is handled; and as `send`.
   */
  forward(target: PID): void;

  /**
   * Keeps the message for later, with its sender and headers.
   *
   * @throws ActorError "no_message" while a lifecycle message is handled.
   */
  stash(): void;

  /** Handles the kept messages next, in the order in which they were kept. A restart does this by itself. */
  unstashAll(): void;
}

/**
 * What an actor can do while it handles a message.
 *
 * @example
 * import {
 *   type ActorContext,
 *   ActorSystem,
 *   propsFromFunction,
 *   Started,
 *   Terminated,
 * } from "@ts-grain/actor";
 *
 * const { root } = new ActorSystem();
 * const door = root.spawnNamed(
 *   propsFromFunction(() => {}),
 *   "door",
 * );
 * const seen = Promise.withResolvers<string>();
 * const watch = (context: ActorContext) => {
 *   if (context.message instanceof Started) context.watch(door);
 *   if (context.message instanceof Terminated) seen.resolve(context.message.who.id);
 * };
 * root.spawn(propsFromFunction(watch));
 * root.poison(door);
 * console.log(await seen.promise); // prints: door
 */
export interface ActorContext extends SenderContext, StopperContext, SpawnerContext, MessageContext {
  /** This actor. */
  readonly self: PID;
  /** Who spawned this actor; `undefined` for one that was spawned on the root. */
  readonly parent: PID | undefined;
  /** The living children, in the order in which they were spawned. */
  readonly children: readonly PID[];
  /** The present incarnation. */
  readonly actor: Actor;

  /**
   * Asks for one `Terminated` when the other actor ends, or at once if it has. Watching it again before then, or
   * watching oneself, changes nothing. A parent hears of the end of its children without asking.
   */
  watch(target: PID): void;

  /** Takes `watch` back: no `Terminated` comes, even if the other has ended in the meantime. */
  unwatch(target: PID): void;

  /**
   * Asks for a `ReceiveTimeout` whenever no message came for the given number of milliseconds, again and again until
   * `cancelReceiveTimeout`, a restart or the end. A message whose `influencesReceiveTimeout` is false does not count.
   *
   * @throws ActorError "invalid_options" unless the time is positive.
   */
  setReceiveTimeout(timeoutMs: number): void;

  /** Takes `setReceiveTimeout` back. */
  cancelReceiveTimeout(): void;

  /**
   * Calls back in this actor's turn once the promise has settled, with the present message and sender in place, while
   * other messages are handled in between. An actor that restarts or stops first is not called.
   */
  reenterAfter<T>(promise: PromiseLike<T>, continuation: Continuation<T>): void;

  /**
   * Sends what the promise brings to the target, with this actor as its sender: the value, or the error. It does so even
   * if the actor has ended by then. An outcome that cannot be sent is logged.
   */
  pipeTo(promise: PromiseLike<Message>, target: PID): void;
}

/**
 * Goes on with the outcome of a promise.
 *
 * @example
 * import { ActorSystem, type Continuation, propsFromFunction } from "@ts-grain/actor";
 *
 * const { root } = new ActorSystem();
 * const fetcher = root.spawn(
 *   propsFromFunction((context) => {
 *     const answer: Continuation<number> = (outcome) => {
 *       if (outcome.status === "fulfilled") context.respond(outcome.value);
 *     };
 *     if (context.message === "fetch") context.reenterAfter(Promise.resolve(42), answer);
 *   }),
 * );
 * console.log(await root.requestAsync(fetcher, "fetch")); // prints: 42
 */
export type Continuation<T> = (outcome: PromiseSettledResult<T>) => void | Promise<void>;
