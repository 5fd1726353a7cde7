import type { DescMessage } from "@bufbuild/protobuf";
import type { ActorSystem, PID } from "@ts-grain/actor";
import type { ClusterIdentity } from "../identity/cluster-identity.ts";
import type { FindOptions } from "../identity/identity-lookup.ts";
import type { Member } from "../membership/member.ts";
import type { MemberList } from "../membership/member-list.ts";
import type { Topic, TopicOptions } from "../pubsub/topic.ts";
import type { GrainCaller } from "./grain-caller.ts";

/**
 * The cluster as grains and their callers see it.
 *
 * @example
 * import type { GrainCluster } from "@ts-grain/cluster";
 *
 * // What a grain finds as `this.context.cluster`.
 * function describe({ name, members, self }: GrainCluster): string {
 *   return `${self?.id ?? "a client"} sees ${members.topology.members.length} members of ${name}`;
 * }
 */
export interface GrainCluster extends GrainCaller {
  readonly name: string;
  readonly system: ActorSystem;
  /** This process as a member; undefined in a client. */
  readonly self: Member | undefined;
  readonly members: MemberList;
  /** Milliseconds that a grain call may take when it does not say. */
  readonly requestTimeoutMs: number;
  /**
   * The PID of the one activation of an identity, which is started if there is none.
   *
   * @throws ClusterError "invalid_options", "no_member", "not_delivered" or "stopped".
   */
  locate(identity: ClusterIdentity, options?: Partial<FindOptions>): Promise<PID>;
  /**
   * The topic of a name, to publish messages of one type and to subscribe to them. Sends nothing.
   *
   * @throws ClusterError "invalid_options" if no identity may be like the name; RemoteError "type_conflict".
   */
  topic<Desc extends DescMessage>(name: string, schema: Desc, options?: TopicOptions): Topic<Desc>;
}
