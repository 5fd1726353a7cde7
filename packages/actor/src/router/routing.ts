import type { Message } from "../message/message.ts";
import type { PID } from "../pid/pid.ts";
import type { Random } from "../ports/random.ts";
import { hashOf } from "./hash.ts";

/**
 * Chooses to whom of at least one routee a message goes. When it throws, the message goes to nobody.
 *
 * @see {@link Routing}
 */
export type Route = (message: Message, routees: readonly PID[]) => readonly PID[];

/**
 * Makes the routing of one router, which may have a state.
 *
 * @example
 * import {
 *   ActorSystem,
 *   poolProps,
 *   propsFromFunction,
 *   type Route,
 *   type Routing,
 * } from "@ts-grain/actor";
 *
 * // To one that is not the one before.
 * const neverTwice: Routing = (random) => {
 *   let last = -1;
 *   const route: Route = (_message, routees) => {
 *     last =
 *       (last + 1 + Math.floor(random.next() * Math.max(1, routees.length - 1))) % routees.length;
 *     return routees.slice(last, last + 1);
 *   };
 *   return route;
 * };
 * const router = new ActorSystem().root.spawn(
 *   poolProps(neverTwice, { size: 4, props: propsFromFunction(() => {}) }),
 * );
 */
export type Routing = (random: Random) => Route;

/**
 * Each message to all.
 *
 * @example
 * import { broadcast, groupProps, type PID, type SpawnerContext } from "@ts-grain/actor";
 *
 * const spawnAnnouncer = (context: SpawnerContext, listeners: readonly PID[]): PID =>
 *   context.spawn(groupProps(broadcast, listeners));
 */
export const broadcast: Routing = () => (_message, routees) => routees;

/**
 * One message to each in turn.
 *
 * @example
 * import { poolProps, propsFromFunction, roundRobin } from "@ts-grain/actor";
 *
 * const props = poolProps(roundRobin, { size: 8, props: propsFromFunction(() => {}) });
 */
export const roundRobin: Routing = () => {
  let turn = 0;
  return (_message, routees) => {
    const chosen = routees[turn % routees.length]!;
    turn = (turn + 1) % routees.length;
    return [chosen];
  };
};

/**
 * Each message to anyone.
 *
 * @example
 * import { poolProps, propsFromFunction, randomly } from "@ts-grain/actor";
 *
 * const props = poolProps(randomly, { size: 8, props: propsFromFunction(() => {}) });
 */
export const randomly: Routing = (random) => (_message, routees) => {
  return [routees[Math.floor(random.next() * routees.length)]!];
};

/**
 * Messages of one key to the same routee. When a routee comes or goes, only the keys that it gains or loses move.
 *
 * Algorithm: rendezvous hashing (Thaler and Ravishankar, 1998).
 *
 * @example
 * import { ActorSystem, consistentHash, poolProps, propsFromFunction } from "@ts-grain/actor";
 *
 * const byUser = consistentHash((message) => String(Object(message).user));
 * const { root } = new ActorSystem();
 * const worker = propsFromFunction((context) => {
 *   if (context.sender) context.respond(context.self.id);
 * });
 * const pool = root.spawn(poolProps(byUser, { size: 4, props: worker }));
 * const ask = () => root.requestAsync(pool, { user: "ada" });
 * console.log((await ask()) === (await ask())); // prints: true
 */
export function consistentHash(keyOf: (message: Message) => string): Routing {
  return () => (message, routees) => {
    const key = keyOf(message);
    let chosen = routees[0]!;
    let highest = -1;
    for (const routee of routees) {
      const score = hashOf(`${key}@${routee.id}@${routee.address}`);
      if (score > highest) [chosen, highest] = [routee, score];
    }
    return [chosen];
  };
}
