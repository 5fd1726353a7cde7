import { seededRandom } from "@ts-grain/actor";
import { describe, expect, test } from "vitest";
import { checkReported } from "../src/checks/duplicates.ts";
import { findLateStarts } from "../src/checks/late-starts.ts";
import { checkNoFailure, checkRecovery } from "../src/checks/service.ts";
import { findOverlaps } from "../src/checks/single-activation.ts";
import { findDisagreements } from "../src/checks/views.ts";
import { nowMs } from "../src/history/now.ts";
import { pause } from "../src/history/pause.ts";
import { byNight, isNightly, lamps, summarize } from "../src/rig/case.ts";
import { findConsul } from "../src/rig/programs.ts";
import { Rig } from "../src/rig/rig.ts";

const consul = findConsul();
const seed = Number(process.env["TS_GRAIN_SEED"] ?? 1);

describe.skipIf(consul === undefined)("members that stand still", () => {
  test("C4 pauses of two seconds, of a member at random each, change no topology, lose no activation, fail no call that has more time, and start none whose time is over", {
    timeout: 600_000,
  }, async () => {
    await using rig = await Rig.start({ consul });
    const members = await rig.startMembers(3);
    const client = await rig.start("client", "c1");
    const stops = [
      await client.startLoad({ sender: "load", callsPerSecond: 200, identities: lamps(100) }),
      await client.startLoad({
        sender: "hasty",
        callsPerSecond: 60,
        identities: lamps(60),
        timeoutMs: 1_000,
      }),
    ];
    await pause(1_500);
    const beganMs = nowMs();
    const random = seededRandom(seed);
    for (let round = 0; round < byNight(2, 20); round++) {
      const member = members[Math.floor(random.next() * members.length)]!;
      member.freeze();
      await pause(2_000);
      member.thaw();
      await pause(500 + random.next() * byNight(500, 2_500));
    }
    await pause(1_000);
    const endedMs = nowMs();
    for (const stop of stops) await stop();
    const history = await rig.finish();
    const [patient, hasty] = ["load", "hasty"].map((name) =>
      history.calls.filter(({ sender }) => sender === name),
    );
    console.log(`C4: seed ${seed}; ${summarize(patient!)}; with a second's time ${summarize(hasty!)}`);
    expect(checkNoFailure(patient!)).toEqual([]);
    expect(findLateStarts(history)).toEqual([]);
    const during = history.processes
      .flatMap(({ events }) => events)
      .filter(({ atMs }) => atMs > beganMs && atMs < endedMs);
    expect(during.filter(({ event }) => event === "seen" || event === "deactivated")).toEqual([]);
  });

  test.runIf(isNightly)(
    "C3 a member that stands still for 30 s comes back under a new id, and what was active twice ends within 5 s and is reported",
    {
      timeout: 600_000,
    },
    async () => {
      await using rig = await Rig.start({ consul });
      const [, frozen] = await rig.startMembers(3);
      const client = await rig.start("client", "c1");
      const stopLoad = await client.startLoad({
        sender: "load",
        callsPerSecond: 200,
        identities: lamps(200),
      });
      await pause(2_000);
      frozen!.freeze();
      await pause(30_000);
      frozen!.thaw();
      const thawedMs = nowMs();
      await rig.untilAllSee(3);
      const backMs = nowMs();
      await pause(20_000);
      await stopLoad();
      const history = await rig.finish();
      const overlaps = findOverlaps(history);
      const worst = Math.max(0, ...overlaps.map(({ toMs }) => toMs - thawedMs));
      const again = Math.round(backMs - thawedMs);
      expect(findLateStarts(history)).toEqual([]);
      console.log(
        `C3: ${summarize(history.calls)}; member again ${again} ms after it went on; ${overlaps.length} active twice, the last until ${Math.round(worst)} ms after, all reported; disagreements ${JSON.stringify(findDisagreements(history).map(({ fromMs, toMs }) => Math.round(toMs - fromMs)))}`,
      );
      expect(again).toBeLessThan(10_000);
      expect(worst).toBeLessThan(5_000);
      expect(checkReported(history)).toEqual([]);
      expect(checkRecovery(history, { afterMs: thawedMs, withinMs: 15_000 })).toEqual([]);
    },
  );
});
