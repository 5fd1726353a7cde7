import type { Message } from "@ts-grain/actor";
import type { DeactivationReason } from "../identity/activation.ts";
import type { GrainCallContext, GrainContext } from "./grain-context.ts";

/**
 * A value, or a promise of one. Grains that need not wait should return the value: it is faster.
 *
 * @example
 * import type { Awaitable } from "@ts-grain/cluster";
 *
 * // What is known needs no promise, and so no wait.
 * function findPrice(item: string, known: ReadonlyMap<string, number>): Awaitable<number> {
 *   return (
 *     known.get(item) ??
 *     fetch(`https://prices.example/${item}`).then(async (answer) => Number(await answer.text()))
 *   );
 * }
 */
export type Awaitable<T> = T | PromiseLike<T>;

/**
 * What a grain may have beside its rpcs. Each is one turn: no call is handled before it has settled.
 *
 * @example
 * import type { DeactivationReason, GrainContext, GrainHooks } from "@ts-grain/cluster";
 *
 * const hooks: GrainHooks = {
 *   onActivate({ logger, identity }: GrainContext) {
 *     logger.info({ identity }, "here I am");
 *   },
 *   onDeactivate({ logger }: GrainContext, reason: DeactivationReason) {
 *     logger.info({ reason }, "there I go");
 *   },
 * };
 */
export interface GrainHooks {
  /** Before the first call: load state here. If it throws, those who wait get the error and the activation ends. */
  onActivate?(context: GrainContext): Awaitable<void>;
  /** After the last call, also when a start was not completed by `onActivate`. What it throws is logged. */
  onDeactivate?(context: GrainContext, reason: DeactivationReason): Awaitable<void>;
  /** Any message that is no call: what others send to the grain's PID. */
  onMessage?(message: Message, context: GrainCallContext): Awaitable<void>;
}

/**
 * What generated Kind classes extend. The hooks are declared, not defined, so that a subclass can override them.
 *
 * @example
 * import { type Awaitable, GrainKind } from "@ts-grain/cluster/codegenv1";
 * import type { GetStateRequest, GetStateResponse } from "./gen/smartbulb_pb.ts";
 *
 * // As generated code does, for each rpc of the service.
 * export abstract class SmartBulbKind extends GrainKind {
 *   abstract getState(request: GetStateRequest): Awaitable<GetStateResponse>;
 * }
 */
export abstract class GrainKind implements GrainHooks {
  #context: GrainContext | undefined;

  onActivate?(context: GrainContext): Awaitable<void>;
  onDeactivate?(context: GrainContext, reason: DeactivationReason): Awaitable<void>;
  onMessage?(message: Message, context: GrainCallContext): Awaitable<void>;

  /** Who this grain is and how it calls others. There from `onActivate` on, not yet in the constructor. */
  get context(): GrainContext {
    if (!this.#context)
      throw new TypeError("a grain has its context from onActivate on, not in its constructor");
    return this.#context;
  }

  /** The runtime calls this once, before `onActivate`. Found by its name, so that two copies of this package agree. */
  "~attachContext"(context: GrainContext): void {
    this.#context = context;
  }
}

/**
 * Makes a grain when its identity is first called.
 *
 * @example
 * import type { GrainFactory } from "@ts-grain/cluster";
 * import { newSmartBulbKind, type SmartBulbGrain } from "./gen/smartbulb_grain.ts";
 *
 * // A grain may also be an object that a function makes.
 * const makeBulb: GrainFactory<SmartBulbGrain> = ({ logger }) => {
 *   let isOn = false;
 *   logger.info({}, "a bulb was screwed in");
 *   return {
 *     getState: () => ({ isOn }),
 *     turnOn() {
 *       isOn = true;
 *       return {};
 *     },
 *     turnOff() {
 *       isOn = false;
 *       return {};
 *     },
 *   };
 * };
 * const bulbKind = newSmartBulbKind(makeBulb);
 */
export type GrainFactory<Grain extends object> = (context: GrainContext) => Awaitable<Grain & GrainHooks>;
