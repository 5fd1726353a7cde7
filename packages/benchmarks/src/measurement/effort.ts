/** How much is done to measure something. */
export interface Effort {
  /** Milliseconds that a timed run takes, about. */
  readonly measureMs: number;
  /** Messages of a flood, or actors that are spawned. */
  readonly count: number;
  /** Levels of the tree of actors below the first one. */
  readonly levels: number;
  /** Grains that move from one member to another. */
  readonly movedGrains: number;
}

/** Full effort is for figures; quick is to see that everything works. Programs in other languages know these too. */
export type EffortName = "full" | "quick";

export const efforts: Readonly<Record<EffortName, Effort>> = {
  full: { measureMs: 1000, count: 1_000_000, levels: 6, movedGrains: 10_000 },
  quick: { measureMs: 100, count: 100_000, levels: 4, movedGrains: 1_000 },
};
