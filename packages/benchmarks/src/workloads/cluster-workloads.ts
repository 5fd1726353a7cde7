import type { ClusterProgram } from "../subjects/cluster-program.ts";
import { measureActivations } from "./activations.ts";
import { measureCallsPerCpu, measureHandover, openMembers } from "./membership.ts";
import { measureRequests } from "./requests.ts";
import { inOneProcess, type Setting, type Workload } from "./workload.ts";

/** A program, and where its other process listens if there is one. */
interface ClusterSetup {
  readonly program: ClusterProgram;
  readonly address: string;
}

export interface ClusterWorkload extends Workload<ClusterSetup> {
  /** Whether it needs another process, which serves. */
  readonly processes: 1 | 2;
}

const inFlight = [1, 100, 1000];
// Each takes seconds.
const memberCounts = [1, 3, 5];
const handoverCounts = [2, 3, 4, 5];

/** What is measured of clusters. Programs in other languages know the names of those that are put to them. */
export const clusterWorkloads: readonly ClusterWorkload[] = [
  ...inFlight.map(
    (inFlight): ClusterWorkload => ({
      name: `W2 grain c=${inFlight}`,
      about: `calls of one grain in the caller's own process, ${inFlight} in flight`,
      processes: 1,
      measure: async ({ program }, setting) => {
        const grain = (await program.openAlone()).grain("hello");
        return measureRequests(grain, { inFlight, timedStride: 16, timing: shortened(setting) });
      },
    }),
  ),
  ...inFlight.map(
    (inFlight): ClusterWorkload => ({
      name: `W3 grain c=${inFlight}`,
      about: `calls of one grain in another process, ${inFlight} in flight`,
      processes: 2,
      measure: async ({ program, address }, setting) => {
        const grain = (await program.connect(address)).grain("hello");
        return measureRequests(grain, { inFlight, timedStride: 1, timing: setting });
      },
    }),
  ),
  {
    name: "W5 local",
    about: "first calls of new identities, 100 in flight; what each keeps on the heap when it is idle",
    processes: 1,
    measure: async ({ program }, setting) => measureActivations(await program.openAlone(), setting),
  },
  {
    name: "W5 remote",
    about: "first calls of new identities in another process, 100 in flight",
    processes: 2,
    measure: async ({ program, address }, setting) => {
      const samples = await measureActivations(await program.connect(address), setting);
      // What they keep, they keep in the other process.
      return samples.filter(({ unit }) => unit === "activations/s");
    },
  },
  ...memberCounts.map(
    (members): ClusterWorkload => ({
      name: `members n=${members}`,
      about: `calls of 1,000 grains on ${members} ${members === 1 ? "member" : "members"}, 100 in flight; caller and members share a process, with sockets between`,
      processes: 1,
      measure: async ({ program }, setting) =>
        measureCallsPerCpu(await openMembers(program, members), { grains: 1000, inFlight: 100 }, setting),
    }),
  ),
  ...memberCounts
    .slice(1)
    .map((members) => growingLoad({ members, each: 100, name: `members n=${members}, load n=${members}` })),
  ...memberCounts.map((members) =>
    growingLoad({ members, each: 1, name: `members n=${members}, one call each` }),
  ),
  ...handoverCounts.map(
    (members): ClusterWorkload => ({
      name: `hand-over n=${members}`,
      about: `a member joins ${members === 2 ? "another" : `${members - 1} others`}, then leaves; 10,000 grains move each time, called all the while`,
      processes: 1,
      measure: ({ program }, setting) => measureHandover(program, { members, setting }),
    }),
  ),
];

interface GrowingLoad {
  readonly name: string;
  readonly members: number;
  /** Calls in flight for each member. */
  readonly each: number;
}

/** As many grains and calls in flight for each member, however many there are. */
function growingLoad({ name, members, each }: GrowingLoad): ClusterWorkload {
  const load = { grains: members * 1000, inFlight: members * each };
  return {
    name,
    about: `the same with a load that grows along: calls of ${members},000 grains on ${members} ${members === 1 ? "member" : "members"}, ${load.inFlight} in flight`,
    processes: 1,
    measure: async ({ program }, setting) =>
      measureCallsPerCpu(await openMembers(program, members), load, setting),
  };
}

/** Whether a workload needs another process, which serves. */
export function needsServer(workload: string): boolean {
  return clusterWorkloads.some(({ name, processes }) => name === workload && processes === 2);
}

/** There are many turns, and calls inside a process soon come to a steady rate; those between two do not. */
function shortened(setting: Setting): Setting {
  return { ...inOneProcess(setting), measureMs: setting.measureMs / 2 };
}
