import { systemClock } from "@ts-grain/actor";
import { type Cluster, ClusterError } from "@ts-grain/cluster";
import { getWitnessGrainClient } from "../gen/faults/v1/witness_grain.ts";
import type { ProcessEvent } from "../history/events.ts";
import type { Journal } from "../history/journal.ts";
import { nowMs } from "../history/now.ts";
import { pause } from "../history/pause.ts";
import type { LoadOptions } from "./commands.ts";

const tickMs = 5;
/** Milliseconds until a caller that insists calls again. */
const retryMs = 50;
/** Of so many calls of a steady stream one is followed by a one-way call to the same grain. */
const callsPerTell = 20;

/** A stream of calls, each with its own message id, whose beginning and end are written down. */
export class Load {
  readonly #cluster: Cluster;
  readonly #journal: Journal<ProcessEvent>;
  readonly #options: LoadOptions;
  readonly #pending = new Set<Promise<unknown>>();
  #isOver = false;
  /** Calls that fell due, and what was sent for them. */
  #due = 0;
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
      while (this.#due < due) {
        const identity = this.#nextIdentity();
        this.#send(this.#call(identity));
        if (this.#due % callsPerTell === 0) this.#send(this.#tell(identity));
      }
      systemClock.schedule(tickMs, tick);
    };
    tick();
  }

  /** Makes so many calls now. */
  burst(calls: number): void {
    for (let call = 0; call < calls; call++) this.#send(this.#call(this.#nextIdentity()));
  }

  /** So many callers call their shares of the identities, one after the other, each until it was served. */
  async insist(callers: number): Promise<void> {
    const { identities } = this.#options;
    const insist = async (caller: number): Promise<void> => {
      for (let index = caller; index < identities.length; index += callers) {
        while (!(await this.#call(identities[index]!))) await pause(retryMs);
      }
    };
    await Promise.all(Array.from({ length: callers }, (_caller, index) => insist(index)));
  }

  /** Makes no more calls, and resolves when those under way have settled. */
  async stop(): Promise<void> {
    this.#isOver = true;
    while (this.#pending.size > 0) await Promise.all(this.#pending);
  }

  #nextIdentity(): string {
    const { identities } = this.#options;
    const identity = identities[this.#due % identities.length]!;
    this.#due++;
    return identity;
  }

  #send(sent: Promise<unknown>): void {
    const pending = sent.finally(() => this.#pending.delete(pending));
    this.#pending.add(pending);
  }

  #next(): { readonly sequence: number; readonly message: string } {
    const sequence = this.#sent;
    this.#sent++;
    return { sequence, message: `${this.#options.sender}-${sequence}` };
  }

  /** Resolves with whether it was served. */
  async #call(identity: string): Promise<boolean> {
    const { sender, timeoutMs = 5_000, holdMs = 0, blockMs = 0 } = this.#options;
    const { sequence, message } = this.#next();
    const witness = getWitnessGrainClient(this.#cluster, identity);
    this.#journal.write({ event: "called", message, identity, sender, sequence, timeoutMs });
    try {
      const request = { messageId: message, sender, sequence, holdMs, blockMs };
      const { activation, process } = await witness.bump(request, { timeoutMs });
      this.#journal.write({ event: "returned", message, outcome: "ok", activation, process });
      return true;
    } catch (error) {
      this.#journal.write({ event: "returned", message, ...failure(error) });
      return false;
    }
  }

  async #tell(identity: string): Promise<void> {
    const { sender, timeoutMs = 5_000 } = this.#options;
    const { sequence, message } = this.#next();
    const witness = getWitnessGrainClient(this.#cluster, identity);
    this.#journal.write({ event: "told", message, identity, sender, sequence, timeoutMs });
    try {
      await witness.note({ messageId: message, sender, sequence }, { timeoutMs });
      this.#journal.write({ event: "handed_over", message, outcome: "ok" });
    } catch (error) {
      this.#journal.write({ event: "handed_over", message, ...failure(error) });
    }
  }
}

function failure(error: unknown): { readonly outcome: string; readonly problem: string } {
  return {
    outcome: ClusterError.is(error) ? error.code : (error as Error).name,
    problem: describe(error),
  };
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message}: ${describe(error.cause)}`;
}
