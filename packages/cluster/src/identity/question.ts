import type { ActorContext, PID } from "@ts-grain/actor";
import type { ActivationRequest } from "../gen/cluster/cluster_pb.ts";
import type { ClusterIdentity } from "./cluster-identity.ts";

/** Somebody wants to know where an identity is active. */
export interface Question {
  readonly identity: ClusterIdentity;
  readonly asker: PID;
  /** Of the topology by which it is asked here. 0 if the asker does not say, as one in Go. */
  readonly topologyHash: bigint;
  /** When it came, by this system's clock. */
  readonly askedAtMs: number;
}

/** The question that has come; undefined if nobody waits for an answer. */
export function readQuestion(
  { sender: asker, system }: ActorContext,
  { clusterIdentity, topologyHash }: ActivationRequest,
): Question | undefined {
  const { kind = "", identity = "" } = clusterIdentity ?? {};
  return asker && { identity: { kind, identity }, asker, topologyHash, askedAtMs: system.clock.nowMs() };
}
