import { expect, test } from "vitest";
import { systemClock } from "../measurement/clock.ts";
import { efforts } from "../measurement/effort.ts";
import type { ClusterProgram } from "../subjects/cluster-program.ts";
import { clusterWorkloads } from "./cluster-workloads.ts";
import { openApart } from "./membership.ts";

/** Clusters that write down how many members they were opened with, who was called, and how many calls were under way at most. */
function observed() {
  const opened: number[] = [];
  const called: string[] = [];
  let underWay = 0;
  let most = 0;
  const program: Pick<ClusterProgram, "openMembers"> = {
    openMembers(count) {
      const cluster = opened.push(count);
      return Promise.resolve({
        grain: (identity) => ({
          async ask(number) {
            called.push(`${identity} of ${cluster}`);
            most = Math.max(most, ++underWay);
            await Promise.resolve();
            underWay--;
            return { number: number + 1 };
          },
        }),
        join: () => Promise.resolve(),
        leave: () => Promise.resolve(),
      });
    },
  };
  return { program: program as ClusterProgram, opened, called, mostUnderWay: () => most };
}

test("clusters apart have a member each, and are called in turn", async () => {
  const { program, opened, called } = observed();
  const grains = await openApart(program, 3);
  expect(opened).toEqual([1, 1, 1]);
  for (const identity of ["a", "b", "c", "a"]) await grains.grain(identity).ask(1);
  expect(called).toEqual(["a of 1", "b of 2", "c of 3", "a of 1"]);
});

test.for([
  ["members n=5", 5, 1000, 100],
  ["members n=5, load n=5", 5, 5000, 500],
  ["members n=1, one call each", 1, 1000, 1],
  ["members n=5, one call each", 5, 5000, 5],
] as const)(
  "%s opens %d members, which have %d grains and %d calls under way",
  async ([name, members, grains, inFlight]) => {
    const { program, opened, called, mostUnderWay } = observed();
    const setting = { ...efforts.quick, measureMs: 1, clock: systemClock };
    await clusterWorkloads
      .find((workload) => workload.name === name)!
      .measure({ program, address: "" }, setting);
    expect([opened, new Set(called).size, mostUnderWay()]).toEqual([[members], grains, inFlight]);
  },
);
