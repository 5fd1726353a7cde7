import type { Actor } from "../actor-cell/actor.ts";
import type { ActorContext } from "../actor-cell/actor-context.ts";
import { type Props, type PropsOptions, propsFromProducer } from "../actor-cell/props.ts";
import { ActorError } from "../actor-error.ts";
import { Started } from "../message/lifecycle.ts";
import type { Message } from "../message/message.ts";
import { isFromRuntime, Terminated } from "../message/system-message.ts";
import type { PID } from "../pid/pid.ts";
import { PIDSet } from "../process/pid-set.ts";
import {
  AddRoutee,
  AdjustPoolSize,
  BroadcastMessage,
  GetRoutees,
  RemoveRoutee,
  Routees,
} from "./router-messages.ts";
import type { Route, Routing } from "./routing.ts";

/**
 * A router over children that it spawns itself. They are stopped with it, and one that ends for good is not replaced.
 *
 * @throws ActorError "invalid_options" unless the size is an integer from 0 on.
 * @example
 * import { ActorSystem, poolProps, propsFromFunction, roundRobin } from "@ts-grain/actor";
 *
 * const { root } = new ActorSystem();
 * const worker = propsFromFunction((context) => {
 *   if (context.sender) context.respond("done");
 * });
 * const pool = root.spawn(poolProps(roundRobin, { size: 4, props: worker }));
 * console.log(await root.requestAsync(pool, "work")); // prints: done
 */
export function poolProps(
  routing: Routing,
  pool: { readonly size: number; readonly props: Props },
  options?: PropsOptions,
): Props {
  if (!(Number.isSafeInteger(pool.size) && pool.size >= 0))
    throw new ActorError("invalid_options", `size must be an integer from 0 on, got ${pool.size}`);
  return propsFromProducer(() => new Router(routing, { pool }), options);
}

/**
 * A router over processes that live on their own. One that ends is taken out.
 *
 * @example
 * import { ActorSystem, groupProps, propsFromFunction, roundRobin } from "@ts-grain/actor";
 *
 * const { root } = new ActorSystem();
 * const named = (name: string) =>
 *   root.spawn(
 *     propsFromFunction((context) => {
 *       if (context.sender) context.respond(name);
 *     }),
 *   );
 * const router = root.spawn(groupProps(roundRobin, [named("Ada"), named("Alan")]));
 * console.log(await root.requestAsync(router, "who?"), await root.requestAsync(router, "who?")); // prints: Ada Alan
 */
export function groupProps(routing: Routing, routees: readonly PID[], options?: PropsOptions): Props {
  return propsFromProducer(() => new Router(routing, { routees }), options);
}

interface RouterParts {
  readonly pool?: { readonly size: number; readonly props: Props };
  readonly routees?: readonly PID[];
}

class Router implements Actor {
  readonly #routing: Routing;
  readonly #parts: RouterParts;
  #route!: Route;
  #set!: PIDSet;
  // The set as a list, for those who choose by number.
  #routees: readonly PID[] = [];

  constructor(routing: Routing, parts: RouterParts) {
    this.#routing = routing;
    this.#parts = parts;
  }

  receive(context: ActorContext): void {
    const { message } = context;
    if (message instanceof Started) this.#start(context);
    else if (message instanceof Terminated) this.#remove(message.who);
    else if (message instanceof AddRoutee) this.#add(context, message.pid);
    else if (message instanceof RemoveRoutee) this.#dismiss(context, message.pid);
    else if (message instanceof GetRoutees) context.respond(new Routees(this.#routees));
    else if (message instanceof AdjustPoolSize) this.#adjust(context, message.change);
    else if (message instanceof BroadcastMessage) this.#pass(context, message.message, this.#routees);
    else if (!isFromRuntime(message)) {
      this.#pass(context, message, this.#choose(context));
    }
  }

  #choose({ message, system, self }: ActorContext): readonly PID[] {
    if (this.#routees.length === 0) return [];
    try {
      return this.#route(message, this.#routees);
    } catch (error) {
      // A key that cannot be had of one message must not cost a pool its children.
      system.logger.error({ err: error, router: self }, "a routing failed; its message goes to nobody");
      return [];
    }
  }

  #start(context: ActorContext): void {
    this.#route = this.#routing(context.system.random);
    this.#set = new PIDSet(context.system.processes);
    for (const pid of this.#parts.routees ?? []) this.#add(context, pid);
    this.#adjust(context, this.#parts.pool?.size ?? 0);
  }

  /** Sends a message on as if its sender had sent it to each of the routees. */
  #pass(context: ActorContext, message: Message, routees: readonly PID[]): void {
    const { sender, headers, self, system } = context;
    if (routees.length === 0) {
      system.processes.deadLetter({ target: self, message, sender, reason: "no_routee" });
    }
    for (const pid of routees) {
      try {
        system.processes.get(pid).sendUser(pid, message, sender, headers);
      } catch (error) {
        // It is not the router's message, and so not its failure.
        system.logger.error({ err: error, target: pid.toString() }, "a message cannot be routed");
        system.processes.deadLetter({ target: pid, message, sender, reason: "not_serializable" });
      }
    }
  }

  #add(context: ActorContext, pid: PID): void {
    if (!this.#set.add(pid)) return;
    context.watch(pid);
    this.#routees = [...this.#set];
  }

  #remove(pid: PID): void {
    if (this.#set.delete(pid)) this.#routees = [...this.#set];
  }

  #dismiss(context: ActorContext, pid: PID): void {
    if (!this.#set.has(pid)) return;
    this.#remove(pid);
    context.unwatch(pid);
    if (context.children.some((child) => child.equals(pid))) context.poison(pid);
  }

  #adjust(context: ActorContext, change: number): void {
    const { pool } = this.#parts;
    if (pool === undefined) return;
    for (let count = 0; count < change; count++) this.#add(context, context.spawn(pool.props));
    for (const pid of change < 0 ? this.#routees.slice(change) : []) this.#dismiss(context, pid);
  }
}
