import { create, isMessage, type Message } from "@bufbuild/protobuf";
import { type Any, AnySchema, anyPack, anyUnpack, EmptySchema } from "@bufbuild/protobuf/wkt";
import { ActorSystem, PID, propsFromFunction } from "@ts-grain/actor";
import { quietLogger } from "@ts-grain/actor/testing";
import { configureRemote, Remote } from "@ts-grain/remote";
import {
  ActivationRequestSchema,
  type ActivationTerminated,
  ActivationTerminatedSchema,
  ClusterTopologySchema,
  file_cluster_cluster,
} from "./gen/cluster/cluster_pb.ts";
import {
  file_cluster_gossip,
  type GossipRequest,
  GossipRequestSchema,
  GossipResponseSchema,
  MemberHeartbeatSchema,
} from "./gen/cluster/gossip_pb.ts";

/**
 * A member on Consul of which a test does every step, as no library would. Answers gossip, and sends none by itself.
 */
export class WireMember implements AsyncDisposable {
  readonly system: ActorSystem = new ActorSystem({ logger: quietLogger });
  readonly cluster: string;
  /** What others have gossiped to it. */
  readonly gossip: GossipRequest[] = [];
  /** What members broadcast when one of their activations has ended. */
  readonly terminated: ActivationTerminated[] = [];
  readonly #consul: string;
  #remote: Remote | undefined;
  #keepAlive: NodeJS.Timeout | undefined;

  private constructor(consul: string, cluster: string) {
    this.#consul = consul;
    this.cluster = cluster;
  }

  /** Registers, without waiting for others to see it. */
  static async start(consul: string, cluster: string): Promise<WireMember> {
    const member = new WireMember(consul, cluster);
    await member.#listen();
    await member.register([]);
    member.#keepAlive = setInterval(() => void member.#confirm(), 1_000);
    return member;
  }

  get id(): string {
    return this.system.id;
  }

  /** Enters itself into Consul's list, or changes its entry there. */
  async register(kinds: readonly string[]): Promise<void> {
    const [host, port] = this.system.address.split(":");
    await this.#put("service/register", {
      ID: this.id,
      Name: this.cluster,
      Tags: kinds,
      Address: host,
      Port: Number(port),
      Meta: { id: this.id },
      Check: { TTL: "3s", Status: "passing" },
    });
  }

  /** What the placement actor of a member answers. */
  activate(address: string, kind: string, identity: string, timeoutMs = 5_000): Promise<Message> {
    const request = create(ActivationRequestSchema, { clusterIdentity: { kind, identity } });
    return this.system.root.requestAsync(new PID(address, "partition-activator"), request, { timeoutMs });
  }

  /** Tells a member, once, that this one lives. */
  async sayAlive({ id, address }: { readonly id: string; readonly address: string }): Promise<void> {
    const value = anyPack(MemberHeartbeatSchema, create(MemberHeartbeatSchema, { actorStatistics: {} }));
    const values = { heartbeat: { sequenceNumber: 1n, value, localTimestampUnixMilliseconds: 0n } };
    const request = create(GossipRequestSchema, {
      memberId: id,
      state: { members: { [this.id]: { values } } },
    });
    await this.system.root.requestAsync(new PID(address, "gossip"), request);
  }

  /** Gossips nothing to an address, in a request that names a member; resolves with the answer. */
  gossipNothing(address: string, memberId: string): Promise<Message> {
    const request = create(GossipRequestSchema, { memberId, state: {} });
    return this.system.root.requestAsync(new PID(address, "gossip"), request);
  }

  /** What a member has gossiped about itself under a key. */
  gossipOf(id: string, key: string): readonly Any[] {
    return this.gossip.flatMap(({ state }) => state?.members[id]?.values[key]?.value ?? []);
  }

  /** Whether a member has gossiped a topology with another one. */
  hasHeardFrom(id: string, other: string): boolean {
    return this.gossipOf(id, "topology").some((any) =>
      anyUnpack(any, ClusterTopologySchema)?.members.some((member) => member.id === other),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#keepAlive);
    await this.#put(`service/deregister/${this.id}`, {});
    await this.#remote?.shutdown({ graceful: false });
    await this.system.shutdown();
  }

  async #listen(): Promise<void> {
    const config = configureRemote("127.0.0.1", 0, { exposed: ["gossip", "eventstream"] });
    this.#remote = await Remote.start(this.system, config);
    for (const file of [file_cluster_cluster, file_cluster_gossip, AnySchema, EmptySchema])
      this.#remote.types.register(file, { knownBy: "every peer" });
    this.system.eventStream.subscribe((event) => {
      if (isMessage(event, ActivationTerminatedSchema)) this.terminated.push(event);
    });
    this.system.root.spawnNamed(
      propsFromFunction((context) => {
        const { message } = context;
        if (!isMessage(message, GossipRequestSchema)) return;
        this.gossip.push(message);
        context.respond(create(GossipResponseSchema));
      }),
      "gossip",
    );
  }

  async #confirm(): Promise<void> {
    await this.#put(`check/update/service:${this.id}`, { Status: "passing", Output: "" }).catch(
      () => undefined,
    );
  }

  async #put(path: string, body: object): Promise<void> {
    const url = `${this.#consul}/v1/agent/${path}`;
    await fetch(url, { method: "PUT", body: JSON.stringify(body) });
  }
}
