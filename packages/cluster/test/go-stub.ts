import {
  create,
  createRegistry,
  type DescMessage,
  fromBinary,
  isMessage,
  type Message,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from "@bufbuild/protobuf";
import { ActorSystem, PID, seededRandom } from "@ts-grain/actor";
import { quietLogger, VirtualClock } from "@ts-grain/actor/testing";
import { configureRemote, InMemoryNetwork } from "@ts-grain/remote";
import { CapturingListener, RawPeer } from "@ts-grain/remote/testing";
import {
  ActivationRequestSchema,
  ActivationResponseSchema,
  file_cluster_cluster,
} from "../src/gen/cluster/cluster_pb.ts";
import { file_cluster_grain } from "../src/gen/cluster/grain_pb.ts";
import { file_cluster_pubsub } from "../src/gen/cluster/pubsub_pb.ts";
import { file_tsgrain_cluster_v1_topic } from "../src/gen/tsgrain/cluster/v1/topic_pb.ts";
import {
  Cluster,
  type ClusterOptions,
  configureCluster,
  DistHashLookup,
  InProcessProvider,
  Rendezvous,
} from "../src/index.ts";
import { file_witness } from "./gen/witness_pb.ts";

const registry = createRegistry(
  file_cluster_pubsub,
  file_cluster_cluster,
  file_cluster_grain,
  file_tsgrain_cluster_v1_topic,
  file_witness,
);

/** Something that the stub was sent. */
export interface Arrival {
  readonly target: string;
  readonly message: Message;
  readonly sender: PID | undefined;
}

/**
 * What a member of Proto.Actor Go is to a ts-grain member: it speaks in bytes, knows its own types only, and takes none of ours. Each arrival is
 * what came to it, in binary form; gossip is left out.
 */
export class GoStub implements AsyncDisposable {
  readonly clock: VirtualClock;
  readonly member: Cluster;
  readonly arrivals: Arrival[] = [];
  readonly address: string;
  readonly network: InMemoryNetwork;
  /** Where it says that its grains are. Default: at its own address. */
  whereGrainsAre: string;
  readonly #listener: CapturingListener;
  readonly #peer: RawPeer;
  readonly #leave: () => Promise<void>;
  #requests = 0;

  private constructor(parts: {
    clock: VirtualClock;
    network: InMemoryNetwork;
    member: Cluster;
    listener: CapturingListener;
    peer: RawPeer;
    leave: () => Promise<void>;
  }) {
    this.clock = parts.clock;
    this.member = parts.member;
    this.network = parts.network;
    this.#listener = parts.listener;
    this.#peer = parts.peer;
    this.#leave = parts.leave;
    this.address = parts.listener.address;
    this.whereGrainsAre = this.address;
    void this.#listen();
  }

  /** A ts-grain member, and the stub as a member that hosts these kinds. */
  static async start(
    options: ClusterOptions & { readonly stubKinds?: readonly string[] } = {},
  ): Promise<GoStub> {
    const clock = new VirtualClock();
    const network = new InMemoryNetwork({ clock, random: seededRandom(1) });
    const provider = new InProcessProvider({ network });
    const system = new ActorSystem({ clock, random: seededRandom(2), logger: quietLogger });
    const remote = configureRemote("localhost", 0);
    const config = configureCluster("test", provider, new DistHashLookup(), remote, options);
    const member = await Cluster.startMember(system, config);
    const listener = await CapturingListener.start(network.transport());
    const [host, port] = listener.address.split(":");
    const self = {
      id: "raw-peer",
      host: host!,
      port: Number(port),
      kinds: options.stubKinds ?? [],
      dialect: "proto-actor" as const,
    };
    const context = {
      clusterName: "test",
      logger: quietLogger,
      clock,
      random: seededRandom(3),
      onMembers: () => undefined,
    };
    const session = await provider.joinAsMember(self, context);
    const peer = await RawPeer.connect(network.transport(), system.address);
    peer.greet({ systemId: "raw-peer", address: listener.address });
    const stub = new GoStub({ clock, network, member, listener, peer, leave: () => session.leave() });
    await clock.advance(10);
    return stub;
  }

  /** Sends a message to a process of the member, with a waiting request of the stub as sender unless there is to be none. */
  async send(
    id: string,
    schema: DescMessage,
    fields: MessageInitShape<DescMessage>,
    { sender = "a request" }: { readonly sender?: "a request" | "none" } = {},
  ): Promise<void> {
    const typeName = schema.typeName;
    const messageData = toBinary(schema, create(schema, fields));
    this.#requests++;
    this.#peer.batch({
      typeNames: [typeName],
      targets: [{ Address: this.member.system.address, Id: id }],
      senders: [{ Address: this.address, Id: `future$${this.#requests}` }],
      envelopes: [{ typeId: 0, target: 0, sender: sender === "none" ? 0 : 1, serializerId: 0, messageData }],
    });
    await this.clock.advance(20);
  }

  /** Ends its connection to the member, as one in Go does that sees it no more. */
  hangUp(): void {
    this.#peer.close();
  }

  /** What came of a type, and is taken. */
  take(schema: DescMessage): readonly Arrival[] {
    const found = this.arrivals.filter(({ message }) => message.$typeName === schema.typeName);
    for (const arrival of found) this.arrivals.splice(this.arrivals.indexOf(arrival), 1);
    return found;
  }

  /** Lets time pass until the promise settles. */
  async settle<T>(promise: Promise<T>): Promise<T> {
    let settled = false;
    const done = promise.finally(() => {
      settled = true;
    });
    done.catch(() => undefined);
    while (!settled) await this.clock.advance(1);
    return done;
  }

  /** The id of the process that is a topic. */
  async topic(name: string): Promise<string> {
    return (await this.settle(this.member.locate({ kind: "prototopic", identity: name }))).id;
  }

  /** The name of a topic that lives on the stub, which has to host topics. */
  ownTopic(): string {
    const rendezvous = new Rendezvous(this.member.members.topology.members);
    for (let number = 0; ; number++) {
      const identity = `topic ${number}`;
      if (rendezvous.ownerOf({ kind: "prototopic", identity }) === this.address) return identity;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.settle(this.#leave());
    await this.settle(this.member.shutdown());
  }

  /** Answers what it was sent. */
  respond({ sender }: Arrival, schema: DescMessage, fields: MessageInitShape<DescMessage> = {}): void {
    const { address: Address, id: Id, requestId } = sender!;
    this.#peer.batch({
      typeNames: [schema.typeName],
      targets: [{ Address, Id }],
      envelopes: [{ messageData: toBinary(schema, create(schema, fields)), targetRequestId: requestId }],
    });
  }

  /** Says that what it owns is active as the process of its identity. */
  #activate(arrival: Arrival, request: MessageShape<typeof ActivationRequestSchema>): void {
    const Id = request.clusterIdentity!.identity;
    this.respond(arrival, ActivationResponseSchema, {
      pid: { Address: this.whereGrainsAre, Id },
    } as never);
  }

  async #listen(): Promise<void> {
    for (;;) {
      const batch = await this.#listener.nextBatch();
      for (const { typeId, target, messageData, sender, senderRequestId, serializerId } of batch.envelopes) {
        const schema = registry.getMessage(batch.typeNames[typeId]!);
        if (!schema || serializerId !== 0) continue;
        const from = batch.senders[sender - 1];
        const arrival = {
          target: batch.targets[target]!.Id,
          message: fromBinary(schema, messageData),
          sender: from && new PID(from.Address, from.Id, senderRequestId),
        };
        if (isMessage(arrival.message, ActivationRequestSchema)) this.#activate(arrival, arrival.message);
        else this.arrivals.push(arrival);
      }
    }
  }
}
