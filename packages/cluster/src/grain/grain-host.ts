import type { Clock, PID } from "@ts-grain/actor";
import type { ClusterCounters } from "../stats/cluster-stats.ts";
import { ActivationSlots } from "./activation-slots.ts";
import type { Cancellations } from "./cancellations.ts";
import type { GrainCluster } from "./grain-cluster.ts";
import type { GrainService } from "./grain-service.ts";
import { IdleWatch } from "./idle-watch.ts";
import type { Kind } from "./kind.ts";

/** How the grains of a member are run. */
export interface GrainHosting {
  /** Its end is that of the member. */
  readonly cluster: GrainCluster & { readonly ended: Promise<void> };
  /** Freezes the messages that pass between grains of this process, so that changing one fails. */
  readonly freezesMessages: boolean;
  readonly counters: ClusterCounters;
  readonly cancellations: Cancellations;
  /** Is told that the process at an address knows a message type. */
  readonly peerKnows: (address: string, typeName: string) => void;
}

/** What all activations of one kind on a member have in common. */
export class GrainHost {
  readonly kind: Kind;
  readonly service: GrainService;
  readonly cluster: GrainCluster;
  readonly clock: Clock;
  readonly freezesMessages: boolean;
  readonly counters: ClusterCounters;
  readonly cancellations: Cancellations;
  readonly peerKnows: (address: string, typeName: string) => void;
  /** Whether several calls of one grain may be under way at once. */
  readonly interleaves: boolean;
  /** For activations that take their time. */
  readonly slots: ActivationSlots;
  /** undefined if the kind's grains live on when nobody calls them. */
  readonly idleWatch: IdleWatch | undefined;
  /** The parent of those that need not be actors. */
  placement: PID | undefined = undefined;

  constructor(kind: Kind, hosting: GrainHosting) {
    const { clock } = hosting.cluster.system;
    this.kind = kind;
    this.service = kind.service;
    this.cluster = hosting.cluster;
    this.clock = clock;
    this.freezesMessages = hosting.freezesMessages;
    this.counters = hosting.counters;
    this.cancellations = hosting.cancellations;
    this.peerKnows = hosting.peerKnows;
    this.interleaves = kind.service.methods.some((method) => method && method.reentrancy !== "none");
    this.slots = new ActivationSlots(clock, kind.maxConcurrentActivations);
    const { idleTimeoutMs } = kind;
    const ends = idleTimeoutMs > 0 && idleTimeoutMs < Number.POSITIVE_INFINITY;
    this.idleWatch = ends ? new IdleWatch(clock, idleTimeoutMs) : undefined;
    void hosting.cluster.ended.then(() => this.idleWatch?.stop());
  }
}
