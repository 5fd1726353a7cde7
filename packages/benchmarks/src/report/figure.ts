import type { Unit } from "../measurement/sample.ts";
import { ours, type ReportGuide } from "./report-guide.ts";
import type { Row } from "./results.ts";
import type { Target } from "./target.ts";

/** One figure of a workload: a line of a table. */
export interface Figure {
  readonly workload: string;
  readonly unit: Unit;
  readonly bySubject: ReadonlyMap<string, Row>;
  /** What each subject is to reach, if it is to reach something. */
  readonly targets: ReadonlyMap<string, Target>;
}

/** The figures of all workloads in their order. */
export function figuresOf(rows: readonly Row[], { workloads, targets }: ReportGuide): readonly Figure[] {
  return workloads.flatMap(({ name }) => {
    const units = Map.groupBy(
      rows.filter(({ workload }) => workload === name),
      ({ unit }) => unit,
    );
    return [...units].map(([unit, found]) => ({
      workload: name,
      unit,
      bySubject: new Map(found.map((row) => [row.subject, row])),
      targets: new Map(
        targets
          .filter((target) => target.workload === name && target.unit === unit)
          .map((target) => [target.subject ?? ours, target]),
      ),
    }));
  });
}
