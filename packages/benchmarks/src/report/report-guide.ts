import type { Comparison } from "./comparison.ts";
import type { Target } from "./target.ts";

/** The subject that is ours, which all others are compared with. */
export const ours = "ts-grain";

/** What a report says beside the results. */
export interface ReportGuide {
  readonly workloads: readonly { readonly name: string; readonly about: string }[];
  /** All subjects in the order of their columns. */
  readonly subjects: readonly string[];
  readonly targets: readonly Target[];
  /** What is divided by what, beside ours by each other subject's; instead of that where there is no target. */
  readonly comparisons?: readonly Comparison[] | undefined;
}

/** Those without a part of ours. */
export function peersIn(subjects: readonly string[]): readonly string[] {
  return subjects.filter((name) => !name.includes(ours));
}
