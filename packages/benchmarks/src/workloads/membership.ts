import { cpuSeconds } from "../measurement/cpu.ts";
import { measureRate } from "../measurement/rate.ts";
import type { Sample } from "../measurement/sample.ts";
import type { ClusterProgram, Grains, Members } from "../subjects/cluster-program.ts";
import { callAll, identities } from "./activations.ts";
import { SteadyLoad } from "./steady-load.ts";
import type { Setting } from "./workload.ts";

export interface MembershipCase {
  /** How many members there are, or are for a while. */
  readonly members: number;
  readonly setting: Setting;
}

/** What one caller makes of calls. */
export interface MembershipLoad {
  readonly grains: number;
  readonly inFlight: number;
}

/** Calls a second, and for each second of processor time, that of the callers and of all members together. */
export async function measureCallsPerCpu(
  members: Grains,
  { grains, inFlight }: MembershipLoad,
  setting: Setting,
): Promise<Sample[]> {
  const all = identities("grain", grains);
  let callsPerCpuSecond = 0;
  const rate = await measureRate(
    async (size) => {
      const rounds = Math.ceil(size / grains);
      const before = cpuSeconds();
      for (let round = 0; round < rounds; round++) await callAll(members, all, inFlight);
      // The last run is the one that is measured.
      callsPerCpuSecond = (rounds * grains) / (cpuSeconds() - before);
      return rounds * grains;
      // So many parts take part that their code is compiled late.
    },
    { ...setting, measureMs: setting.measureMs * 2 },
  );
  return [
    { unit: "calls/s", value: rate },
    { unit: "calls/CPU s", value: callsPerCpuSecond },
  ];
}

/** A cluster of one member with a caller of its own, so many times, which are called in turn: as many sockets and systems as of one cluster's members, and nothing that is spread. */
export async function openApart(program: ClusterProgram, count: number): Promise<Grains> {
  const all: Grains[] = [];
  while (all.length < count) all.push(await openMembers(program, 1));
  let turn = 0;
  return { grain: (identity) => all[turn++ % count]!.grain(identity) };
}

/**
 * Milliseconds from the beginning of a member's joining, and then of its leaving, until it is done and every grain
 * has answered again; and the longest that a call took meanwhile. Each time as many grains move as a member has.
 *
 * @throws Error if a call fails.
 */
export async function measureHandover(
  program: ClusterProgram,
  { members, setting }: MembershipCase,
): Promise<Sample[]> {
  const { clock, movedGrains } = setting;
  const cluster = await openMembers(program, members - 1);
  const all = identities("grain", movedGrains * members);
  await callAll(cluster, all);
  const load = new SteadyLoad(cluster, { identities: all, clock });
  const measureMs = async (change: () => Promise<void>) => {
    await load.goRound();
    const startMs = clock.nowMs();
    await change();
    await load.goRound();
    return clock.nowMs() - startMs;
  };
  const joinMs = await measureMs(() => cluster.join());
  const leaveMs = await measureMs(() => cluster.leave());
  const longestMs = await load.end();
  return [
    { unit: "ms to join", value: joinMs },
    { unit: "ms to leave", value: leaveMs },
    { unit: "ms longest call", value: longestMs },
  ];
}

/** @throws Error if the subject has no members to open. */
export async function openMembers(program: ClusterProgram, count: number): Promise<Members> {
  if (program.openMembers === undefined) throw new Error("this subject's members are not measured");
  return program.openMembers(count);
}
