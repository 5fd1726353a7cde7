import { describe, expect, test } from "vitest";
import { checkNoFailure, checkRecovery, outages, servedBy } from "../src/checks/service.ts";
import { nowMs } from "../src/history/now.ts";
import { pause } from "../src/history/pause.ts";
import { byNight, isNightly, lamps, summarize } from "../src/rig/case.ts";
import { ControlGroup } from "../src/rig/control-group.ts";
import { findConsul, findFaketime } from "../src/rig/programs.ts";
import { Rig } from "../src/rig/rig.ts";
import { WallClock } from "../src/rig/wall-clock.ts";

const consul = findConsul();
const faketime = findFaketime();
const isPossible = isNightly && ControlGroup.isPossible();

describe.skipIf(consul === undefined)("members that lack what they need", () => {
  test("item 7: a thousand first calls at once from three members reach one activation", {
    timeout: 60_000,
  }, async () => {
    await using rig = await Rig.start({ consul });
    const members = await rig.startMembers(3);
    await Promise.all(
      members.map((member, index) =>
        member.ask({
          do: "burst",
          load: { sender: `from-${index}`, callsPerSecond: 0, identities: ["kitchen"] },
          calls: index === 0 ? 334 : 333,
        }),
      ),
    );
    const history = await rig.finish();
    console.log(`A11: ${summarize(history.calls)}`);
    expect(checkNoFailure(history.calls)).toEqual([]);
    expect(new Set(history.starts.map(({ activation }) => activation)).size).toBe(1);
    expect(history.starts).toHaveLength(1_000);
  });

  test.skipIf(faketime === undefined)(
    "E9 a wall clock that jumps an hour ahead and two back, on a member and the client, is noticed by nobody",
    { timeout: 120_000 },
    async () => {
      await using rig = await Rig.start({ consul });
      using clock = new WallClock(faketime!);
      await Promise.all([rig.start("member", "m1"), rig.start("member", "m2", { prefix: clock.prefix })]);
      const client = await rig.start("client", "c1", { prefix: clock.prefix });
      await rig.untilAllSee(2);
      const stopLoad = await client.startLoad({ sender: "load", callsPerSecond: 100, identities: lamps(60) });
      await pause(500);
      const beganMs = nowMs();
      for (const aheadSeconds of [3_600, -7_200, 0]) {
        rig.fault(`wall clock ${aheadSeconds} s ahead`);
        clock.set(aheadSeconds);
        expect(Math.round(clock.readAheadSeconds() / 10) * 10).toBe(aheadSeconds);
        await pause(byNight(1_000, 20_000));
      }
      const endedMs = nowMs();
      await stopLoad();
      const history = await rig.finish();
      console.log(`E9: ${summarize(history.calls)}`);
      expect(checkNoFailure(history.calls)).toEqual([]);
      const during = history.processes.flatMap(({ events }) =>
        events.filter(({ atMs }) => atMs > beganMs && atMs < endedMs),
      );
      expect(during.filter(({ event }) => event === "seen" || event === "deactivated")).toEqual([]);
    },
  );

  test.runIf(isNightly)(
    "B4 a handler that blocks its process for five seconds gets no member evicted",
    {
      timeout: 60_000,
    },
    async () => {
      await using rig = await Rig.start({ consul });
      const members = await rig.startMembers(3);
      const client = await rig.start("client", "c1");
      const stopLoad = await client.startLoad({ sender: "load", callsPerSecond: 100, identities: lamps(60) });
      await pause(2_000);
      const blockedMs = nowMs();
      const load = {
        sender: "block",
        callsPerSecond: 0,
        identities: ["lamp-1"],
        blockMs: 5_000,
        timeoutMs: 8_000,
      };
      await client.ask({ do: "burst", load, calls: 1 });
      await pause(8_000);
      const endedMs = nowMs();
      await stopLoad();
      const told = await Promise.all(members.map(async (member) => (await member.report()).stats.stalls));
      const history = await rig.finish();
      const during = history.processes.flatMap(({ events }) =>
        events.filter(({ atMs }) => atMs > blockedMs && atMs < endedMs),
      );
      const stall = Math.max(...during.map((event) => (event.event === "stalled" ? event.forMs : 0)));
      console.log(`B4: ${summarize(history.calls)}; longest stall ${Math.round(stall)} ms`);
      expect(during.filter(({ event }) => event === "seen")).toEqual([]);
      expect(stall).toBeGreaterThan(4_900);
      // The member itself tells of it, for metrics.
      expect(Math.max(...told.map(({ longestMs }) => longestMs))).toBeGreaterThan(4_000);
      expect(told.filter(({ count }) => count > 0)).toHaveLength(1);
      expect(checkNoFailure(history.calls.filter(({ atMs }) => atMs > blockedMs + 6_000))).toEqual([]);
    },
  );

  test.runIf(isPossible)(
    "B6 a member that gets a fifth of a processor for two minutes is not evicted",
    {
      timeout: 240_000,
    },
    async () => {
      await using rig = await Rig.start({ consul });
      const [slow] = await rig.startMembers(3);
      const client = await rig.start("client", "c1");
      const stopLoad = await client.startLoad({
        sender: "load",
        callsPerSecond: 200,
        identities: lamps(100),
      });
      await pause(3_000);
      using group = new ControlGroup("cpu", { "cpu.cfs_period_us": 100_000, "cpu.cfs_quota_us": 20_000 });
      const throttledMs = nowMs();
      group.add(slow!.child.pid!);
      await pause(120_000);
      const endedMs = nowMs();
      await stopLoad();
      const history = await rig.finish();
      const during = history.calls.filter(({ atMs }) => atMs > throttledMs);
      const failed = checkNoFailure(during).length / during.length;
      const changes = history.processes.map(
        ({ events }) =>
          events.filter(({ event, atMs }) => event === "seen" && atMs > throttledMs && atMs < endedMs).length,
      );
      console.log(`B6: ${summarize(during)}; topology changes ${changes.join(", ")}`);
      expect(failed).toBeLessThan(0.01);
      expect(Math.max(...changes)).toBeLessThanOrEqual(1);
    },
  );

  test.runIf(isNightly).for(["C6", "C7"] as const)(
    "%s a member that runs out of memory is as good as killed",
    {
      timeout: 120_000,
    },
    async (which, { skip }) => {
      skip(which === "C6" && !isPossible, "there are no control groups");
      await using rig = await Rig.start({ consul });
      const nodeOptions = which === "C7" ? ["--max-old-space-size=128"] : [];
      const victim = await rig.start("member", "m1", { nodeOptions });
      await rig.start("member", "m2");
      await rig.start("member", "m3");
      const client = await rig.start("client", "c1");
      const stopLoad = await client.startLoad({
        sender: "load",
        callsPerSecond: 200,
        identities: lamps(100),
      });
      await pause(2_000);
      const megabytes = 160 * 1024 * 1024;
      const group =
        which === "C6" ? new ControlGroup("memory", { "memory.limit_in_bytes": megabytes }) : undefined;
      group?.add(victim.child.pid!);
      victim.isEnded = true;
      await victim.ask({ do: "crash", how: "leak" });
      const { code, signal, atMs } = await victim.exited;
      group?.[Symbol.dispose]();
      await pause(18_000);
      await stopLoad();
      const history = await rig.finish();
      const worst = Math.max(...outages(history, atMs).values());
      console.log(
        `${which}: ended with ${code ?? signal}; worst outage ${Math.round(worst)} ms; ${summarize(history.calls)}`,
      );
      expect(signal).toBe(which === "C6" ? "SIGKILL" : "SIGABRT");
      expect(worst).toBeLessThan(15_000);
      expect(checkRecovery(history, { afterMs: atMs, withinMs: 15_000 })).toEqual([]);
      const served = servedBy(history, atMs);
      const elsewhere = history.calls.filter(({ identity }) => served.get(identity) !== "m1");
      expect(checkNoFailure(elsewhere)).toEqual([]);
    },
  );
});
