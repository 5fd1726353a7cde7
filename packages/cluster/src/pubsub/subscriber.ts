import { create } from "@bufbuild/protobuf";
import { PID } from "@ts-grain/actor";
import { pidFromWire, pidToWire } from "@ts-grain/remote/wire";
import { type SubscriberIdentity, SubscriberIdentitySchema } from "../gen/cluster/pubsub_pb.ts";
import { type ClusterIdentity, identityKey, identityProblem } from "../identity/cluster-identity.ts";

/**
 * Who gets what is published to a topic: an actor, or a grain, on whichever member it is active at the time.
 *
 * @example
 * import type { Subscriber, Topic } from "@ts-grain/cluster";
 *
 * // A grain, which is activated for what is published.
 * const bulb: Subscriber = { kind: "SmartBulb", identity: "kitchen" };
 * const subscribeBulb = (topic: Topic) => topic.subscribe(bulb);
 */
export type Subscriber = PID | ClusterIdentity;

/** The longest address and id of an actor, in UTF-16 units. */
const maxNameLength = 1_024;

/** One string for each subscriber. */
export function subscriberKey(subscriber: Subscriber): string {
  if (!(subscriber instanceof PID)) return `grain ${identityKey(subscriber)}`;
  return `actor ${subscriber.requestId} ${subscriber.address}/${subscriber.id}`;
}

/** A subscriber as messages name it. Who subscribes through this function lives with ts-grain. */
export function subscriberToWire(subscriber: Subscriber): SubscriberIdentity {
  if (subscriber instanceof PID) {
    const Identity = { case: "pid", value: pidToWire(subscriber) } as const;
    return create(SubscriberIdentitySchema, { Identity, takesAnyType: true });
  }
  const { kind, identity } = subscriber;
  return create(SubscriberIdentitySchema, {
    Identity: { case: "clusterIdentity", value: { kind, identity } },
  });
}

/** Who is meant, if that can be anybody; what a peer sent may be anything. */
export function subscriberFromWire(wire: SubscriberIdentity | undefined): Subscriber | undefined {
  const named = wire?.Identity;
  if (named?.case === "pid") {
    const pid = pidFromWire(named.value);
    return [pid.address, pid.id].every(isName) ? pid : undefined;
  }
  if (named?.case !== "clusterIdentity") return undefined;
  const { kind, identity } = named.value;
  if (!isName(kind) || kind.includes("/") || identityProblem(identity) !== undefined) return undefined;
  return { kind, identity };
}

function isName(name: string): boolean {
  return name !== "" && name.length <= maxNameLength;
}
