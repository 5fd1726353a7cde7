import { ConsulServer } from "@ts-grain/cluster-consul/testing";
import { describe, expect, test } from "vitest";
import { figuresOf } from "../src/checks/figures.ts";
import { checkNoFailure } from "../src/checks/service.ts";
import { findChanges } from "../src/checks/views.ts";
import type { History } from "../src/history/history.ts";
import { nowMs } from "../src/history/now.ts";
import { pause } from "../src/history/pause.ts";
import { byNight, isNightly, lamps, summarize } from "../src/rig/case.ts";
import { findConsul } from "../src/rig/programs.ts";
import { Rig } from "../src/rig/rig.ts";

const consul = findConsul();
/** Writes before the first member registers, so that what a Consul counts is more than when it begins anew and is told of three members. */
const writesBefore = 100;

/** What Consul lists as alive, and the index from which members wait for the next change. */
async function askConsul(address: string): Promise<{ readonly alive: number; readonly index: number }> {
  const response = await fetch(`${address}/v1/health/service/faults?passing=1`);
  const entries = (await response.json()) as readonly unknown[];
  return { alive: entries.length, index: Number(response.headers.get("x-consul-index")) };
}

/** How often a process was let go and came back. */
function countReturns({ processes }: History): number {
  return processes.flatMap(({ events }) => events.filter(({ event }) => event === "came_back")).length;
}

describe.skipIf(consul === undefined)("Consul fails", () => {
  test("E2 a Consul that restarts with nothing, and counts from the beginning, is told of all members within 4 s: no call fails, and nobody is missed or let go", {
    timeout: 600_000,
  }, async () => {
    const server = await ConsulServer.start(consul);
    await using rig = await Rig.start({ consul, server });
    for (let write = 0; write < writesBefore; write++)
      await fetch(`${server.address}/v1/kv/write`, { method: "PUT", body: `${write}` });
    await rig.startMembers(3);
    const client = await rig.start("client", "c1");
    const stopLoad = await client.startLoad({ sender: "load", callsPerSecond: 200, identities: lamps(100) });
    await pause(1_000);
    const before = await askConsul(server.address);
    const beganMs = nowMs();
    rig.fault("Consul killed");
    await server.kill();
    await pause(2_000);
    await server.restartEmpty();
    rig.fault("Consul restarted with nothing");
    const restartedMs = nowMs();
    await rig.until(async () => (await askConsul(server.address)).alive === 3);
    const registeredMs = nowMs() - restartedMs;
    const after = await askConsul(server.address);
    await pause(byNight(8_000, 30_000));
    await rig.untilAllSee(3);
    const endedMs = nowMs();
    await stopLoad();
    const history = await rig.finish();
    console.log(
      `E2: index ${before.index}, then ${after.index}; registered again after ${Math.round(registeredMs)} ms; ${summarize(history.calls)}`,
    );
    expect(after.index).toBeLessThan(before.index);
    expect(registeredMs).toBeLessThan(4_000);
    expect(checkNoFailure(history.calls)).toEqual([]);
    // Who is never missed is never blocked.
    expect(findChanges(history, { fromMs: beganMs, toMs: endedMs })).toEqual([]);
    expect(countReturns(history)).toBe(0);
  });
});

describe.skipIf(consul === undefined)("Consul fails for long, or is shared", () => {
  test.runIf(isNightly)(
    "E1 a Consul that is down for a minute, and then silent for another, costs no call, and nobody is missed or let go",
    {
      timeout: 400_000,
    },
    async () => {
      const server = await ConsulServer.start(consul);
      await using rig = await Rig.start({ consul, server });
      await rig.startMembers(3);
      const client = await rig.start("client", "c1");
      const stopLoad = await client.startLoad({
        sender: "load",
        callsPerSecond: 200,
        identities: lamps(100),
      });
      await pause(2_000);
      const beganMs = nowMs();
      rig.fault("Consul killed");
      await server.kill();
      await pause(60_000);
      await server.restartEmpty();
      await pause(20_000);
      rig.fault("Consul silent");
      server.freeze();
      await pause(60_000);
      server.thaw();
      rig.fault("Consul answers again");
      await pause(20_000);
      await rig.untilAllSee(3);
      const endedMs = nowMs();
      await stopLoad();
      const history = await rig.finish();
      console.log(`E1: ${summarize(history.calls)}`);
      expect(checkNoFailure(history.calls)).toEqual([]);
      expect(findChanges(history, { fromMs: beganMs, toMs: endedMs })).toEqual([]);
      expect(countReturns(history)).toBe(0);
    },
  );

  test("E11 clusters of two names on one Consul never meet, nor do members of one name with two tokens", {
    timeout: 60_000,
  }, async () => {
    const server = await ConsulServer.start(consul);
    await using rig = await Rig.start({ consul, server });
    const one = await rig.start("member", "one", { clusterName: "one" });
    const other = await rig.start("member", "other", { clusterName: "other" });
    const mine = await rig.start("member", "mine", {
      clusterName: "shared",
      clusterToken: "a secret of mine",
    });
    const yours = await rig.start("member", "yours", {
      clusterName: "shared",
      clusterToken: "another secret of yours",
    });
    for (const [index, member] of [one, other, mine, yours].entries())
      await member.ask({
        do: "burst",
        load: {
          sender: `s${index}`,
          callsPerSecond: 0,
          identities: lamps(40).map((lamp) => `${lamp}-${index}`),
          timeoutMs: 2_000,
        },
        calls: 40,
      });
    const report = await one.report();
    expect(report.members).toHaveLength(1);
    const history = await rig.finish();
    const crossed = history.calls.flatMap(({ caller, returns }) =>
      returns
        .filter(({ process }) => process !== undefined && process !== caller)
        .map(({ process }) => `${caller} ${process}`),
    );
    console.log(`E11: ${summarize(history.calls)}`);
    expect(crossed).toEqual([]);
    // With another token a member is refused: what it owns, nobody here can reach, and no call has begun there.
    for (const name of ["mine", "yours"]) {
      const { outcomes } = figuresOf(history.calls.filter(({ caller }) => caller === name));
      expect(outcomes).toEqual({
        ...("ok" in outcomes && { ok: expect.any(Number) }),
        not_delivered: expect.any(Number),
      });
    }
    for (const name of ["one", "other"])
      expect(checkNoFailure(history.calls.filter(({ caller }) => caller === name))).toEqual([]);
  });
});
