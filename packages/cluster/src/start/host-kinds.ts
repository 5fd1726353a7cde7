import { propsFromProducer } from "@ts-grain/actor";
import type { Remote } from "@ts-grain/remote";
import type { Cancellations } from "../grain/cancellations.ts";
import type { GrainHosting } from "../grain/grain-host.ts";
import { registerService } from "../grain/grain-service.ts";
import { hostKind } from "../grain/hosted-grains.ts";
import { probeKind } from "../health/probe.ts";
import type { HostedKind } from "../identity/activation.ts";
import { InspectionActor, inspectionActorId } from "../inspection/inspection-actor.ts";
import type { ClusterCounters } from "../stats/cluster-stats.ts";
import type { ClusterConfig } from "./cluster-config.ts";

/** What a member hosts its kinds with. */
export interface HostingParts {
  readonly cluster: GrainHosting["cluster"];
  readonly remote: Remote;
  readonly counters: ClusterCounters;
  readonly cancellations: Cancellations;
  /** Kinds of the runtime that are no services. */
  readonly own: readonly HostedKind[];
}

/** Prepares a member to host its kinds, and those that every member hosts, and to tell tools about them. */
export function hostKinds(
  { kinds, freezesMessages }: ClusterConfig,
  { cluster, remote, counters, cancellations, own }: HostingParts,
): ReadonlyMap<string, HostedKind> {
  const hosting = {
    cluster,
    freezesMessages,
    counters,
    cancellations,
    peerKnows: (address: string, typeName: string) => remote.peerKnows(address, typeName),
  };
  const hosted = [...kinds.values(), probeKind];
  for (const { service } of hosted) registerService(remote.types, service);
  const services = new Map(hosted.map(({ name, service }) => [name, service]));
  const inspected = { services, active: counters.active };
  cluster.system.root.spawnNamed(
    propsFromProducer(() => new InspectionActor(inspected)),
    inspectionActorId,
  );
  const grains = hosted.map((kind) => hostKind(kind, hosting));
  return new Map([...grains, ...own].map((kind) => [kind.name, kind]));
}
