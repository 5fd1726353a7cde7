import { inspect } from "node:util";
import type { Message } from "@bufbuild/protobuf";
import type { ActorContext, Logger, MessageHeaders, PID, Timer } from "@ts-grain/actor";
import { Activation, type SpawnActivation } from "../identity/activation.ts";
import type { ClusterIdentity } from "../identity/cluster-identity.ts";
import { chainLink } from "./call-chain.ts";
import type { Deadline } from "./deadline.ts";
import type { FirstTurn } from "./first-turn.ts";
import type { GrainCaller, OutgoingGrainCall } from "./grain-caller.ts";
import type { GrainCluster } from "./grain-cluster.ts";
import type { GrainHost } from "./grain-host.ts";
import { withFields } from "./grain-logger.ts";
import type { GrainMethod } from "./grain-service.ts";
import type { Interleaving } from "./interleaving.ts";
import type { LateStart } from "./late-start.ts";

/**
 * What a grain knows about itself, for as long as its activation lives. Give it to `get…GrainClient` to call others.
 *
 * @example
 * import type { GrainContext } from "@ts-grain/cluster";
 * import { getSmartBulbGrainClient } from "./gen/smartbulb_grain.ts";
 *
 * // A grain calls another one through its own context.
 * async function turnOn(context: GrainContext, bulb: string): Promise<void> {
 *   await getSmartBulbGrainClient(context, bulb).turnOn({});
 *   context.logger.info({ bulb }, `turned on by ${context.kind} ${context.identity}`);
 * }
 */
export interface GrainContext extends GrainCaller, ClusterIdentity {
  readonly cluster: GrainCluster;
  readonly self: PID;
  /** Logs with the grain's kind and identity. */
  readonly logger: Logger;
}

/**
 * What a grain knows about the call that it is handling. Calls made through it must settle within the time that this
 * call has left.
 *
 * @example
 * import type { GrainCallContext } from "@ts-grain/cluster";
 *
 * // Called from the method of a grain: gives up when its caller does.
 * async function fetchPrice(
 *   url: string,
 *   { signal, remainingMs }: GrainCallContext,
 * ): Promise<string> {
 *   if (remainingMs < 100) throw new Error("no time left to ask");
 *   const response = await fetch(url, { signal });
 *   return await response.text();
 * }
 */
export interface GrainCallContext extends GrainContext {
  /** Who waits for the answer. */
  readonly sender: PID | undefined;
  readonly headers: MessageHeaders;
  /** Milliseconds until the caller stops waiting. */
  readonly remainingMs: number;
  /** Aborts when the caller stops waiting or the activation is stopped. */
  readonly signal: AbortSignal;
}

/** What most activations have nothing of. */
export interface SeldomUsed {
  logger: Logger | undefined;
  /** Only where an rpc of the kind is re-entrant. */
  interleaving: Interleaving | undefined;
  /** Why it could not be activated. */
  failure: { readonly reason: unknown } | undefined;
  /** The turn of its first call, if its actor has to go on with that. */
  firstTurn: FirstTurn | undefined;
  /** How it begins, after it has waited for its slot. */
  late: LateStart | undefined;
  /** For who has asked for the signal of a call while there was no actor. */
  abort: AbortController | undefined;
}

/** A grain's context. What it calls while it handles a call, it calls on behalf of that call. */
export abstract class ActivationContext extends Activation implements GrainContext {
  readonly host: GrainHost;
  /** The call that is being handled, if one is: where calls are handled one at a time. */
  current: CallContext | undefined = undefined;
  protected seldom: SeldomUsed | undefined = undefined;

  constructor(host: GrainHost, identity: string, spawn: SpawnActivation) {
    super(identity, spawn);
    this.host = host;
  }

  /** Which life of the grain it is: itself, unless its actor had to begin anew. */
  protected get activation(): Activation {
    return this;
  }

  get kind(): string {
    return this.host.kind.name;
  }

  get self(): PID {
    return this.pid;
  }

  get cluster(): GrainCluster {
    return this.host.cluster;
  }

  /** Made when it is first read: most grains log nothing, and it takes more memory than the rest of the context. */
  get logger(): Logger {
    const { kind, identity, rare } = this;
    rare.logger ??= withFields(this.cluster.system.logger, { kind, identity });
    return rare.logger;
  }

  /** Which calls may be under way at once; undefined where they are handled one at a time. */
  get interleaving(): Interleaving | undefined {
    return this.seldom?.interleaving;
  }

