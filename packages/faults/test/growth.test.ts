import { describe, expect, test } from "vitest";
import { slopeOf } from "../src/checks/memory.ts";
import { checkNoFailure } from "../src/checks/service.ts";
import { nowMs } from "../src/history/now.ts";
import { pause } from "../src/history/pause.ts";
import { byNight, isNightly, openIn, summarize } from "../src/rig/case.ts";
import { findConsul } from "../src/rig/programs.ts";
import { Rig } from "../src/rig/rig.ts";
import type { TestProcess } from "../src/rig/test-process.ts";

const consul = findConsul();
/** Sockets and timers that may be open beside those before, as those between the members themselves come and go: not one for every fiftieth visitor of L6. */
const mostOpen = 20;
/** Grains of L1 after which it is measured anew. */
const between = 10_000;
/** Lets a process tell what it holds for good. */
const nodeOptions = ["--expose-gc"];

/** Bytes by which the heap of each process grows for each of so many steps. */
async function growthOf(
  processes: readonly TestProcess[],
  steps: number,
  take: () => Promise<void>,
): Promise<readonly number[]> {
  const measure = async () =>
    Promise.all(processes.map(async (process) => (await process.report()).heapBytes));
  const before = await measure();
  await take();
  const after = await measure();
  return after.map((bytes, index) => Math.round((bytes - before[index]!) / steps));
}

describe.skipIf(consul === undefined)("processes that live long", { concurrent: true }, () => {
  test("L1 grains that come and go leave nothing behind in their member and their caller", {
    timeout: 1_800_000,
  }, async () => {
    await using rig = await Rig.start({ consul });
    const options = { nodeOptions, idleTimeoutMs: 100, maxCachedLocations: 100 };
    const member = await rig.start("member", "m1", options);
    const client = await rig.start("client", "c1", options);
    await member.report();
    const base = await member.report();
    let next = 0;
    const cycle = async (count: number): Promise<void> => {
      for (const until = next + count; next < until; next += 500) {
        const once = Array.from({ length: 500 }, (_lamp, index) => `lamp-${next + index}`);
        // Who calls a second time remembers where the grain is.
        for (const time of ["first", "again"]) {
          const load = { sender: `${time}-${next}`, callsPerSecond: 0, identities: once };
          await client.ask({ do: "burst", load, calls: once.length });
        }
      }
      // What remains is the probe that a report makes.
      await rig.until(async () => (await member.report()).stats.activations <= 1);
    };
    await cycle(4_000);
    const cycles = byNight(20_000, 100_000);
    const beganMs = nowMs();
    const heaps = async () =>
      Promise.all([member, client].map(async (process) => (await process.report()).heapBytes));
    const measured = [await heaps()];
    for (let done = 0; done < cycles; done += between) {
      await cycle(between);
      measured.push(await heaps());
    }
    const slopes = [0, 1].map((process) => slopeOf(measured.map((each) => each[process]!)) / between);
    const took = Math.round(nowMs() - beganMs);
    const [m1, c1] = [(await member.report()).stats, (await client.report()).stats];
    const history = await rig.finish();
    console.log(
      `L1: ${slopes.map((slope) => slope.toFixed(1)).join(" and ")} bytes a cycle over ${cycles} in ${took} ms; ${summarize(history.calls)}`,
    );
    expect(Math.max(...slopes)).toBeLessThan(50);
    // A grain may have gone before it was called again.
    expect(m1.activated).toBeGreaterThanOrEqual(next);
    expect(m1.actors.pendingRequests).toBe(0);
    // The probe that a report makes is one more.
    expect(m1.actors.processes).toBeLessThanOrEqual(base.stats.actors.processes + 2);
    expect(c1.actors.pendingRequests).toBe(0);
    // One is that of the probe, which is of another kind.
    expect(c1.cachedLocations).toBeLessThanOrEqual(101);
    expect(checkNoFailure(history.calls)).toEqual([]);
  });

  test.runIf(isNightly)(
    "L6 members that join and leave under new ids leave nothing behind in those that stay",
    {
      timeout: 3_600_000,
    },
    async () => {
      await using rig = await Rig.start({ consul });
      const members = await rig.startMembers(2, { nodeOptions });
      const host = await rig.start("client", "c1");
      const visit = async (count: number): Promise<void> => {
        await host.ask({ do: "visit", visits: { count, atOnce: 16 } });
        await rig.untilAllSee(2);
        // Until connections to those that have left are given up.
        await pause(4_000);
      };
      // What the first hundreds leave is for the most part compiled code. The growth is measured three times, and the middle one counts.
      await visit(500);
      const openBefore = await Promise.all(members.map(openIn));
      const visits = 1_000;
      const growths: number[] = [];
      const beganMs = nowMs();
      for (let round = 0; round < 3; round++)
        growths.push(Math.max(...(await growthOf(members, visits, () => visit(visits)))));
      const took = Math.round(nowMs() - beganMs);
      const openAfter = await Promise.all(members.map(openIn));
      const reports = await Promise.all(members.map((member) => member.report()));
      await rig.finish();
      console.log(
        `L6: ${growths.join(", ")} bytes for each of ${visits} members, in ${took} ms; open ${openBefore.join(" and ")}, then ${openAfter.join(" and ")}`,
      );
      expect(growths.toSorted((a, b) => a - b)[1]).toBeLessThan(2_000);
      for (const [index, open] of openAfter.entries())
        expect(open - openBefore[index]!).toBeLessThan(mostOpen);
      // Each knows two others: the member and the client.
      for (const { stats } of reports) {
        expect(stats.remote.endpoints).toBeLessThanOrEqual(2);
        expect(stats.remote.sessions).toBeLessThanOrEqual(2);
      }
    },
  );
});
