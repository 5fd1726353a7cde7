import { type ActorContext, PID } from "@ts-grain/actor";
import type { Activation, HostedKind, SpawnActivation } from "./activation.ts";
import type { ClusterIdentity } from "./cluster-identity.ts";
import { placementActorId } from "./placement-messages.ts";

/** What they are made with. */
export interface NewActivationsParts {
  readonly kinds: ReadonlyMap<string, HostedKind>;
  /** This member's address. */
  readonly self: string;
  /** The placement actor's context, while it lives: their actors are its children. */
  readonly parent: () => ActorContext | undefined;
}

/** Makes the activations of a member. Their actors start when they are needed. */
export class NewActivations {
  readonly #parts: NewActivationsParts;

  constructor(parts: NewActivationsParts) {
    this.#parts = parts;
  }

  /**
   * One of a kind that is hosted.
   *
   * @throws TypeError if the kind makes one of another kind
   */
  create({ kind, identity }: ClusterIdentity): Activation {
    const { kinds, parent } = this.#parts;
    const made = kinds.get(kind)!.newActivation(identity, this.#spawn);
    made.begunAtMs = Math.ceil(parent()!.system.clock.nowMs());
    if (made.kind === kind) return made;
    throw new TypeError(`newActivation of the kind ${kind} has made one of the kind ${made.kind}`);
  }

  readonly #spawn: SpawnActivation = (activation) => {
    const { kind, identity, hasEnded } = activation;
    const { kinds, self, parent } = this.#parts;
    const context = parent();
    // What is sent there comes back: a child's id never ends so.
    if (!context || hasEnded) return new PID(self, `${placementActorId}/${identity}$`);
    return context.spawnPrefix(kinds.get(kind)!.propsFor(activation), identity);
  };
}
