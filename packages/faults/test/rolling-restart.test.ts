import { describe, expect, test } from "vitest";
import { figuresOf } from "../src/checks/figures.ts";
import { checkGaps, checkNoFailure, longestGaps } from "../src/checks/service.ts";
import { checkNeverTwice } from "../src/checks/single-activation.ts";
import { pause } from "../src/history/pause.ts";
import { byNight, lamps, summarize } from "../src/rig/case.ts";
import { findConsul } from "../src/rig/programs.ts";
import { Rig } from "../src/rig/rig.ts";
import type { TestProcess } from "../src/rig/test-process.ts";

const consul = findConsul();
const cycles = byNight(1, 3);

/** Ends a member in order and starts its replacement at its port. */
async function replaceAfter(rig: Rig, member: TestProcess): Promise<TestProcess> {
  expect(await member.terminate()).toMatchObject({ code: 0 });
  return rig.start("member", `${member.name}+`, { port: member.port });
}

/** Starts a member's replacement, and ends the member once everybody knows it. */
async function replaceBefore(rig: Rig, member: TestProcess): Promise<TestProcess> {
  const replacement = await rig.start("member", `${member.name}+`);
  await rig.untilAllSee(4);
  expect(await member.terminate()).toMatchObject({ code: 0 });
  return replacement;
}

const ways = { after: replaceAfter, before: replaceBefore };

describe.skipIf(consul === undefined)("rolling restarts", () => {
  test.each(byNight(["after"] as const, ["after", "before"] as const))(
    "R1 restarting three members in turn, with the replacement started %s the end, fails no call",
    { timeout: 600_000 },
    async (way) => {
      await using rig = await Rig.start({ consul });
      const members = [...(await rig.startMembers(3))];
      const client = await rig.start("client", "c1");
      const stopLoad = await client.startLoad({
        sender: "many",
        callsPerSecond: 350,
        identities: lamps(200),
      });
      // Several calls to one grain at a time, so that their order is put to the test.
      const stopHot = await client.startLoad({
        sender: "hot",
        callsPerSecond: 50,
        identities: ["hot"],
        holdMs: 15,
      });
      for (let restart = 0; restart < 3 * cycles; restart++) {
        await pause(1_000);
        members.push(await ways[way](rig, members.shift()!));
        await rig.untilAllSee(3);
      }
      await pause(1_000);
      await Promise.all([stopLoad(), stopHot()]);
      const history = await rig.finish();
      const gapMs = Math.max(...longestGaps(history.calls).values());
      console.log(`R1: ${summarize(history.calls)}; longest gap ${Math.round(gapMs)} ms`);
      expect(checkNoFailure(history.calls)).toEqual([]);
      expect(checkNeverTwice(history)).toEqual([]);
      expect(figuresOf(history.calls).p99Ms).toBeLessThan(1_000);
      expect(checkGaps(history.calls, 1_000)).toEqual([]);
    },
  );
});
