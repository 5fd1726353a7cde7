import { isMessage } from "@bufbuild/protobuf";
import { ActorError, PID, propsFromProducer, type Subscription } from "@ts-grain/actor";
import { pidFromWire } from "@ts-grain/remote/wire";
import { ClusterError } from "../cluster-error.ts";
import { type ActivationRequest, ActivationResponseSchema } from "../gen/cluster/cluster_pb.ts";
import { memberAddress } from "../membership/member.ts";
import type { Topology } from "../membership/topology.ts";
import type { ClusterIdentity } from "./cluster-identity.ts";
import { Departures } from "./departures.ts";
import type { FindOptions, IdentityLookup, LookupContext, LookupSession } from "./identity-lookup.ts";
import type { Location } from "./location.ts";
import { PlacementActor } from "./placement-actor.ts";
import { PlaceBy, placementActorId, Refuse, Release } from "./placement-messages.ts";
import { Rendezvous } from "./rendezvous.ts";

/** Milliseconds that the placement actor has to answer those who wait. */
const refuseTimeoutMs = 200;

/**
 * Finds grains by rendezvous hashing, exactly as Proto.Actor Go's lookup of this name, with no store.
 *
 * Members that see the same topology agree on one owner for each identity. While their views differ, an identity may
 * be active twice; once they agree, only the owner's activation stays.
 *
 * @example
 * import {
 *   configureCluster,
 *   configureRemote,
 *   DistHashLookup,
 *   InProcessProvider,
 * } from "@ts-grain/cluster";
 *
 * const config = configureCluster(
 *   "home",
 *   new InProcessProvider(),
 *   new DistHashLookup(),
 *   configureRemote("localhost", 0),
 * );
 */
export class DistHashLookup implements IdentityLookup {
  start(context: LookupContext): LookupSession {
    return new DistHashSession(context);
  }
}

class DistHashSession implements LookupSession {
  readonly #context: LookupContext;
  readonly #placement: PID;
  readonly #subscription: Subscription;
  readonly #departures = new Departures();
  #rendezvous: Rendezvous;
  /** The placement actors of the others, by address. */
  #receivers: ReadonlyMap<string, PID>;
  /** The present incarnation. */
  #actor: PlacementActor | undefined;

  constructor(context: LookupContext) {
    this.#context = context;
    const { system, members, kinds, left } = context;
    this.#rendezvous = new Rendezvous(members.topology.members);
    this.#receivers = this.#placementActorsOf(members.topology);
    this.#placement = system.root.spawnNamed(
      propsFromProducer(() => {
        this.#actor = new PlacementActor(kinds, { self: system.address, left });
        return this.#actor;
      }),
      placementActorId,
    );
    this.#subscription = members.subscribe(({ topology, left }) => {
      this.#rendezvous = new Rendezvous(topology.members);
      this.#receivers = this.#placementActorsOf(topology);
      for (const member of left) this.#departures.left(memberAddress(member));
      system.root.send(this.#placement, new PlaceBy(topology));
    });
  }

  async find(identity: ClusterIdentity, { timeoutMs, signal }: FindOptions): Promise<PID> {
    const owner = this.#rendezvous.ownerOf(identity);
    if (owner === undefined) {
      throw new ClusterError("no_member", `no live member hosts the kind ${JSON.stringify(identity.kind)}`);
    }
    const left = this.#departures.signalOf(owner);
    const options = { timeoutMs, signal: signal ? AbortSignal.any([signal, left]) : left };
    let response: unknown;
    try {
      response = await this.#context.system.root.requestAsync(
        this.#receivers.get(owner) ?? this.#placement,
        activationRequest(identity, this.#context.members.topology.hash),
        options,
      );
    } catch (error) {
      // Whatever became of the request, no call has been sent: asking again is safe.
      if (!ActorError.is(error)) throw error;
      throw new ClusterError("not_delivered", `member ${owner} did not say where ${describe(identity)} is`, {
        cause: error,
      });
    }
    const pid = isMessage(response, ActivationResponseSchema) && response.pid && pidFromWire(response.pid);
    if (pid && this.#isAtMember(pid)) return pid;
    throw new ClusterError("not_delivered", `member ${owner} does not activate ${describe(identity)} now`);
  }

  findHere(identity: ClusterIdentity): Location | undefined {
    return this.#actor?.placeNow(identity, this.#context.members.topology);
  }

  receiverOf(identity: ClusterIdentity): PID | undefined {
    const owner = this.#rendezvous.ownerOf(identity);
    return owner === undefined ? undefined : this.#receivers.get(owner);
  }

  belongsTo(identity: ClusterIdentity, address: string): boolean {
    return this.#rendezvous.ownerOf(identity) === address;
  }

  /** Who could name any address would have us connect there. */
  #isAtMember({ address }: PID): boolean {
    return address === this.#context.system.address || this.#receivers.has(address);
  }

  #placementActorsOf({ members }: Topology): ReadonlyMap<string, PID> {
    const others = members.map(memberAddress).filter((address) => address !== this.#context.system.address);
    return new Map(others.map((address) => [address, new PID(address, placementActorId)]));
  }

  async release({ timeoutMs }: { readonly timeoutMs: number }): Promise<void> {
    const { root, logger } = this.#context.system;
    try {
      await root.requestAsync(this.#placement, new Release(), { timeoutMs });
    } catch (error) {
      if (!ActorError.is(error)) throw error;
      logger.warn({ timeoutMs, error }, "some activations did not end in time");
    }
    this.#subscription.unsubscribe();
  }

  async close(): Promise<void> {
    const { root } = this.#context.system;
    try {
      await root.requestAsync(this.#placement, new Refuse(), { timeoutMs: refuseTimeoutMs });
    } catch (error) {
      // Nobody waits at an actor that has ended.
      if (!ActorError.is(error)) throw error;
    }
  }
}

/**
 * A literal, which takes a fraction of the time of `create`. It names the topology by which it is asked: who does that need not be kept waiting for a
 * refusal.
 */
function activationRequest({ kind, identity }: ClusterIdentity, topologyHash: bigint): ActivationRequest {
  return {
    $typeName: "cluster.ActivationRequest",
    clusterIdentity: { $typeName: "cluster.ClusterIdentity", kind, identity },
    requestId: "",
    topologyHash,
  };
}

function describe({ kind, identity }: ClusterIdentity): string {
  return JSON.stringify(`${kind}/${identity}`);
}
