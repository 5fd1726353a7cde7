import { openClusterProgram } from "../subjects/open-cluster-program.ts";
import { openRemoteProgram } from "../subjects/open-remote-program.ts";
import type { RemoteSubject } from "../subjects/remote-subject.ts";
import { type ClusterWorkload, clusterWorkloads } from "./cluster-workloads.ts";
import { measureConnections } from "./connections.ts";
import { measureCallsPerCpu, openApart } from "./membership.ts";
import { remoteWorkloads } from "./remote-workloads.ts";
import type { Workload } from "./workload.ts";

/** A subject's name, and where its other process listens if there is one. */
interface LimitSetup {
  readonly subject: string;
  readonly address: string;
}

interface LimitWorkload extends Workload<LimitSetup> {
  /** What the other process does, if there is one: it resolves with what the first one needs to find it. */
  readonly serve?: Serve | undefined;
}

type Serve = (subject: string) => Promise<string>;

/** What is measured to see how far anything could come: workloads of other groups, and what their figures hang on. */
export const limitWorkloads: readonly LimitWorkload[] = [
  ...remoteWorkloads.filter(({ name }) => name.startsWith("W4")).map(betweenTwo),
  ...[1, 3, 5].map(
    (connections): LimitWorkload => ({
      name: `connections n=${connections}`,
      about: `requests to ${connections === 1 ? "one server" : `${connections} servers in turn, each with a connection of its own`}, 100 in flight; client and servers share a process, with sockets between`,
      measure: async ({ subject }, setting) =>
        measureConnections(await openRemoteProgram(subject), { connections, inFlight: 100, setting }),
    }),
  ),
  {
    name: "connections n=5, load n=5",
    about: "the same with a load that grows along: 500 in flight to 5 servers",
    measure: async ({ subject }, setting) =>
      measureConnections(await openRemoteProgram(subject), { connections: 5, inFlight: 500, setting }),
  },
  ...clusterWorkloads.filter(({ name }) => name === "members n=1").map(ofGrains),
  ...[100, 500].map(
    (each): LimitWorkload => ({
      name: `apart n=5, ${each} calls each`,
      about: `the same of 1,000 grains in each of 5 clusters of one member, each with a caller of its own, who call in turn: ${5 * each} in flight`,
      measure: async ({ subject }, setting) =>
        measureCallsPerCpu(
          await openApart(await openClusterProgram(subject), 5),
          { grains: 5000, inFlight: 5 * each },
          setting,
        ),
    }),
  ),
  ...clusterWorkloads.filter(({ name }) => name.startsWith("W5")).map(ofGrains),
];

/** How the workload's other process serves, if there is one. */
export function findServe(workload: string): Serve | undefined {
  return limitWorkloads.find(({ name }) => name === workload)?.serve;
}

function betweenTwo(workload: Workload<RemoteSubject>): LimitWorkload {
  return {
    ...workload,
    serve: async (subject) => (await openRemoteProgram(subject)).serve(),
    measure: async ({ subject, address }, setting) =>
      workload.measure(await (await openRemoteProgram(subject)).connect(address), setting),
  };
}

function ofGrains({ processes, ...workload }: ClusterWorkload): LimitWorkload {
  return {
    ...workload,
    serve: processes === 2 ? async (subject) => (await openClusterProgram(subject)).serve() : undefined,
    measure: async ({ subject, address }, setting) =>
      workload.measure({ program: await openClusterProgram(subject), address }, setting),
  };
}
