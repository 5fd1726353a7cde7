import type { Message } from "../message/message.ts";
import type { PID } from "../pid/pid.ts";
import type { Random } from "../ports/random.ts";
import { hashOf } from "./hash.ts";

/** Chooses to whom of at least one routee a message goes. When it throws, the message goes to nobody. */
export type Route = (message: Message, routees: readonly PID[]) => readonly PID[];

/** Makes the routing of one router, which may have a state. */
export type Routing = (random: Random) => Route;

/** Each message to all. */
export const broadcast: Routing = () => (_message, routees) => routees;

/** One message to each in turn. */
export const roundRobin: Routing = () => {
  let turn = 0;
  return (_message, routees) => {
    const chosen = routees[turn % routees.length]!;
    turn = (turn + 1) % routees.length;
    return [chosen];
  };
};

/** Each message to anyone. */
export const randomly: Routing = (random) => (_message, routees) => {
  return [routees[Math.floor(random.next() * routees.length)]!];
};

/**
 * Messages of one key to the same routee. When a routee comes or goes, only the keys that it gains or loses move.
 *
 * Algorithm: rendezvous hashing (Thaler and Ravishankar, 1998).
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
