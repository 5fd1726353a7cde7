import { type ActorContext, type PID, type Receive, Restarting, Started, Stopped } from "@ts-grain/actor";
import type {
  Activation,
  ClusterIdentity,
  DeactivationReason,
  HostedKind,
  IdentityLookup,
} from "@ts-grain/cluster";
import { endActivation } from "@ts-grain/cluster/testing";

/**
 * One life of a grain on one member.
 *
 * @see {@link TestGrain}
 */
export interface ActivationRecord extends ClusterIdentity {
  /** The address of its member. */
  readonly member: string;
  /** Why it ended; undefined as long as it lives. */
  readonly ended: DeactivationReason | undefined;
}

/** An activation, from the moment when its member has decided on it. */
export class Life implements ActivationRecord {
  readonly kind: string;
  readonly identity: string;
  readonly member: string;
  readonly self: PID;
  readonly #activation: Activation;
  readonly #context: ActorContext;
  readonly #begun = Promise.withResolvers<void>();
  readonly #over = Promise.withResolvers<void>();
  #ended: DeactivationReason | undefined;

  constructor(activation: Activation, context: ActorContext) {
    this.kind = activation.kind;
    this.identity = activation.identity;
    this.member = context.system.address;
    this.self = context.self;
    this.#activation = activation;
    this.#context = context;
  }

  get ended(): DeactivationReason | undefined {
    return this.#ended;
  }

  /** Resolves when `onActivate` has settled, well or not. */
  get begun(): Promise<void> {
    return this.#begun.promise;
  }

  /** Whether `onActivate`, or what makes the grain, has thrown. */
  get hasFailed(): boolean {
    return this.#activation.reason === "failed";
  }

  /** Ends it as its member would for this reason. Resolves when it has ended. */
  async deactivate(reason: DeactivationReason): Promise<void> {
    endActivation(this.#context, this.#activation, reason);
    await this.#over.promise;
  }

  /** Lets the actor handle a message, and notes what that means. */
  handle(received: ActorContext, next: Receive): void | Promise<void> {
    const { message } = received;
    const handled = next(received);
    if (message instanceof Started) this.#begun.resolve(handled);
    if (message instanceof Restarting) this.#end("failed");
    if (message instanceof Stopped) this.#end(this.#activation.reason);
    return handled;
  }

  #end(reason: DeactivationReason): void {
    this.#ended ??= reason;
    this.#over.resolve();
  }
}

/** Writes down the activations of a cluster whose lookup it has wrapped. */
export class ActivationJournal {
  readonly #lives: Life[] = [];

  /** All activations so far, in the order in which they began. */
  get records(): readonly ActivationRecord[] {
    return this.#lives;
  }

  /** The present life of a grain, if it has one. Where members disagree, there may be others. */
  find({ kind, identity }: ClusterIdentity): Life | undefined {
    return this.#lives.findLast(
      (life) => life.kind === kind && life.identity === identity && life.ended === undefined,
    );
  }

  /** A lookup that places grains as the given one does, and writes here. */
  observe(lookup: IdentityLookup): IdentityLookup {
    return {
      start: ({ kinds, ...context }) => {
        const observed = [...kinds].map(([name, kind]): [string, HostedKind] => [name, this.#observe(kind)]);
        return lookup.start({ ...context, kinds: new Map(observed) });
      },
    };
  }

  #observe(kind: HostedKind): HostedKind {
    return {
      ...kind,
      propsFor: (activation) => {
        let life: Life;
        const onInit = (context: ActorContext): void => {
          life = this.#begin(activation, context);
        };
        const watch = (next: Receive): Receive => {
          return (received) => {
            // What the actor is after a failure lives anew.
            if (received.message instanceof Started && life.ended) life = this.#begin(activation, received);
            return life.handle(received, next);
          };
        };
        return kind.propsFor(activation).with({ onInit, receiveMiddleware: [watch] });
      },
    };
  }

  #begin(activation: Activation, context: ActorContext): Life {
    const life = new Life(activation, context);
    this.#lives.push(life);
    return life;
  }
}
