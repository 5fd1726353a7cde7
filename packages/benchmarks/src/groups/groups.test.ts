import { describe, expect, test } from "vitest";
import { groups } from "./groups.ts";

describe.each(groups.map((group) => [group.name, group] as const))("%s", (_, group) => {
  const measured = (subject: string, workload: string) =>
    group.workloads.some(({ name }) => name === workload) &&
    group.subjects.some(({ name, cannot }) => name === subject && !cannot.has(workload));

  test("each figure that it compares is measured", () => {
    const figures = group.comparisons?.flatMap(({ figure, by }) => [figure, by]) ?? [];
    for (const { subject, workload } of figures)
      expect([subject, workload, measured(subject, workload)]).toEqual([subject, workload, true]);
  });

  test("whoever has a target is measured with it", () => {
    for (const { subject = "ts-grain", workload } of group.targets)
      expect([subject, workload, measured(subject, workload)]).toEqual([subject, workload, true]);
  });
});
