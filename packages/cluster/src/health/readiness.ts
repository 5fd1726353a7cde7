import type { ActorSystem, Random } from "@ts-grain/actor";
import type { GrainCaller } from "../grain/grain-caller.ts";
import type { Member } from "../membership/member.ts";
import type { Topology } from "../membership/topology.ts";
import type { ClusterCounters } from "../stats/cluster-stats.ts";
import { probe, probeKind } from "./probe.ts";

/** Other members that are probed; one that answers is enough, since a broken one must not make all others unready. */
const maxPeers = 2;

/**
 * Whether a process can serve: what a readiness endpoint answers.
 *
 * @example
 * import { createServer } from "node:http";
 * import type { Cluster, Readiness } from "@ts-grain/cluster";
 *
 * const serveReadiness = (cluster: Cluster) =>
 *   createServer(async (_request, response) => {
 *     const { isReady, problems }: Readiness = await cluster.checkReadiness({ timeoutMs: 500 });
 *     response.writeHead(isReady ? 200 : 503).end(problems.join("\n"));
 *   });
 */
export interface Readiness {
  readonly isReady: boolean;
  /** What keeps it from being ready, or did not answer although another did. For people. */
  readonly problems: readonly string[];
}

/** What readiness is found out with. */
export interface ReadinessParts {
  readonly system: ActorSystem;
  readonly topology: Topology;
  /** As this process is listed; undefined for a client. */
  readonly self: Member | undefined;
  readonly counters: ClusterCounters;
  readonly timeoutMs: number;
}

/**
 * Calls a grain in this process and one in another member. Ready is who is in its own topology, answers itself and, if
 * there are others, reaches one of two that chance picks.
 */
export async function findReadiness(caller: GrainCaller, parts: ReadinessParts): Promise<Readiness> {
  const { topology, self } = parts;
  const hosts = topology.members.filter(({ kinds }) => kinds.includes(probeKind.name));
  const others = pick(
    hosts.filter(({ id }) => id !== self?.id),
    parts.system.random,
  );
  const [own, ...theirs] = await Promise.all([
    self ? findProblem(caller, self, parts) : undefined,
    ...others.map((member) => findProblem(caller, member, parts)),
  ]);
  const isReached = theirs.length === 0 ? self !== undefined : theirs.includes(undefined);
  const problems = [own, ...theirs].filter((problem) => problem !== undefined);
  if (!self && others.length === 0) problems.push("there is no member that could be called");
  return { isReady: own === undefined && isReached, problems };
}

async function findProblem(
  caller: GrainCaller,
  member: Member,
  { system, topology, counters, timeoutMs }: ReadinessParts,
): Promise<string | undefined> {
  if (!topology.members.some(({ id }) => id === member.id)) return "this process is not in its own topology";
  try {
    await probe(caller, member, { topology, timeoutMs });
    return undefined;
  } catch (error) {
    counters.failedProbes++;
    system.logger.warn({ member: member.id, error }, "a probe was not answered");
    return `${member.host}:${member.port}: ${error instanceof Error ? error.message : "no answer"}`;
  }
}

function pick(members: readonly Member[], random: Random): readonly Member[] {
  return members
    .map((member) => ({ member, rank: random.next() }))
    .sort((one, other) => one.rank - other.rank)
    .slice(0, maxPeers)
    .map(({ member }) => member);
}
