/** How much is done to measure something. */
export interface Effort {
  /** Milliseconds that a timed run takes, about. */
  readonly measureMs: number;
  /** Milliseconds that it goes on before, at least. */
  readonly warmUpMs: number;
  /** Messages of a flood, or actors that are spawned. */
  readonly count: number;
  /** Levels of the tree of actors below the first one. */
  readonly levels: number;
  /** Grains that move from one member to another. */
  readonly movedGrains: number;
}

/**
 * Full effort is for figures; quick is to see that everything works; long is for what programs come to that have run for a while. Programs in
 * other languages know these too.
 */
export type EffortName = "full" | "quick" | "long";

const full: Effort = { measureMs: 1000, warmUpMs: 0, count: 1_000_000, levels: 6, movedGrains: 10_000 };

export const efforts: Readonly<Record<EffortName, Effort>> = {
  full,
  quick: { measureMs: 100, warmUpMs: 0, count: 100_000, levels: 4, movedGrains: 1_000 },
  // What is done for each frame is done some thousand times a second: V8 has it compiled for good after two or three.
  long: { ...full, warmUpMs: 4000 },
};
