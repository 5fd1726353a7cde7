import { AsyncLocalStorage } from "node:async_hooks";
import type { DeactivationReason } from "../identity/activation.ts";
import type { ClusterIdentity } from "../identity/cluster-identity.ts";
import { leadsThrough } from "./call-chain.ts";
import type { GrainCall } from "./grain-call.ts";
import type { CallContext } from "./grain-context.ts";

/** A call and how to run it. */
export interface Interleaved {
  readonly call: GrainCall;
  /** Runs it. Must not reject. */
  readonly run: () => void | Promise<void>;
  /** Answers it without running it. */
  readonly refuse: (reason: "overloaded" | "stopped") => void;
}

/**
 * Decides which calls of one activation may be started while others wait for something. Used only for kinds of which some
 * rpc is re-entrant. Calls start in the order in which they came, but for those that a call which waits here led to:
 * they would otherwise wait for each other.
 */
export class Interleaving {
  readonly #grain: ClusterIdentity;
  readonly #running = new Set<GrainCall>();
  readonly #maxWaiting: number;
  readonly #waiting: Interleaved[] = [];
  #idle: PromiseWithResolvers<void> | undefined;
  readonly #contexts = new AsyncLocalStorage<CallContext>();

  /** @param maxWaiting one more is refused */
  constructor(grain: ClusterIdentity, maxWaiting: number) {
    this.#grain = grain;
    this.#maxWaiting = maxWaiting;
  }

  /** Whether no call runs or waits to. */
  get isIdle(): boolean {
    return this.#running.size === 0 && this.#waiting.length === 0;
  }

  /** The context of the call on whose behalf the present code runs, if there is one. */
  get current(): CallContext | undefined {
    return this.#contexts.getStore();
  }

  /** Runs what a call does, so that all that it leads to is known to be on its behalf. */
  onBehalfOf(context: CallContext, run: () => unknown): unknown {
    return this.#contexts.run(context, run);
  }

  /** Runs a call now or when its turn comes. */
  add(interleaved: Interleaved): void {
    const { call } = interleaved;
    const overtakes = this.#waiting.length === 0 || leadsThrough(call.callers, this.#grain);
    if (overtakes && this.#lets(call)) this.#start(interleaved);
    else if (this.#waiting.length < this.#maxWaiting) this.#waiting.push(interleaved);
    else interleaved.refuse("overloaded");
  }

  /** Refuses the calls that have not been started. */
  refuseWaiting(): void {
    for (const { refuse } of this.#waiting.splice(0)) refuse("stopped");
  }

  /** The calls that came before the end are still handled, unless it came at once. Resolves when none is under way. */
  async end(reason: DeactivationReason): Promise<void> {
    if (reason === "evicted" || reason === "failed" || reason === "stopped") this.refuseWaiting();
    await this.whenIdle();
  }

  /** Resolves when no call runs or waits to. */
  async whenIdle(): Promise<void> {
    if (this.isIdle) return;
    this.#idle ??= Promise.withResolvers();
    await this.#idle.promise;
  }

  #lets(call: GrainCall): boolean {
    for (const running of this.#running) {
      switch (running.method.reentrancy) {
        case "none":
          return false;
        case "call_chain":
          if (!leadsThrough(call.callers, this.#grain)) return false;
          break;
        case "read_only":
          if (call.method.reentrancy !== "read_only") return false;
          break;
        case "always":
          break;
      }
    }
    return true;
  }

  #start({ call, run }: Interleaved): void {
    const result = run();
    if (!result) return;
    this.#running.add(call);
    void result.then(() => this.#ended(call));
  }

  #ended(call: GrainCall): void {
    this.#running.delete(call);
    while (this.#waiting[0] && this.#lets(this.#waiting[0].call)) this.#start(this.#waiting.shift()!);
    if (this.isIdle) this.#idle?.resolve();
  }
}
