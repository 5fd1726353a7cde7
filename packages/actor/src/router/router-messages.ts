import { ActorError } from "../actor-error.ts";
import type { Message } from "../message/message.ts";
import type { PID } from "../pid/pid.ts";

/**
 * Gives a router one more to route to; one that it has already changes nothing.
 *
 * @example
 * import { AddRoutee, type PID, type SenderContext } from "@ts-grain/actor";
 *
 * function join(context: SenderContext, router: PID, worker: PID): void {
 *   context.send(router, new AddRoutee(worker));
 * }
 */
export class AddRoutee {
  readonly kind = "add_routee";
  readonly pid: PID;

  constructor(pid: PID) {
    this.pid = pid;
  }
}

/**
 * Takes one from a router; a pool poisons the one it spawned itself.
 *
 * @example
 * import { type PID, RemoveRoutee, type SenderContext } from "@ts-grain/actor";
 *
 * function leave(context: SenderContext, router: PID, worker: PID): void {
 *   context.send(router, new RemoveRoutee(worker));
 * }
 */
export class RemoveRoutee {
  readonly kind = "remove_routee";
  readonly pid: PID;

  constructor(pid: PID) {
    this.pid = pid;
  }
}

/**
 * Asks a router for its `Routees`.
 *
 * @example
 * import {
 *   ActorSystem,
 *   GetRoutees,
 *   poolProps,
 *   propsFromFunction,
 *   type Routees,
 *   randomly,
 * } from "@ts-grain/actor";
 *
 * const { root } = new ActorSystem();
 * const pool = root.spawn(poolProps(randomly, { size: 3, props: propsFromFunction(() => {}) }));
 * const { pids } = await root.requestAsync<Routees>(pool, new GetRoutees());
 * console.log(pids.length); // prints: 3
 */
export class GetRoutees {
  readonly kind = "get_routees";
}

/**
 * Whom a router routes to.
 *
 * @example
 * import { propsFromFunction, Routees } from "@ts-grain/actor";
 *
 * const props = propsFromFunction((context) => {
 *   // The answer to GetRoutees
 *   if (context.message instanceof Routees)
 *     for (const pid of context.message.pids) context.watch(pid);
 * });
 */
export class Routees {
  readonly pids: readonly PID[];

  constructor(pids: readonly PID[]) {
    this.pids = pids;
  }
}

/**
 * Makes a pool larger by so many routees, or smaller by those that came last; a group pays no heed.
 *
 * @example
 * import {
 *   ActorSystem,
 *   AdjustPoolSize,
 *   GetRoutees,
 *   poolProps,
 *   propsFromFunction,
 *   type Routees,
 *   roundRobin,
 * } from "@ts-grain/actor";
 *
 * const { root } = new ActorSystem();
 * const pool = root.spawn(poolProps(roundRobin, { size: 1, props: propsFromFunction(() => {}) }));
 * root.send(pool, new AdjustPoolSize(+2));
 * console.log((await root.requestAsync<Routees>(pool, new GetRoutees())).pids.length); // prints: 3
 */
export class AdjustPoolSize {
  readonly change: number;

  /** @throws ActorError "invalid_options" unless the change is an integer. */
  constructor(change: number) {
    if (!Number.isSafeInteger(change))
      throw new ActorError("invalid_options", `change must be an integer, got ${change}`);
    this.change = change;
  }
}

/**
 * Has a router send a message to all its routees, whatever its routing.
 *
 * @example
 * import { BroadcastMessage, type PID, type SenderContext } from "@ts-grain/actor";
 *
 * function tellAll(context: SenderContext, router: PID): void {
 *   context.send(router, new BroadcastMessage("reload"));
 * }
 */
export class BroadcastMessage {
  readonly message: Message;

  constructor(message: Message) {
    this.message = message;
  }
}
