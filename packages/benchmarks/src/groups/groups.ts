import type { Group } from "../harness/group.ts";
import type { ReportGuide } from "../report/report-guide.ts";
import { UsageError } from "../usage-error.ts";
import { clusterGroup } from "./cluster-group.ts";
import { limitsGroup } from "./limits-group.ts";
import { localGroup } from "./local-group.ts";
import { remoteGroup } from "./remote-group.ts";

export const groups: readonly Group[] = [localGroup, remoteGroup, clusterGroup, limitsGroup];

/** @throws Error if there is no such group. */
export function findGroup(name: string): Group {
  const group = groups.find((candidate) => candidate.name === name);
  if (group === undefined) {
    throw new UsageError(
      `there is no group "${name}"; there is ${groups.map((known) => known.name).join(", ")}`,
    );
  }
  return group;
}

export function guideOf({ workloads, subjects, targets, comparisons }: Group): ReportGuide {
  return { workloads, subjects: subjects.map(({ name }) => name), targets, comparisons };
}
