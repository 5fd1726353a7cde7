import type { Target } from "./target.ts";

/** The subject that is ours, which all others are compared with. */
export const ours = "ts-grain";

/** What a report says beside the results. */
export interface ReportGuide {
  readonly workloads: readonly { readonly name: string; readonly about: string }[];
  /** All subjects in the order of their columns. */
  readonly subjects: readonly string[];
  readonly targets: readonly Target[];
}

/** Those without a part of ours. */
export function peersIn(subjects: readonly string[]): readonly string[] {
  return subjects.filter((name) => !name.includes(ours));
}
