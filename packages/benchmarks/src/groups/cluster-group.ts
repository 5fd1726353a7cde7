import { protoActorGoCluster } from "../harness/go-subject.ts";
import type { Group } from "../harness/group.ts";
import { clusterNodeSubject, describeCheckout, pinnedVersion } from "../harness/node-subject.ts";
import type { Subject } from "../harness/subject.ts";
import type { Comparison } from "../report/comparison.ts";
import { ours } from "../report/report-guide.ts";
import type { Target } from "../report/target.ts";
import { clusterWorkloads } from "../workloads/cluster-workloads.ts";

const targets: readonly Target[] = [
  ...["W2 grain c=1", "W2 grain c=100", "W2 grain c=1000"].map(
    (workload): Target => ({ workload, unit: "req/s", ratios: { "ts-grain-actor": 0.35, effect: 20 } }),
  ),
  ...["W3 grain c=1", "W3 grain c=100", "W3 grain c=1000"].map(
    (workload): Target => ({ workload, unit: "req/s", ratios: { "ts-grain-actor": 0.85 } }),
  ),
  { workload: "W5 local", unit: "activations/s", ratios: { floor: 0.15, effect: 20 } },
  { workload: "W5 local", unit: "B per idle grain", ratios: { effect: 0.1 }, atMost: 1536 },
  { workload: "W5 remote", unit: "activations/s", ratios: { floor: 0.05, effect: 20 } },
  ...[2, 3, 4, 5]
    .map((members) => `hand-over n=${members}`)
    .flatMap((workload): Target[] => [
      { workload, unit: "ms to join", ratios: {}, atMost: 2000 },
      { workload, unit: "ms to leave", ratios: {}, atMost: 2000 },
    ]),
];

/** Calls for each second of processor time: more members may cost a fifth of those of one. */
function spread(one: string, workloads: readonly string[]): readonly Comparison[] {
  const figure = (workload: string): Comparison["figure"] => ({
    subject: ours,
    workload,
    unit: "calls/CPU s",
  });
  return workloads.map((workload) => ({ figure: figure(workload), by: figure(one), limit: 0.8 }));
}

const comparisons: readonly Comparison[] = [
  ...spread("members n=1", ["members n=3", "members n=5", "members n=3, load n=3", "members n=5, load n=5"]),
  ...spread("members n=1, one call each", ["members n=3, one call each", "members n=5, one call each"]),
];

/** Why a subject is not put to the workloads whose names begin so. */
function cannot(reasons: Readonly<Record<string, string>>): Subject["cannot"] {
  const fitting = (beginning: string) => clusterWorkloads.filter(({ name }) => name.startsWith(beginning));
  return new Map(
    Object.entries(reasons).flatMap(([beginning, reason]) =>
      fitting(beginning).map(({ name }) => [name, reason] as const),
    ),
  );
}

const onlyOurs = { members: "only ours is measured", "hand-over": "only ours is measured" };

/** Grains, on one member and on several. */
export const clusterGroup: Group = {
  name: "cluster",
  about: "grains of a cluster, in one process and between two",
  workloads: clusterWorkloads,
  subjects: [
    clusterNodeSubject({ name: ours, findVersion: describeCheckout }),
    clusterNodeSubject({
      name: "ts-grain-actor",
      findVersion: () => Promise.resolve("(requests to an actor)"),
      cannot: cannot({ W5: "an actor is started by its owner", ...onlyOurs }),
    }),
    clusterNodeSubject({
      name: "floor",
      findVersion: () => Promise.resolve("(a Map of bare ring buffers)"),
      cannot: cannot({ W2: "it is in the group local", W3: "it is in the group remote", ...onlyOurs }),
    }),
    clusterNodeSubject({
      name: "connect-node",
      findVersion: () => Promise.resolve(pinnedVersion("@connectrpc/connect-node")),
      cannot: cannot({
        W2: "it always goes through a socket",
        W5: "a service has no identities",
        ...onlyOurs,
      }),
    }),
    clusterNodeSubject({
      name: "effect",
      findVersion: () => Promise.resolve(pinnedVersion("effect")),
      cannot: cannot(onlyOurs),
    }),
    protoActorGoCluster(cannot(onlyOurs)),
  ],
  targets,
  comparisons,
};
