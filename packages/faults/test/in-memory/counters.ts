import type { DeactivationReason, Kind, KindOptions } from "@ts-grain/cluster";
import { newWitnessKind } from "../../src/gen/faults/v1/witness_grain.ts";

/** What happened to the grains of a test. */
export class Tally {
  /** How often each identity was activated, and is active now. */
  readonly activated = new Map<string, number>();
  readonly active = new Map<string, number>();
  /** Identities that were active twice at a time. */
  readonly twice: string[] = [];
  /** The senders' sequence numbers that each identity has handled. */
  readonly handled = new Map<string, number[]>();

  /** How many load their state in a process at once, at most. */
  mostLoading = 0;
  readonly #loading = new Map<string, number>();

  /** @param load what an activation does before it is active, if that takes its time */
  kind(options?: KindOptions, load?: () => Promise<void>): Kind {
    return newWitnessKind(({ identity, self }) => {
      const activation = this.#add(this.activated, identity, 1);
      let count = 0;
      return {
        onActivate: () => {
          if (this.#add(this.active, identity, 1) > 1) this.twice.push(identity);
          return load && this.#load(self.address, load);
        },
        onDeactivate: (_context: unknown, _reason: DeactivationReason) =>
          void this.#add(this.active, identity, -1),
        bump: ({ sequence }) => {
          count++;
          const handled = this.handled.get(identity) ?? [];
          this.handled.set(identity, handled);
          handled.push(sequence);
          return { activation: `${identity}#${activation}`, process: self.address, count };
        },
        note: () => {},
      };
    }, options);
  }

  async #load(process: string, load: () => Promise<void>): Promise<void> {
    this.mostLoading = Math.max(this.mostLoading, this.#add(this.#loading, process, 1));
    await load();
    this.#add(this.#loading, process, -1);
  }

  #add(counts: Map<string, number>, identity: string, change: number): number {
    const count = (counts.get(identity) ?? 0) + change;
    counts.set(identity, count);
    return count;
  }
}
