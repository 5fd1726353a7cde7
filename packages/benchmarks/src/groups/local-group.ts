import { protoActorGo } from "../harness/go-subject.ts";
import type { Group } from "../harness/group.ts";
import { describeCheckout, localNodeSubject, pinnedVersion } from "../harness/node-subject.ts";
import { ours } from "../report/report-guide.ts";
import type { Target } from "../report/target.ts";
import { localWorkloads } from "../workloads/local-workloads.ts";

const targets: readonly Target[] = [
  { workload: "W1a", unit: "msg/s", ratios: { floor: 0.7, nact: 5, "protoactor-go": 20 } },
  { workload: "W1b", unit: "msg/s", ratios: { floor: 0.7, nact: 5, "protoactor-go": 15 } },
  { workload: "W1c", unit: "msg/s", ratios: { floor: 0.7, nact: 5, "protoactor-go": 0.9 } },
  { workload: "W1d", unit: "msg/s", ratios: { floor: 0.7, nact: 5 } },
  ...["W2 c=1", "W2 c=100", "W2 c=1000"].map(
    (workload): Target => ({ workload, unit: "req/s", ratios: { floor: 0.5, nact: 4, "protoactor-go": 3 } }),
  ),
  { workload: "W6 spawn", unit: "spawns/s", ratios: { floor: 0.6, nact: 4, "protoactor-go": 4 } },
  { workload: "W6 spawn", unit: "B per idle actor", ratios: { nact: 0.35 }, atMost: 400 },
];

/** Actors inside one process. */
export const localGroup: Group = {
  name: "local",
  about: "actors inside one process",
  workloads: localWorkloads,
  subjects: [
    localNodeSubject({ name: ours, findVersion: describeCheckout }),
    localNodeSubject({
      name: "floor",
      findVersion: () => Promise.resolve("(a bare ring buffer and a loop)"),
    }),
    localNodeSubject({ name: "nact", findVersion: () => Promise.resolve(pinnedVersion("nact")) }),
    protoActorGo,
  ],
  targets,
};
