import {
  type Actor,
  type ActorContext,
  type Props,
  propsFromProducer,
  ReceiveTimeout,
  Restarting,
  Started,
  Stopped,
  Stopping,
  Terminated,
} from "@ts-grain/actor";
import {
  type Activation,
  type DeactivationReason,
  type HostedKind,
  Passivate,
} from "../identity/activation.ts";
import type { ClusterCounters } from "../stats/cluster-stats.ts";
import type { Cancellations } from "./cancellations.ts";
import { Deadline } from "./deadline.ts";
import type { GrainHooks, GrainKind } from "./grain.ts";
import { GrainCall } from "./grain-call.ts";
import type { GrainCluster } from "./grain-cluster.ts";
import { ActivationContext, CallContext } from "./grain-context.ts";
import { withFields } from "./grain-logger.ts";
import { type ActiveGrain, readGrainCall, respondFailure, runGrainCall, type Turn } from "./grain-turn.ts";
import { Interleaving } from "./interleaving.ts";
import type { Kind } from "./kind.ts";
import { ReceivedCall } from "./received-call.ts";

/** How the grains of a member are run. */
export interface GrainHosting {
  readonly cluster: GrainCluster;
  /** Freezes the messages that pass between grains of this process, so that changing one fails. */
  readonly freezesMessages: boolean;
  readonly counters: ClusterCounters;
  readonly cancellations: Cancellations;
  /** Is told that the process at an address knows a message type. */
  readonly peerKnows: (address: string, typeName: string) => void;
}

/** Makes a kind something that the placement of activations can start. */
export function hostKind(kind: Kind, hosting: GrainHosting): HostedKind {
  const mailbox = { capacity: kind.maxQueuedCalls };
  return {
    name: kind.name,
    propsFor: (activation): Props =>
      propsFromProducer(() => new GrainActor(kind, activation, hosting), { mailbox }),
  };
}

/** The actor around one activation of a grain. */
class GrainActor implements Actor {
  readonly #kind: Kind;
  readonly #activation: Activation;
  readonly #hosting: GrainHosting;
  #grain: ActiveGrain | undefined;
  /** Only where an rpc of the kind is re-entrant. */
  #interleaving: Interleaving | undefined;
  #failure: unknown;

  constructor(kind: Kind, activation: Activation, hosting: GrainHosting) {
    this.#kind = kind;
    this.#activation = activation;
    this.#hosting = hosting;
  }

  receive(context: ActorContext): void | Promise<void> {
    const { message } = context;
    if (message instanceof GrainCall) return this.#call(context, message);
    if (message instanceof ReceivedCall) return this.#call(context, message);
    if (message instanceof Started) return this.#activate(context);
    if (message instanceof Stopping) return this.#deactivate(this.#activation.reason);
    if (message instanceof Restarting) return this.#deactivate("failed");
    if (message instanceof ReceiveTimeout) return this.#onIdle(context);
    if (message instanceof Stopped || message instanceof Terminated) return undefined;
    return this.#onMessage(context);
  }

  #call(context: ActorContext, message: GrainCall | ReceivedCall): void | Promise<void> {
    const grain = this.#grain!;
    if (this.#failure !== undefined) return respondFailure(grain, context, this.#failure);
    try {
      const call = readGrainCall(grain, message);
      // Who calls a method has its response compiled in. Members of Proto.Actor Go name no method.
      if (message instanceof ReceivedCall && message.request.methodName === "" && context.sender)
        this.#hosting.peerKnows(context.sender.address, call.method.output.typeName);
      if (this.#interleaving) return this.#interleave(this.#interleaving, context, call);
      return runGrainCall(grain, context, call);
    } catch (error) {
      return respondFailure(grain, context, error);
    }
  }

  /** The actor takes its next message while the call is under way. */
  #interleave(interleaving: Interleaving, context: ActorContext, call: GrainCall): void {
    const { sender, headers, self, system } = context;
    const turn: Turn = {
      sender,
      headers,
      get signal() {
        return context.signal;
      },
      respond: (response) => sender && context.send(sender, response),
    };
    interleaving.add({
      call,
      run: () => runGrainCall(this.#grain!, turn, call),
      refuse: (reason) => system.processes.deadLetter({ target: self, message: call, sender, reason }),
    });
  }

  #onIdle(context: ActorContext): void {
    if (this.#interleaving?.isIdle === false) context.setReceiveTimeout(this.#kind.idleTimeoutMs);
    else context.send(context.parent!, new Passivate(this.#activation));
  }

  async #activate(context: ActorContext): Promise<void> {
    const { cluster, freezesMessages, counters, cancellations } = this.#hosting;
    counters.begin(this.#activation.identity);
    const { kind, identity } = this.#activation.identity;
    const logger = withFields(cluster.system.logger, { kind, identity });
    const { service } = this.#kind;
    const interleaves = service.methods.some((method) => method && method.reentrancy !== "none");
    if (interleaves)
      this.#interleaving = new Interleaving(this.#activation.identity, this.#kind.maxQueuedCalls);
    const { self } = context;
    const grainContext = new ActivationContext({ kind, identity, cluster, self, logger, interleaves });
    const grain = { service, context: grainContext, freezesMessages, cancellations };
    // Calls that wait for an activation which fails are answered with its error.
    this.#grain = { ...grain, instance: {} };
    try {
      const instance = await this.#kind.factory(grainContext);
      if ("~attachContext" in instance) (instance as GrainKind)["~attachContext"](grainContext);
      this.#grain = { ...grain, instance };
      await this.#hooks.onActivate?.(grainContext);
      if (this.#kind.idleTimeoutMs > 0) context.setReceiveTimeout(this.#kind.idleTimeoutMs);
    } catch (error) {
      this.#failure = error;
      this.#activation.reason = "failed";
      logger.error({ error }, "a grain could not be activated");
      context.poison(context.self);
    }
  }

  async #deactivate(reason: DeactivationReason): Promise<void> {
    this.#hosting.counters.end(this.#activation.identity, reason);
    const { context } = this.#grain!;
    if (this.#interleaving) await this.#endCalls(this.#interleaving, reason);
    try {
      await this.#hooks.onDeactivate?.(context, reason);
    } catch (error) {
      context.logger.error({ error }, "onDeactivate failed");
    }
  }

  /** The calls that came before the end are still handled, unless it came at once. */
  async #endCalls(interleaving: Interleaving, reason: DeactivationReason): Promise<void> {
    if (reason === "evicted" || reason === "failed" || reason === "stopped") interleaving.refuseWaiting();
    await interleaving.whenIdle();
  }

  #onMessage(context: ActorContext): void | Promise<void> {
    const { context: grainContext } = this.#grain!;
    const { cluster } = this.#hosting;
    const deadline = new Deadline(cluster.system.clock, cluster.requestTimeoutMs);
    const callContext = new CallContext(
      grainContext,
      { deadline, method: { reentrancy: "none" }, callers: [] },
      context,
    );
    return this.#hooks.onMessage?.(context.message, callContext) as void | Promise<void>;
  }

  get #hooks(): GrainHooks {
    return this.#grain!.instance as GrainHooks;
  }
}
