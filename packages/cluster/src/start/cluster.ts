import type { DescMessage, Message } from "@bufbuild/protobuf";
import { type ActorSystem, type PID, propsFromProducer } from "@ts-grain/actor";
import { Remote } from "@ts-grain/remote";
import { ClusterError } from "../cluster-error.ts";
import { file_cluster_cluster, RebalanceCompletedSchema } from "../gen/cluster/cluster_pb.ts";
import { file_cluster_gossip, GossipRequestSchema } from "../gen/cluster/gossip_pb.ts";
import { file_cluster_grain } from "../gen/cluster/grain_pb.ts";
import {
  CancelGrainCallSchema,
  file_tsgrain_cluster_v1_cancel,
} from "../gen/tsgrain/cluster/v1/cancel_pb.ts";
import { file_tsgrain_cluster_v1_holdings, HoldingsSchema } from "../gen/tsgrain/cluster/v1/holdings_pb.ts";
import { file_tsgrain_cluster_v1_inspection } from "../gen/tsgrain/cluster/v1/inspection_pb.ts";
import { file_tsgrain_cluster_v1_located } from "../gen/tsgrain/cluster/v1/located_pb.ts";
import { gossipActorId } from "../gossip/gossip-messages.ts";
import { CancelAt, CancellationActor, cancellationActorId } from "../grain/cancellation-actor.ts";
import { Cancellations } from "../grain/cancellations.ts";
import type { OutgoingGrainCall } from "../grain/grain-caller.ts";
import type { GrainCluster } from "../grain/grain-cluster.ts";
import { GrainDispatcher } from "../grain/grain-dispatcher.ts";
import { grainRequestCodec } from "../grain/grain-request-codec.ts";
import { receiveCalls } from "../grain/received-call.ts";
import { probeKind } from "../health/probe.ts";
import { findReadiness, type Readiness } from "../health/readiness.ts";
import { StallWatch } from "../health/stall-watch.ts";
import type { HostedKind } from "../identity/activation.ts";
import { activationCodecs } from "../identity/activation-codecs.ts";
import { type ClusterIdentity, identityProblem } from "../identity/cluster-identity.ts";
import { DuplicateActivation } from "../identity/duplicate-activation.ts";
import type { FindOptions, LookupContext, LookupSession } from "../identity/identity-lookup.ts";
import { PidCache } from "../identity/pid-cache.ts";
import { placementActorId } from "../identity/placement-messages.ts";
import { Inspection } from "../inspection/inspection.ts";
import { inspectionActorId } from "../inspection/inspection-actor.ts";
import { receiveFromPeers } from "../membership/from-peer.ts";
import { type Member, memberAddress, splitAddress } from "../membership/member.ts";
import { MemberList } from "../membership/member-list.ts";
import { PubSub } from "../pubsub/pub-sub.ts";
import type { Topic, TopicOptions } from "../pubsub/topic.ts";
import { deliveryActorId, topicKind } from "../pubsub/topic-names.ts";
import { ClusterCounters, type ClusterStats } from "../stats/cluster-stats.ts";
import type { ClusterConfig } from "./cluster-config.ts";
import { hostKinds } from "./host-kinds.ts";
import { LeaveTime } from "./leave-time.ts";
import { Presence } from "./presence.ts";

type Phase = "starting" | "running" | "stopped";

/**
 * A process's part in a cluster, as a member that hosts grains or as a client that only calls them.
 *
 * @example
 * import { ActorSystem, Cluster, type ClusterConfig } from "@ts-grain/cluster";
 * import { getSmartBulbGrainClient } from "./gen/smartbulb_grain.ts";
 *
 * async function lightTheKitchen(config: ClusterConfig): Promise<void> {
 *   await using cluster = await Cluster.startMember(new ActorSystem(), config);
 *   await getSmartBulbGrainClient(cluster, "kitchen").turnOn({});
 * }
 */
export class Cluster implements GrainCluster, AsyncDisposable {
  readonly name: string;
  readonly system: ActorSystem;
  readonly members: MemberList;
  readonly requestTimeoutMs: number;
  readonly #config: ClusterConfig;
  readonly #remote: Remote;
  readonly #cache: PidCache;
  readonly #counters = new ClusterCounters();
  readonly #cancellations = new Cancellations();
  readonly #cancellationActor: PID;
  readonly #dispatcher: GrainDispatcher;
  readonly #pubSub: PubSub;
  readonly #lookup: LookupSession;
  readonly #presence: Presence;
  readonly #stalls: StallWatch;
  #phase: Phase = "starting";
  #ending: Promise<void> | undefined;
  readonly #ended = Promise.withResolvers<void>();

