import { describe, expect, test } from "vitest";
import { figuresOf } from "../src/checks/figures.ts";
import { checkGaps, checkNoFailure, longestGaps } from "../src/checks/service.ts";
import { checkNeverTwice } from "../src/checks/single-activation.ts";
import { nowMs } from "../src/history/now.ts";
import { pause } from "../src/history/pause.ts";
import { byNight, lamps, summarize } from "../src/rig/case.ts";
import { findConsul } from "../src/rig/programs.ts";
import { Rig } from "../src/rig/rig.ts";
import type { TestProcess } from "../src/rig/test-process.ts";

const consul = findConsul();
/** Milliseconds in which a call ends as `no_member` when there are members and none hosts its kind: a second and a grace. */
const noMemberMs = 1_200;
/** Milliseconds in which a call is answered that had waited for the kind's first member. */
const servedMs = 500;

describe.skipIf(consul === undefined)("clusters that change", () => {
  test("R4 a kind that only a newer member hosts is served as soon as that one is there, and no more when it has left", {
    timeout: 60_000,
  }, async () => {
    await using rig = await Rig.start({ consul });
    await rig.startMembers(2, { kinds: [] });
    const client = await rig.start("client", "c1");
    const burst = (caller: TestProcess, sender: string): Promise<unknown> =>
      caller.ask({ do: "burst", load: { sender, callsPerSecond: 0, identities: lamps(20) }, calls: 20 });
    await Promise.all([burst(client, "before"), burst(rig.processes[0]!, "member-before")]);
    const newer = await rig.start("member", "m3");
    await rig.untilAllSee(3);
    const joinedMs = nowMs();
    await burst(client, "while");
    // It lets its grains go, and takes the kind along.
    expect(await newer.terminate()).toMatchObject({ code: 0 });
    await rig.untilAllSee(2);
    await burst(client, "after");
    const again = await rig.start("member", "m4");
    await burst(client, "again");
    const history = await rig.finish();
    const by = (sender: string) => history.calls.filter((call) => call.sender === sender);
    for (const sender of ["before", "member-before", "after"]) {
      const calls = by(sender);
      expect(figuresOf(calls).outcomes).toEqual({ no_member: 20 });
      const slowest = Math.max(...calls.map(({ atMs, returns }) => returns[0]!.atMs - atMs));
      console.log(`R4 ${sender}: 20 calls ended as no_member within ${Math.round(slowest)} ms`);
      expect(slowest).toBeLessThan(noMemberMs);
    }
    for (const [sender, process] of [
      ["while", newer.name],
      ["again", again.name],
    ] as const) {
      const calls = by(sender);
      expect(checkNoFailure(calls)).toEqual([]);
      expect(new Set(calls.flatMap(({ returns }) => returns.map((each) => each.process)))).toEqual(
        new Set([process]),
      );
    }
    const served = Math.max(...by("while").map(({ returns }) => returns[0]!.atMs)) - joinedMs;
    console.log(`R4: served ${Math.round(served)} ms after the newer member was seen`);
    expect(served).toBeLessThan(servedMs);
  });

  test("R5 scaling from one to five members and back under load fails no call, and no grain is ever active twice", {
    timeout: 900_000,
  }, async () => {
    await using rig = await Rig.start({ consul });
    const members = [await rig.start("member", "m0")];
    const client = await rig.start("client", "c1");
    const stops = [
      await client.startLoad({ sender: "many", callsPerSecond: 150, identities: lamps(100) }),
      await client.startLoad({ sender: "hot", callsPerSecond: 40, identities: ["hot"], holdMs: 5 }),
    ];
    let made = 0;
    for (let cycle = 0; cycle < byNight(1, 10); cycle++) {
      while (members.length < 5) {
        made++;
        members.push(await rig.start("member", `m${made}`));
        await rig.untilAllSee(members.length);
        await pause(byNight(300, 1_500));
      }
      while (members.length > 1) {
        expect(await members.shift()!.terminate()).toMatchObject({ code: 0 });
        await rig.untilAllSee(members.length);
        await pause(byNight(300, 1_500));
      }
    }
    for (const stop of stops) await stop();
    const history = await rig.finish();
    const servers = new Set(history.starts.map(({ activation }) => activation.split("/")[0]));
    const gapMs = Math.max(...longestGaps(history.calls).values());
    console.log(
      `R5: ${summarize(history.calls)}; longest gap ${Math.round(gapMs)} ms; served by ${servers.size} of ${made + 1} members`,
    );
    expect(checkNoFailure(history.calls)).toEqual([]);
    expect(checkNeverTwice(history)).toEqual([]);
    expect(checkGaps(history.calls, 1_000)).toEqual([]);
    // Otherwise nothing has moved.
    expect(servers.size).toBe(made + 1);
  });
});
