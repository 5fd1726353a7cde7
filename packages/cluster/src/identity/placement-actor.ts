import { create, isMessage } from "@bufbuild/protobuf";
import type { Actor, ActorContext, PID } from "@ts-grain/actor";
import { Terminated } from "@ts-grain/actor";
import { pidToWire } from "@ts-grain/remote/wire";
import {
  type ActivationRequest,
  ActivationRequestSchema,
  ActivationResponseSchema,
} from "../gen/cluster/cluster_pb.ts";
import type { Topology } from "../membership/topology.ts";
import { Activation, type DeactivationReason, type HostedKind, Passivate } from "./activation.ts";
import { type ClusterIdentity, identityKey, identityProblem } from "./cluster-identity.ts";
import { Rendezvous } from "./rendezvous.ts";

/** Where every member's placement actor is found; the name is Proto.Actor's. */
export const placementActorId = "partition-activator";

/** Tells the placement actor who is in the cluster. Stays inside the process. */
export class PlaceBy {
  readonly topology: Topology;

  constructor(topology: Topology) {
    this.topology = topology;
  }
}

/** Asks the placement actor to end all activations and take no new ones; it answers `Released`. */
export class Release {}

/** All activations have ended. */
export class Released {}

interface Placed {
  readonly activation: Activation;
  readonly pid: PID;
  /** Those who asked while the activation was ending; undefined while it lives. */
  waiting: PID[] | undefined;
}

/**
 * Starts and ends the activations that this member owns: at most one for each identity at a time. Its children are
 * the activations.
 */
export class PlacementActor implements Actor {
  readonly #kinds: ReadonlyMap<string, HostedKind>;
  readonly #placed = new Map<string, Placed>();
  readonly #keys = new Map<string, string>();
  #rendezvous = new Rendezvous([]);
  #topologyHash = 0n;
  #released: PID[] | undefined;

  constructor(kinds: ReadonlyMap<string, HostedKind>) {
    this.#kinds = kinds;
  }

  receive(context: ActorContext): void {
    const { message } = context;
    if (isMessage(message, ActivationRequestSchema)) this.#onRequest(context, message);
    else if (message instanceof Terminated) this.#onTerminated(context, message.who);
    else if (message instanceof Passivate)
      this.#end(context, identityKey(message.activation.identity), "idle");
    else if (message instanceof PlaceBy) this.#onTopology(context, message.topology);
    else if (message instanceof Release) this.#onRelease(context);
  }

  #onRequest(context: ActorContext, request: ActivationRequest): void {
    const { sender } = context;
    if (!sender) return;
    const { kind = "", identity = "" } = request.clusterIdentity ?? {};
    this.#answer(context, { kind, identity }, sender);
  }

  /** Answers with the identity's activation, or with a refusal when it may not run here. */
  #answer(context: ActorContext, identity: ClusterIdentity, asker: PID): void {
    const placed = this.#placed.get(identityKey(identity));
    if (placed?.waiting) placed.waiting.push(asker);
    else if (placed) this.#respond(context, asker, placed.pid);
    else this.#respond(context, asker, this.#activate(context, identity));
  }

  #activate(context: ActorContext, identity: ClusterIdentity): PID | undefined {
    const kind = this.#kinds.get(identity.kind);
    if (!kind || this.#released || identityProblem(identity.identity) || !this.#owns(context, identity)) {
      return undefined;
    }
    const activation = new Activation(identity);
    const pid = context.spawnPrefix(kind.propsFor(activation), identity.identity);
    const key = identityKey(identity);
    this.#placed.set(key, { activation, pid, waiting: undefined });
    this.#keys.set(pid.id, key);
    return pid;
  }

  #owns(context: ActorContext, identity: ClusterIdentity): boolean {
    return this.#rendezvous.ownerOf(identity) === context.system.address;
  }

  #respond(context: ActorContext, asker: PID, pid: PID | undefined): void {
    const topologyHash = this.#topologyHash;
    context.send(
      asker,
      create(
        ActivationResponseSchema,
        pid ? { pid: pidToWire(pid), topologyHash } : { failed: true, topologyHash },
      ),
    );
  }

  #onTopology(context: ActorContext, topology: Topology): void {
    this.#rendezvous = new Rendezvous(topology.members);
    this.#topologyHash = topology.hash;
    for (const [key, { activation }] of this.#placed) {
      if (!this.#owns(context, activation.identity)) this.#end(context, key, "moved");
    }
  }

  #onRelease(context: ActorContext): void {
    this.#released ??= [];
    if (context.sender) this.#released.push(context.sender);
    for (const key of this.#placed.keys()) this.#end(context, key, "shutdown");
    this.#tellReleased(context);
  }

  /** Lets an activation finish the calls that it has, then end. */
  #end(context: ActorContext, key: string, reason: DeactivationReason): void {
    const placed = this.#placed.get(key);
    if (!placed || placed.waiting) return;
    placed.activation.reason = reason;
    placed.waiting = [];
    context.poison(placed.pid);
  }

  #onTerminated(context: ActorContext, who: PID): void {
    const key = this.#keys.get(who.id);
    if (key === undefined) return;
    const placed = this.#placed.get(key);
    this.#keys.delete(who.id);
    this.#placed.delete(key);
    for (const asker of placed?.waiting ?? []) this.#answer(context, placed!.activation.identity, asker);
    this.#tellReleased(context);
  }

  #tellReleased(context: ActorContext): void {
    if (!this.#released || this.#placed.size > 0) return;
    for (const asker of this.#released.splice(0)) context.send(asker, new Released());
  }
}
