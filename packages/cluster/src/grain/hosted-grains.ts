import { type ActorContext, type PID, propsForEach } from "@ts-grain/actor";
import type { Activation, Actorless, HostedKind } from "../identity/activation.ts";
import { CallHere } from "../identity/call-here.ts";
import { GrainActor } from "./grain-actor.ts";
import { GrainCall } from "./grain-call.ts";
import { GrainHost, type GrainHosting } from "./grain-host.ts";
import type { Kind } from "./kind.ts";
import { ReceivedCall } from "./received-call.ts";

/** Makes a kind something that the placement of activations can start. */
export function hostKind(kind: Kind, hosting: GrainHosting): HostedKind {
  return new HostedGrains(kind, hosting);
}

/** A kind's grains on a member. */
class HostedGrains implements HostedKind, Actorless {
  readonly name: string;
  readonly newActivation: HostedKind["newActivation"];
  readonly propsFor: HostedKind["propsFor"];
  readonly #host: GrainHost;

  constructor(kind: Kind, hosting: GrainHosting) {
    const host = new GrainHost(kind, hosting);
    const { name, maxQueuedCalls: capacity } = kind;
    const propsForGrain = propsForEach((grain: GrainActor) => grain.incarnate(), { mailbox: { capacity } });
    this.name = name;
    this.#host = host;
    // Not methods, so that a copy which wraps them has them.
    this.newActivation = (identity, spawn) => new GrainActor(host, identity, spawn);
    this.propsFor = (activation) => propsForGrain(this.#own(activation));
  }

  /** One whose calls may interleave has a mailbox to hold them from the beginning. */
  get actorless(): Actorless | undefined {
    return this.#host.interleaves ? undefined : this;
  }

  close(): void {
    this.#host.slots.close();
  }

  placedBy(parent: PID): void {
    this.#host.placement = parent;
  }

  begin(activation: Activation, context: ActorContext): boolean {
    const message = context.message instanceof CallHere ? context.message.call : context.message;
    const grain = this.#own(activation);
    const isCall = message instanceof GrainCall || message instanceof ReceivedCall;
    if (!isCall || !grain.isNew || grain.hasActor) return false;
    grain.beginWith(message, context);
    return true;
  }

  endsAtOnce(activation: Activation): boolean {
    try {
      return !this.#own(activation).hooks.onDeactivate;
    } catch {
      // A getter of the grain's own: it is for its actor to fail with it.
      return false;
    }
  }

  end(activation: Activation): void | Promise<void> {
    return this.#own(activation).endWithoutActor();
  }

  #own(activation: Activation): GrainActor {
    if (activation instanceof GrainActor && activation.host === this.#host) return activation;
    throw new TypeError(`newActivation of the kind ${this.name} has not made this activation`);
  }
}
