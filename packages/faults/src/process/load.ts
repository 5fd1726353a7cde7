import { systemClock } from "@ts-grain/actor";
import { type Cluster, ClusterError } from "@ts-grain/cluster";
import { getWitnessGrainClient } from "../gen/faults/v1/witness_grain.ts";
import type { ProcessEvent } from "../history/events.ts";
import type { Journal } from "../history/journal.ts";
import { nowMs } from "../history/now.ts";
import type { LoadOptions } from "./commands.ts";

const tickMs = 5;

/** A stream of calls, each with its own message id, whose beginning and end are written down. */
export class Load {
  readonly #cluster: Cluster;
  readonly #journal: Journal<ProcessEvent>;
  readonly #options: LoadOptions;
  readonly #pending = new Set<Promise<void>>();
  #isOver = false;
  #sent = 0;

  constructor(cluster: Cluster, journal: Journal<ProcessEvent>, options: LoadOptions) {
    this.#cluster = cluster;
    this.#journal = journal;
    this.#options = options;
  }

  /** Begins to call. Calls that fell due while the process stood still are made when it goes on. */
  start(): void {
    const startedMs = nowMs();
    const tick = (): void => {
      if (this.#isOver) return;
      const due = ((nowMs() - startedMs) / 1_000) * this.#options.callsPerSecond;
      while (this.#sent < due) this.#send();
      systemClock.schedule(tickMs, tick);
    };
    tick();
  }

  /** Makes so many calls now. */
  burst(calls: number): void {
    for (let call = 0; call < calls; call++) this.#send();
  }

  /** Makes no more calls, and resolves when those under way have settled. */
  async stop(): Promise<void> {
    this.#isOver = true;
    while (this.#pending.size > 0) await Promise.all(this.#pending);
  }

  #send(): void {
    const sequence = this.#sent;
    this.#sent++;
    const call = this.#call(sequence).finally(() => this.#pending.delete(call));
    this.#pending.add(call);
  }

  async #call(sequence: number): Promise<void> {
    const { sender, identities, timeoutMs = 5_000, holdMs = 0, blockMs = 0 } = this.#options;
    const identity = identities[sequence % identities.length]!;
    const message = `${sender}-${sequence}`;
    const witness = getWitnessGrainClient(this.#cluster, identity);
    this.#journal.write({ event: "called", message, identity, sender, sequence, timeoutMs });
    try {
      const request = { messageId: message, sender, sequence, holdMs, blockMs };
      const { activation, process } = await witness.bump(request, { timeoutMs });
      this.#journal.write({ event: "returned", message, outcome: "ok", activation, process });
    } catch (error) {
      const outcome = ClusterError.is(error) ? error.code : (error as Error).name;
      const problem = describe(error);
      this.#journal.write({ event: "returned", message, outcome, problem });
    }
  }
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message}: ${describe(error.cause)}`;
}
