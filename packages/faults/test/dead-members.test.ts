import { describe, expect, test } from "vitest";
import { figuresOf } from "../src/checks/figures.ts";
import { checkNoFailure, checkRecovery, outages, servedBy } from "../src/checks/service.ts";
import { findUndisturbed } from "../src/checks/undisturbed.ts";
import { nowMs } from "../src/history/now.ts";
import { pause } from "../src/history/pause.ts";
import { byNight, lamps, summarize } from "../src/rig/case.ts";
import { findConsul } from "../src/rig/programs.ts";
import { Rig } from "../src/rig/rig.ts";

const consul = findConsul();
/** Milliseconds before a death in which is measured how long calls take when all is well. */
const baseForMs = 2_000;
/**
 * Milliseconds of the 99th percentile that are taken for noise. Five processes and a Consul share two processors: who waits for one for a moment,
 * which is too short to be a stall, has waited for more than three times the few milliseconds that calls take when all is well.
 */
const noiseMs = 50;

describe.skipIf(consul === undefined)("members that die", () => {
  test("C1 when a member is killed under load, every grain is served again within 15 s, and those elsewhere notice nothing", {
    timeout: 1_800_000,
  }, async () => {
    const rounds = byNight(1, 20);
    // In CI with a shorter TTL, which bounds the outage.
    await using rig = await Rig.start({ consul, ttlMs: byNight(4_000, 10_000) });
    const members = [...(await rig.startMembers(3))];
    const client = await rig.start("client", "c1");
    const stopLoad = await client.startLoad({
      sender: "load",
      callsPerSecond: 400,
      identities: lamps(1_000),
    });
    const killedMs: number[] = [];
    for (let round = 0; round < rounds; round++) {
      // In the first 2.5 s every grain comes to life.
      await pause(2_500 + baseForMs);
      const victim = members.shift()!;
      await victim.kill();
      killedMs.push(victim.exit!.atMs);
      await rig.untilAllSee(2);
      await pause(byNight(2_600, 4_000));
      members.push(await rig.start("member", `${victim.name}+`, { port: victim.port }));
      await rig.untilAllSee(3);
    }
    const recovery = { afterMs: killedMs.at(-1)!, withinMs: byNight(6_000, 15_000) };
    // Every grain is called once more after that, which takes 2.5 s.
    await pause(Math.max(0, recovery.afterMs + recovery.withinMs + 3_000 - nowMs()));
    await stopLoad();
    const history = await rig.finish();
    const ends = [...killedMs.slice(1), Number.POSITIVE_INFINITY];
    for (const [round, atMs] of killedMs.entries()) {
      const victim = history.faults.filter(({ what }) => what === "killed")[round]!.process;
      const servers = servedBy(history, atMs);
      const calls = history.calls.filter(
        (call) => call.atMs > atMs - baseForMs && call.atMs < ends[round]! - 1_000,
      );
      // Who was never served before may have been the victim's.
      const elsewhere = calls.filter(({ identity }) => ![victim, undefined].includes(servers.get(identity)));
      const worst = Math.max(...outages({ calls }, atMs).values());
      const undisturbed = findUndisturbed(elsewhere, history);
      const replacedMs = history.lifeOf(`${victim}+`, "spawned")!;
      const p99 = (fromMs: number, toMs: number): number =>
        figuresOf(undisturbed.filter((call) => call.atMs > fromMs && call.atMs < toMs)).p99Ms;
      const [baseMs, meanwhileMs] = [p99(atMs - baseForMs, atMs), p99(atMs, replacedMs)];
      console.log(
        `C1 round ${round}: worst outage ${Math.round(worst)} ms; elsewhere ${summarize(elsewhere)}, p99 ${baseMs} ms before and ${meanwhileMs} ms until replaced; all ${summarize(calls)}`,
      );
      expect(worst).toBeLessThan(15_000);
      expect(checkNoFailure(elsewhere)).toEqual([]);
      expect(meanwhileMs).toBeLessThan(Math.max(3 * baseMs, noiseMs));
    }
    expect(checkRecovery(history, recovery)).toEqual([]);
  });
});
