import { PID } from "@ts-grain/actor";
import type { GrainCluster } from "../grain/grain-cluster.ts";
import { memberAddress } from "../membership/member.ts";
import type { Subscription } from "./subscription.ts";

/**
 * Whether a subscriber is a grain, or an actor that lives where it is subscribed from, here, or on a member. Topics connect to where
 * subscribers live: whoever could name any address would have members knock at it.
 */
export function livesNear({ subscriber }: Subscription, by: PID | undefined, cluster: GrainCluster): boolean {
  if (!(subscriber instanceof PID)) return true;
  const { address } = subscriber;
  return address === by?.address || address === cluster.system.address || isMemberAt(address, cluster);
}

/** Whether a member is listed at an address. */
export function isMemberAt(address: string, { members }: GrainCluster): boolean {
  return members.topology.members.some((member) => memberAddress(member) === address);
}
