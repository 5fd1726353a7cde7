import type { ReportGuide } from "../report/report-guide.ts";
import type { Subject } from "./subject.ts";

/** Workloads that are put to the same subjects. */
export interface Group extends Omit<ReportGuide, "subjects"> {
  /** As on the command line and in the name of the file with its results. */
  readonly name: string;
  readonly about: string;
  readonly subjects: readonly Subject[];
}
