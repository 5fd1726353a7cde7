import type { Cluster } from "@ts-grain/cluster";
import { getCounterGrainClient } from "./gen/mixed/v1/counter_grain.ts";
import { type MixedLoss, type MixedTally, wallClockMs } from "./mixed-cluster-protocol.ts";

/** Calls one identity after the other, on and on, without waiting for the answers. */
export class MixedLoad {
  readonly #cluster: Cluster;
  readonly #identities: readonly string[];
  readonly #timer: NodeJS.Timeout;
  readonly #underWay = new Set<Promise<void>>();
  readonly #failed: MixedLoss[] = [];
  #calls = 0;
  #slowestMs = 0;

  constructor(cluster: Cluster, { identities, everyMs }: { identities: readonly string[]; everyMs: number }) {
    this.#cluster = cluster;
    this.#identities = identities;
    this.#timer = setInterval(() => this.#begin(), everyMs);
  }

  /** Resolves when all calls have ended. */
  async stop(): Promise<MixedTally> {
    clearInterval(this.#timer);
    await Promise.all(this.#underWay);
    return { calls: this.#calls, slowestMs: this.#slowestMs, failed: this.#failed };
  }

  #begin(): void {
    const call = this.#call(this.#identities[this.#calls++ % this.#identities.length]!);
    this.#underWay.add(call);
    void call.then(() => this.#underWay.delete(call));
  }

  async #call(identity: string): Promise<void> {
    const atMs = wallClockMs();
    try {
      await getCounterGrainClient(this.#cluster, identity).add({ by: 1n });
    } catch (error) {
      this.#failed.push({ identity, atMs, tookMs: wallClockMs() - atMs, message: String(error) });
    }
    this.#slowestMs = Math.max(this.#slowestMs, wallClockMs() - atMs);
  }
}