  protected get rare(): SeldomUsed {
    this.seldom ??= {
      logger: undefined,
      interleaving: undefined,
      failure: undefined,
      firstTurn: undefined,
      late: undefined,
      abort: undefined,
    };
    return this.seldom;
  }

  protected dropUnused(): void {
    if (this.seldom && Object.values(this.seldom).every((value) => value === undefined))
      this.seldom = undefined;
  }

  endLateStart(): void {
    this.rare.late = undefined;
    this.dropUnused();
  }

  /** All that a log shows of it: the rest is the runtime's, and leads to other grains. */
  toJSON(): ClusterIdentity {
    const { kind, identity } = this;
    return { kind, identity };
  }

  callGrain(call: OutgoingGrainCall): Promise<Message> {
    const { interleaving } = this;
    const current = interleaving ? interleaving.current : this.current;
    if (current) return current.callGrain(call);
    this.host.slots.callsAnother(this.activation);
    return this.cluster.callGrain({ ...call, callers: [chainLink(this, "none")] });
  }
}

// Not in the class, as types of isolated declarations cannot name it.
Object.defineProperty(ActivationContext.prototype, inspect.custom, {
  value(this: ActivationContext) {
    return this.toJSON();
  },
});

/** Where a call came from. */
export type CallOrigin = Pick<ActorContext, "sender" | "headers" | "signal">;

/** What a call's context needs of it. */
export interface CallParts {
  readonly deadline: Deadline;
  /** The rpc: what may be started while it waits. */
  readonly method: Pick<GrainMethod, "reentrancy">;
  /** The grains that wait for the call, outermost first. */
  readonly callers: readonly string[];
}

/** The context of one call. The signal and its timer exist only once somebody reads it. */
export class CallContext implements GrainCallContext {
  readonly sender: PID | undefined;
  readonly headers: MessageHeaders;
  readonly #grain: GrainContext;
  readonly #call: CallParts;
  readonly #origin: CallOrigin;
  readonly #cancelled: AbortSignal | undefined;
  #signal: AbortSignal | undefined;
  #timer: Timer | undefined;

  /**
   * @param origin sender and headers are read at once; its signal, which aborts when the activation is stopped, later
   * @param cancelled aborts when the caller stops waiting before the deadline; undefined if it will not
   */
  constructor(grain: GrainContext, call: CallParts, origin: CallOrigin, cancelled?: AbortSignal) {
    this.sender = origin.sender;
    this.headers = origin.headers;
    this.#grain = grain;
    this.#call = call;
    this.#origin = origin;
    this.#cancelled = cancelled;
  }

  get kind(): string {
    return this.#grain.kind;
  }

  get identity(): string {
    return this.#grain.identity;
  }

  get cluster(): GrainCluster {
    return this.#grain.cluster;
  }

  get self(): PID {
    return this.#grain.self;
  }

  get logger(): Logger {
    return this.#grain.logger;
  }

  get remainingMs(): number {
    return this.#call.deadline.remainingMs;
  }

  get signal(): AbortSignal {
    this.#signal ??= this.#createSignal();
    return this.#signal;
  }

  async callGrain(call: OutgoingGrainCall): Promise<Message> {
    // What goes on without this call need not fit into its time.
    if (call.method.isOneWay) return this.cluster.callGrain(call);
    const { timeoutMs = this.cluster.requestTimeoutMs } = call.options;
    const signal = either(call.options.signal, this.#cancelled);
    const options = { ...call.options, signal, timeoutMs: Math.min(timeoutMs, this.remainingMs) };
    const callers = [...this.#call.callers, chainLink(this, this.#call.method.reentrancy)];
    return this.cluster.callGrain({ ...call, options, callers });
  }

  /** The call has been answered: nobody needs its timer any more. */
  end(): void {
    this.#timer?.cancel();
  }

  #createSignal(): AbortSignal {
    const expired = new AbortController();
    this.#timer = this.cluster.system.clock.schedule(this.remainingMs, () =>
      expired.abort(new DOMException("The caller no longer waits", "TimeoutError")),
    );
    const cancelled = this.#cancelled ? [this.#cancelled] : [];
    return AbortSignal.any([expired.signal, this.#origin.signal, ...cancelled]);
  }
}

function either(one: AbortSignal | undefined, other: AbortSignal | undefined): AbortSignal | undefined {
  return one && other ? AbortSignal.any([one, other]) : (one ?? other);
}
