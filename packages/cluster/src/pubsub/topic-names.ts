import type { ClusterIdentity } from "../identity/cluster-identity.ts";

/** The kind whose grains are topics; the name is Proto.Actor's. */
export const topicKind = "prototopic";

/** Where every process's delivery actor is found; the name is Proto.Actor's. */
export const deliveryActorId = "$pubsub-delivery";

/** The grain that is a topic. */
export function topicIdentity(topic: string): ClusterIdentity {
  return { kind: topicKind, identity: topic };
}
