import { isMessage } from "@bufbuild/protobuf";
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
import { type GrainRequest, GrainRequestSchema } from "../gen/cluster/grain_pb.ts";
import {
  type Activation,
  type DeactivationReason,
  type HostedKind,
  Passivate,
} from "../identity/activation.ts";
import { Deadline } from "./deadline.ts";
import type { GrainHooks, GrainKind } from "./grain.ts";
import { GrainCall } from "./grain-call.ts";
import type { GrainCluster } from "./grain-cluster.ts";
import { ActivationContext, CallContext } from "./grain-context.ts";
import { withFields } from "./grain-logger.ts";
import { type ActiveGrain, readGrainRequest, respondFailure, runGrainCall } from "./grain-turn.ts";
import type { Kind } from "./kind.ts";

/** How the grains of a member are run. */
export interface GrainHosting {
  readonly cluster: GrainCluster;
  /** Freezes the messages that pass between grains of this process, so that changing one fails. */
  readonly freezesMessages: boolean;
}

/** Makes a kind something that the placement of activations can start. */
export function hostKind(kind: Kind, hosting: GrainHosting): HostedKind {
  return {
    name: kind.name,
    propsFor: (activation): Props => propsFromProducer(() => new GrainActor(kind, activation, hosting)),
  };
}

/** The actor around one activation of a grain. */
class GrainActor implements Actor {
  readonly #kind: Kind;
  readonly #activation: Activation;
  readonly #hosting: GrainHosting;
  #grain: ActiveGrain | undefined;
  #failure: unknown;

  constructor(kind: Kind, activation: Activation, hosting: GrainHosting) {
    this.#kind = kind;
    this.#activation = activation;
    this.#hosting = hosting;
  }

  receive(context: ActorContext): void | Promise<void> {
    const { message } = context;
    if (message instanceof GrainCall) return this.#call(context, message);
    if (isMessage(message, GrainRequestSchema)) return this.#call(context, message);
    if (message instanceof Started) return this.#activate(context);
    if (message instanceof Stopping) return this.#deactivate(this.#activation.reason);
    if (message instanceof Restarting) return this.#deactivate("failed");
    if (message instanceof ReceiveTimeout)
      return context.send(context.parent!, new Passivate(this.#activation));
    if (message instanceof Stopped || message instanceof Terminated) return undefined;
    return this.#onMessage(context);
  }

  #call(context: ActorContext, message: GrainCall | GrainRequest): void | Promise<void> {
    const grain = this.#grain!;
    if (this.#failure !== undefined) return respondFailure(grain, context, this.#failure);
    try {
      return runGrainCall(
        grain,
        context,
        message instanceof GrainCall ? message : readGrainRequest(grain, message),
      );
    } catch (error) {
      return respondFailure(grain, context, error);
    }
  }

  async #activate(context: ActorContext): Promise<void> {
    const { cluster, freezesMessages } = this.#hosting;
    const { kind, identity } = this.#activation.identity;
    const logger = withFields(cluster.system.logger, { kind, identity });
    const grainContext = new ActivationContext({ kind, identity, cluster, self: context.self, logger });
    const grain = { service: this.#kind.service, context: grainContext, freezesMessages };
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
    const { context } = this.#grain!;
    try {
      await this.#hooks.onDeactivate?.(context, reason);
    } catch (error) {
      context.logger.error({ error }, "onDeactivate failed");
    }
  }

  #onMessage(context: ActorContext): void | Promise<void> {
    const { context: grainContext } = this.#grain!;
    const { cluster } = this.#hosting;
    const { sender, headers } = context;
    const deadline = new Deadline(cluster.system.clock, cluster.requestTimeoutMs);
    const callContext = new CallContext(grainContext, {
      sender,
      headers,
      deadline,
      callers: [],
      stopped: () => context.signal,
    });
    return this.#hooks.onMessage?.(context.message, callContext) as void | Promise<void>;
  }

  get #hooks(): GrainHooks {
    return this.#grain!.instance as GrainHooks;
  }
}
