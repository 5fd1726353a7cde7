import type { SystemStats } from "@ts-grain/actor";
import type { RemoteStats } from "@ts-grain/remote";
import type { ClusterErrorCode } from "../cluster-error.ts";
import type { DeactivationReason } from "../identity/activation.ts";
import { ActiveGrains, type ActiveNode } from "./active-grains.ts";

/**
 * How the calls ended that this process has made. `grain_error`: the grain answered with one; `aborted`: by a signal.
 *
 * @see {@link ClusterStats}
 */
export type CallOutcome = "ok" | "grain_error" | "aborted" | ClusterErrorCode;

/**
 * Why a call that had come to its grain was not started.
 *
 * @see {@link ClusterStats}
 */
export type UnstartedReason = "expired" | "cancelled";

/**
 * What a process does and has done in its cluster. Counts only grow; the rest is as it is now.
 *
 * @example
 * import type { CallOutcome, Cluster, ClusterStats, UnstartedReason } from "@ts-grain/cluster";
 *
 * function printMetrics(cluster: Cluster): void {
 *   const { activations, calls, unstarted }: ClusterStats = cluster.stats;
 *   const outcomes: readonly CallOutcome[] = ["ok", "grain_error", "outcome_unknown"];
 *   console.log(`activations ${activations}`);
 *   for (const outcome of outcomes) console.log(`calls{outcome="${outcome}"} ${calls[outcome]}`);
 *   const reasons: readonly UnstartedReason[] = ["expired", "cancelled"];
 *   for (const reason of reasons) console.log(`unstarted{reason="${reason}"} ${unstarted[reason]}`);
 * }
 */
export interface ClusterStats {
  /** Members in this process's topology. */
  readonly members: number;
  /** Grains that are active in this process. */
  readonly activations: number;
  /** Grains that were activated in this process. */
  readonly activated: number;
  /** Grains whose activation ended in this process, by reason. */
  readonly deactivated: Readonly<Record<DeactivationReason, number>>;
  /**
   * How often a grain that belongs to this member was found to have been active on two members at a time (`DuplicateActivation`). Counted by
   * its owner, so that the members' counts add up.
   */
  readonly duplicates: number;
  /** Calls that this process has made, by outcome. */
  readonly calls: Readonly<Record<CallOutcome, number>>;
  /** One-way calls that no handler was started for after all, though they had been handed over and count as `ok`. */
  readonly lostOneWay: number;
  /**
   * Calls that had come to a grain of this process and that no handler was started for, one-way calls included: their time was over (`expired`), or
   * their caller had given them up (`cancelled`).
   */
  readonly unstarted: Readonly<Record<UnstartedReason, number>>;
  /** Calls that this process has sent again, since nobody had started on them. */
  readonly retries: number;
  /** Probes of `checkReadiness` that were not answered. */
  readonly failedProbes: number;
  /** How often this process stood still for a second and more, serving nobody, and for how many milliseconds at most. */
  readonly stalls: { readonly count: number; readonly longestMs: number };
  /** Where grains were last seen, as far as it is remembered. */
  readonly cachedLocations: number;
  readonly actors: SystemStats;
  readonly remote: RemoteStats;
}

/** Counts what happens. */
export class ClusterCounters {
  activated = 0;
  duplicates = 0;
  lostOneWay = 0;
  retries = 0;
  failedProbes = 0;
  readonly unstarted: Record<UnstartedReason, number> = { expired: 0, cancelled: 0 };
  readonly deactivated: Record<DeactivationReason, number> = {
    idle: 0,
    moved: 0,
    shutdown: 0,
    evicted: 0,
    failed: 0,
    stopped: 0,
  };
  readonly calls: Record<CallOutcome, number> = {
    ok: 0,
    grain_error: 0,
    aborted: 0,
    invalid_options: 0,
    no_member: 0,
    not_delivered: 0,
    overloaded: 0,
    outcome_unknown: 0,
    call_cycle: 0,
    unexpected_response: 0,
    provider_unavailable: 0,
    topic_refused: 0,
    unknown_type: 0,
    stopped: 0,
  };

  /** What has been activated here and not ended. */
  readonly active: ActiveGrains = new ActiveGrains();

  /** As they are now. */
  get counts(): Omit<ClusterStats, "members" | "stalls" | "cachedLocations" | "actors" | "remote"> {
    const { active, activated, deactivated, duplicates, calls, retries, failedProbes } = this;
    return {
      activations: active.size,
      activated,
      deactivated: { ...deactivated },
      duplicates,
      calls: { ...calls },
      lostOneWay: this.lostOneWay,
      unstarted: { ...this.unstarted },
      retries,
      failedProbes,
    };
  }

  /** An activation has begun. */
  begin(grain: ActiveNode): void {
    this.activated++;
    this.active.add(grain);
  }

  /** An activation that has begun ends. */
  end(grain: ActiveNode, reason: DeactivationReason): void {
    this.deactivated[reason]++;
    this.active.delete(grain);
  }
}
