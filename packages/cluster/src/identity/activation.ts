import type { ActorContext, PID, Props } from "@ts-grain/actor";
import type { ClusterIdentity } from "./cluster-identity.ts";
import { Location } from "./location.ts";
import type { Question } from "./question.ts";

/**
 * Why an activation ends: no call for its idle timeout; its identity belongs to another member now; this member
 * shuts down; the others have let this member go, so that its identity may be active elsewhere already; it failed;
 * somebody stopped its PID.
 *
 * @example
 * import type { DeactivationReason, GrainContext } from "@ts-grain/cluster";
 * import { SmartBulbKind } from "./gen/smartbulb_grain.ts";
 *
 * abstract class SavedBulb extends SmartBulbKind {
 *   abstract save(): Promise<void>;
 *
 *   override async onDeactivate(
 *     _context: GrainContext,
 *     reason: DeactivationReason,
 *   ): Promise<void> {
 *     // After "evicted" another member may have made it anew already.
 *     if (reason !== "evicted") await this.save();
 *   }
 * }
 */
export type DeactivationReason = "idle" | "moved" | "shutdown" | "evicted" | "failed" | "stopped";

/** How an activation ends. */
interface Ending {
  reason: DeactivationReason;
  askers: Question[] | undefined;
}

/**
 * Starts the actor of an activation.
 *
 * @see {@link HostedKind}
 */
export type SpawnActivation = (activation: Activation) => PID;

/**
 * One life of a grain on one member. It is also what calls of this process find, and may be the grain's actor as well: an
 * object less for each, and a table less.
 *
 * @example
 * import type { Activation } from "@ts-grain/cluster";
 *
 * // For those who write a lookup.
 * function describe({ kind, identity, reason }: Activation): string {
 *   return `${kind} ${identity} has ended: ${reason}`;
 * }
 */
export abstract class Activation extends Location implements ClusterIdentity {
  readonly identity: string;
  /** @internal When it began, in whole milliseconds of its system's clock; Infinity while it waits to begin. */
  begunAtMs = 0;
  /** @internal Calls that go to it by way of its parent and have not come there. */
  underWayToParent = 0;
  /** Its actor, or how to start that. */
  #actor: PID | SpawnActivation;
  #ending: Ending | undefined = undefined;

  constructor(identity: string, spawn: SpawnActivation) {
    super();
    this.identity = identity;
    this.#actor = spawn;
  }

  abstract readonly kind: string;

  /** Its actor, which is started when somebody asks for the first time. */
  get pid(): PID {
    return typeof this.#actor === "function" ? this.#start(this.#actor) : this.#actor;
  }

  /** @internal Whether its actor has been started. */
  get hasActor(): boolean {
    return typeof this.#actor !== "function";
  }

  /** @internal Whether it has ended without ever having had an actor. It gets none any more. */
  get hasEnded(): boolean {
    return false;
  }

  /** Why it ends: what was said before it was stopped, else "stopped". */
  get reason(): DeactivationReason {
    return this.#ending?.reason ?? "stopped";
  }

  set reason(reason: DeactivationReason) {
    if (this.#ending) this.#ending.reason = reason;
    else this.#ending = { reason, askers: undefined };
  }

  /** @internal Those who asked while it was ending; undefined while it lives. */
  get askers(): Question[] | undefined {
    return this.#ending?.askers;
  }

  #start(spawn: SpawnActivation): PID {
    this.#actor = tooEarly;
    try {
      this.#actor = spawn(this);
      return this.#actor;
    } catch (error) {
      this.#actor = spawn;
      throw error;
    }
  }

  /** Takes no calls any more, and ends. What is under way is to be handled before, unless the reason is "evicted". */
  beginToEnd(reason: DeactivationReason): void {
    this.#ending = { reason, askers: this.askers ?? [] };
  }
}

/** Stands for an actor that is being started. */
function tooEarly(): never {
  throw new Error("an activation has no PID before its actor has been spawned");
}

/**
 * An activation whose actor is something else.
 *
 * @example
 * import { propsFromFunction } from "@ts-grain/actor";
 * import { type HostedKind, PlainActivation } from "@ts-grain/cluster";
 *
 * // For those who write a lookup, and test it without grains.
 * const echo: HostedKind = {
 *   name: "Echo",
 *   newActivation: (identity, spawn) => new PlainActivation("Echo", identity, spawn),
 *   propsFor: ({ identity }) =>
 *     propsFromFunction((context) => {
 *       if (context.sender) context.respond(identity);
 *     }),
 * };
 */
export class PlainActivation extends Activation {
  readonly kind: string;

  constructor(kind: string, identity: string, spawn: SpawnActivation) {
    super(identity, spawn);
    this.kind = kind;
  }
}

/**
 * A kind as the placement of activations needs it.
 *
 * @example
 * import type { ActorContext } from "@ts-grain/actor";
 * import type { HostedKind, PID, SpawnActivation } from "@ts-grain/cluster";
 *
 * // For those who write a lookup: what its actor does for an identity that nobody else has.
 * function activate(context: ActorContext, kind: HostedKind, identity: string): PID {
 *   const spawn: SpawnActivation = (activation) =>
 *     context.spawnPrefix(kind.propsFor(activation), identity);
 *   return kind.newActivation(identity, spawn).pid;
 * }
 */
export interface HostedKind {
  readonly name: string;
  /**
   * What is to stand for an activation; its `kind` is this kind's name. Begins nothing.
   *
   * @param spawn starts its actor with what `propsFor` says. Called once at most: when the activation's PID is first read
   */
  newActivation(identity: string, spawn: SpawnActivation): Activation;
  /** How to start its actor. Asked for once at most for each activation that `newActivation` has made. */
  propsFor(activation: Activation): Props;
  /**
   * @internal How activations begin that may never need an actor, and so are never asked for their props; undefined if all do. Who wraps
   * a kind to change its props leaves this out, and `{ ...kind }` of a kind of grains does so.
   */
  readonly actorless?: Actorless | undefined;
  /** @internal Its activations end, and what waits to begin does not. Told when who places them stops. */
  close?(): void;
}

/** @internal Runs activations that have no actor yet, in the turn of who places them. */
export interface Actorless {
  /** Says who places them, before the first. */
  placedBy(parent: PID): void;
  /**
   * Begins a new activation with the call that the context has as its message. From then on the activation has an actor only if
   * its PID is read.
   *
   * @returns false if it is not new, or has an actor: the call is to be sent to that
   */
  begin(activation: Activation, context: ActorContext): boolean;
  /** Whether nothing has to be waited for, and no code of a grain runs, when one ends that has no actor. */
  endsAtOnce(activation: Activation): boolean;
  /** Ends one that has no actor, as its actor would. For its parent's end, and for one that ends at once. */
  end(activation: Activation): void | Promise<void>;
}

/** Asks an activation's parent to end it, by default since it has been idle for its time. Stays inside the process. */
export class Passivate {
  readonly activation: Activation;
  readonly reason: DeactivationReason;

  constructor(activation: Activation, reason: DeactivationReason = "idle") {
    this.activation = activation;
    this.reason = reason;
  }
}
