/** How much is done to measure something. */
export interface Effort {
  /** Milliseconds that a timed run takes, about. */
  readonly measureMs: number;
  /** Milliseconds that work between two processes goes on before it is measured, at least. */
  readonly warmUpMs: number;
  /** Messages of a flood, or actors that are spawned. */
  readonly count: number;
  /** Levels of the tree of actors below the first one. */
  readonly levels: number;
  /** Grains that move from one member to another. */
  readonly movedGrains: number;
}

/** Full effort is for figures, quick is to see that everything works. Programs in other languages know these too. */
export type EffortName = "full" | "quick";

export const efforts: Readonly<Record<EffortName, Effort>> = {
  // What is done for each frame is done some thousand times a second: V8 has it compiled for good after two or three. Until then its
  // threads take a good part of the core, and more for a program that does more for a frame.
  full: { measureMs: 1000, warmUpMs: 3000, count: 1_000_000, levels: 6, movedGrains: 10_000 },
  quick: { measureMs: 100, warmUpMs: 0, count: 100_000, levels: 4, movedGrains: 1_000 },
};
