import { create } from "@bufbuild/protobuf";
import { type Any, anyPack } from "@bufbuild/protobuf/wkt";
import {
  ActorError,
  type ActorSystem,
  type PID,
  propsFromProducer,
  type Subscription,
} from "@ts-grain/actor";
import { ClusterTopologySchema, MemberSchema } from "../gen/cluster/cluster_pb.ts";
import type { Member } from "../membership/member.ts";
import type { MemberList } from "../membership/member-list.ts";
import type { TopologyChanged } from "../membership/topology.ts";
import { GossipActor } from "./gossip-actor.ts";
import { gossipActorId, gossipKeys, Say, SayGoodbye } from "./gossip-messages.ts";
import type { GossipConfig } from "./gossip-options.ts";

/** What a gossiper works with. */
export interface GossipParts {
  readonly system: ActorSystem;
  readonly members: MemberList;
  readonly config: GossipConfig;
}

/** A member's part in the gossip. */
export class Gossiper {
  readonly #system: ActorSystem;
  readonly #pid: PID;
  readonly #subscription: Subscription;

  /** @param self this member's id */
  constructor(self: string, { system, members, config }: GossipParts) {
    this.#system = system;
    this.#pid = system.root.spawnNamed(
      propsFromProducer(() => new GossipActor(self, members, config)),
      gossipActorId,
    );
    this.#subscription = members.subscribe((change) => this.say(gossipKeys.topology, describe(change)));
  }

  /** Tells the others something, from the next round on. What was said under the key before is replaced. */
  say(key: string, value: Any): void {
    this.#system.root.send(this.#pid, new Say(key, value));
  }

  /** Tells everybody that this member leaves, and stops. Waits no longer than a round's answer may take. */
  async leave(): Promise<void> {
    this.#subscription.unsubscribe();
    try {
      await this.#system.root.requestAsync(this.#pid, new SayGoodbye());
    } catch (error) {
      if (!ActorError.is(error)) throw error;
      this.#system.logger.warn({ error }, "not every member could be told that this one leaves");
    }
    await this.stop();
  }

  /** Stops without a word. */
  async stop(): Promise<void> {
    this.#subscription.unsubscribe();
    await this.#system.root.stopAsync(this.#pid);
  }
}

/** The topology as members of Proto.Actor Go read it; they block what is said to be blocked. */
function describe({ topology, joined, left }: TopologyChanged): Any {
  const message = create(ClusterTopologySchema, {
    topologyHash: topology.hash,
    members: topology.members.map(toWire),
    joined: joined.map(toWire),
    left: left.map(toWire),
    blocked: left.map(({ id }) => id),
  });
  return anyPack(ClusterTopologySchema, message);
}

function toWire({ id, host, port, kinds }: Member) {
  return create(MemberSchema, { id, host, port, kinds: [...kinds] });
}