  private constructor(system: ActorSystem, config: ClusterConfig, joining: Joining) {
    this.name = config.name;
    this.system = system;
    this.requestTimeoutMs = config.requestTimeoutMs;
    this.#config = config;
    this.#stalls = new StallWatch(system);
    this.#remote = joining.remote;
    const members = new MemberList(system, joining.remote);
    this.members = members;
    const { processes } = system;
    const lookup = () => (this.#phase === "stopped" ? undefined : this.#lookup);
    this.#cache = new PidCache(config.maxCachedLocations, { processes, members, lookup });
    this.#dispatcher = this.#createDispatcher();
    this.#cancellationActor = system.root.spawnNamed(
      propsFromProducer(() => new CancellationActor(this.#cancellations)),
      cancellationActorId,
    );
    this.members.subscribe(({ left }) => {
      for (const member of left) this.#cache.removeAddress(memberAddress(member));
    });
    system.eventStream.subscribe((event) => {
      if (event instanceof DuplicateActivation) this.#counters.duplicates++;
    });
    this.#pubSub = new PubSub({ cluster: this, cache: this.#cache, remote: joining.remote, config });
    const kinds = this.#hostKinds(joining);
    const left: LookupContext["left"] = (...grain) => this.#cache.leave(...grain);
    this.#lookup = config.lookup.start({ system, members, kinds, left });
    const end = () => void this.shutdown();
    this.#presence = new Presence({ ...joining, system, config, members, end });
  }

  /** How this member is listed now, which changes when it has been let go and comes back; undefined for a client. */
  get self(): Member | undefined {
    return this.#presence.self;
  }

  /**
   * Starts to listen, joins the cluster and hosts its kinds. Resolves when this member is in its own topology; if
   * anything fails, everything that was started is ended again, the actor system included.
   */
  static async startMember(system: ActorSystem, config: ClusterConfig): Promise<Cluster> {
    return Cluster.#start(system, config, "member");
  }

  /** Starts to listen for answers and watches the cluster, without hosting anything and without being a member. */
  static async startClient(system: ActorSystem, config: ClusterConfig): Promise<Cluster> {
    return Cluster.#start(system, config, "client");
  }

  static async #start(system: ActorSystem, config: ClusterConfig, role: Role): Promise<Cluster> {
    let remote: Remote | undefined;
    let cluster: Cluster | undefined;
    try {
      remote = await startRemote(system, config);
      const self = role === "member" ? describeSelf(system, config) : undefined;
      cluster = new Cluster(system, config, { remote, self });
      await cluster.#presence.join();
    } catch (error) {
      await cluster?.kill();
      await remote?.shutdown({ graceful: false });
      await system.shutdown();
      throw error;
    }
    cluster.#phase = "running";
    cluster.#stalls.start();
    return cluster;
  }

  callGrain(call: OutgoingGrainCall): Promise<Message> {
    return this.#dispatcher.call(call);
  }

  async locate(identity: ClusterIdentity, options: Partial<FindOptions> = {}): Promise<PID> {
    const { timeoutMs = this.requestTimeoutMs, signal } = options;
    const pid = await this.#find(identity, { timeoutMs, signal });
    this.#cache.set(identity, pid);
    return pid;
  }

  topic<Desc extends DescMessage>(name: string, schema: Desc, options?: TopicOptions): Topic<Desc> {
    return this.#pubSub.topic(name, schema, options);
  }

  /** What this process does and has done in the cluster, as numbers: for metrics. */
  get stats(): ClusterStats {
    return {
      members: this.members.topology.members.length,
      ...this.#counters.counts,
      stalls: this.#stalls.counts,
      cachedLocations: this.#cache.size,
      actors: this.system.stats,
      remote: this.#remote.stats,
    };
  }

  /**
   * Finds out whether this process can serve, by calling a grain here and one in another member: for a readiness
   * endpoint. Takes `timeoutMs` at most (default 1,000). Every probe that fails is logged and counted. Never rejects.
   */
  async checkReadiness({ timeoutMs = 1_000 }: { readonly timeoutMs?: number } = {}): Promise<Readiness> {
    if (this.#phase !== "running" || this.#ending)
      return { isReady: false, problems: [`this ${this.#role} is ${this.#ending ? "ending" : this.#phase}`] };
    const { system, self } = this;
    const { topology } = this.members;
    return findReadiness(this, { system, self, topology, counters: this.#counters, timeoutMs });
  }

  /** Asks a ts-grain member about itself: for tools. */
  inspect(
    member: Member,
    { timeoutMs = this.requestTimeoutMs }: { readonly timeoutMs?: number } = {},
  ): Inspection {
    return new Inspection(this.system, member, timeoutMs);
  }

  /** Resolves when this process has left the cluster, by `shutdown` or by `kill`. */
  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  /**
   * Leaves in order: takes no new activations, lets each finish the calls that it has, says goodbye and deregisters so that others
   * activate them elsewhere, and stops the remote and the actor system. Calls of others that come meanwhile are
   * answered by the next owner. Idempotent; bounded: `shutdownTimeoutMs` for the activations, then less than
   * five seconds, whatever the provider and peers do. A step that fails is logged, and the next one is taken.
   */
  async shutdown(): Promise<void> {
    this.#ending ??= this.#leave().finally(this.#ended.resolve);
    await this.#ending;
  }

  /** Stops at once, without deregistering or finishing anything: the others find out as if the process had died. */
  async kill(): Promise<void> {
    this.#ending ??= this.#abandon().finally(this.#ended.resolve);
    await this.#ending;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.shutdown();
  }

  async #leave(): Promise<void> {
    this.#stalls.stop();
    const time = new LeaveTime(this.system.clock, this.#config.shutdownTimeoutMs);
    await this.#step("end its grains", () => this.#lookup.release(time.release));
    await this.#step("hand its topics over", () => this.#pubSub.leave());
    await this.#step("deregister", () => this.#presence.leave(time.farewell));
    // Nobody notices that a client leaves, and nobody waits for its answers.
    if (this.self) await this.#step("answer the others", () => this.#remote.drained(time.drain));
    await this.#step("refuse who still asks", async () => this.#lookup.close?.());
    this.#phase = "stopped";
    await this.#step("disconnect", () => this.#remote.shutdown(time.disconnect));
    await this.#step("stop its actors", () => this.system.shutdown(time.stop));
  }

  async #abandon(): Promise<void> {
    this.#stalls.stop();
    this.#phase = "stopped";
    await this.#step("stop watching", () => this.#presence.abandon());
    await this.#step("disconnect", () => this.#remote.shutdown({ graceful: false }));
    await this.#step("stop its actors", () => this.system.shutdown());
  }

  async #step(what: string, take: () => Promise<void>): Promise<void> {
    try {
      await take();
    } catch (error) {
      this.system.logger.error({ error }, `this ${this.#role} could not ${what}`);
    }
  }

  #createDispatcher(): GrainDispatcher {
    const { requestTimeoutMs, noMemberTimeoutMs, freezesMessages } = this.#config;
    return new GrainDispatcher({
      system: this.system,
      members: this.members,
      cache: this.#cache,
      types: this.#remote.types,
      receiverOf: (identity) => (this.#phase === "stopped" ? undefined : this.#lookup.receiverOf?.(identity)),
      dialectAt: (address) => this.#remote.dialectAt(address),
      locate: (identity, options) => this.#find(identity, options),
      requestTimeoutMs,
      noMemberTimeoutMs,
      freezesMessages,
      counters: this.#counters,
      cancel: (address, cancelId) => this.#cancel(address, cancelId),
    });
  }

  /** Not async: each promise takes a good part of the time of a first call. */
  #find(identity: ClusterIdentity, options: FindOptions): Promise<PID> {
    if (this.#phase === "stopped")
      throw new ClusterError("stopped", `this ${this.#role} of ${this.name} was shut down`);
    const problem = identityProblem(identity.identity);
    if (problem !== undefined) throw new ClusterError("invalid_options", problem);
    return this.#lookup.find(identity, options);
  }

  /** Members of Proto.Actor Go would not know what it is. */
  #cancel(address: string, cancelId: number): void {
    const member = this.members.topology.members.find((each) => memberAddress(each) === address);
    if (address === this.system.address || member?.dialect !== "ts-grain") return;
    this.system.root.send(this.#cancellationActor, new CancelAt(address, cancelId));
  }

  #hostKinds({ remote, self }: Joining): ReadonlyMap<string, HostedKind> {
    if (!self) return new Map();
    const counters = this.#counters;
    const cancellations = this.#cancellations;
    const own = [this.#pubSub.hostedKind];
    return hostKinds(this.#config, { cluster: this, remote, counters, cancellations, own });
  }

  get #role(): Role {
    return this.self ? "member" : "client";
  }
}

type Role = "member" | "client";

interface Joining {
  readonly remote: Remote;
  readonly self: Member | undefined;
}

async function startRemote(system: ActorSystem, config: ClusterConfig): Promise<Remote> {
  const { name, remote, provider, requestTimeoutMs } = config;
  const started = await Remote.start(system, {
    ...remote,
    membership: { ...remote.membership, clusterName: remote.membership.clusterName || name },
    transport: remote.transport ?? provider.transport,
  });
  for (const file of [file_cluster_cluster, file_cluster_grain, file_cluster_gossip])
    started.types.register(file, { knownBy: "every peer" });
  for (const codec of [grainRequestCodec, ...activationCodecs]) started.types.useCodec(codec);
  receiveCalls(started.types, { clock: system.clock, requestTimeoutMs });
  for (const file of [
    file_tsgrain_cluster_v1_cancel,
    file_tsgrain_cluster_v1_holdings,
    file_tsgrain_cluster_v1_inspection,
    file_tsgrain_cluster_v1_located,
  ])
    started.types.register(file);
  receiveFromPeers(started.types, [
    HoldingsSchema,
    RebalanceCompletedSchema,
    GossipRequestSchema,
    CancelGrainCallSchema,
  ]);
  for (const id of [
    placementActorId,
    `${placementActorId}/*`,
    gossipActorId,
    cancellationActorId,
    inspectionActorId,
    deliveryActorId,
  ])
    started.expose(id);
  return started;
}

function describeSelf(system: ActorSystem, { kinds }: ClusterConfig): Member {
  const hosted = [...kinds.keys(), probeKind.name, topicKind];
  return { id: system.id, ...splitAddress(system.address), kinds: hosted, dialect: "ts-grain" };
}
