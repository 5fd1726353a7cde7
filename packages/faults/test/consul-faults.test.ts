import { describe, expect, test } from "vitest";
import { checkNoFailure } from "../src/checks/service.ts";
import { nowMs } from "../src/history/now.ts";
import { pause } from "../src/history/pause.ts";
import { byNight, lamps, summarize } from "../src/rig/case.ts";
import { findConsul } from "../src/rig/consul-program.ts";
import { Rig } from "../src/rig/rig.ts";

const consul = findConsul();

describe.skipIf(consul === undefined)("Consul fails", () => {
  test("E2 a Consul that restarts with nothing is told of all members, and nobody notices", {
    timeout: 600_000,
  }, async () => {
    await using rig = await Rig.start({ consul });
    await rig.startMembers(3);
    const client = await rig.start("client", "c1");
    const stopLoad = await client.startLoad({ sender: "load", callsPerSecond: 200, identities: lamps(100) });
    await pause(1_000);
    rig.fault("Consul killed");
    await rig.consul.kill();
    await pause(2_000);
    await rig.consul.restartEmpty();
    rig.fault("Consul restarted with nothing");
    const restartedMs = nowMs();
    await rig.until(async () => {
      const response = await fetch(`${rig.consul.address}/v1/health/service/faults?passing=1`);
      return ((await response.json()) as readonly unknown[]).length === 3;
    });
    const registeredMs = nowMs() - restartedMs;
    await pause(byNight(12_000, 30_000));
    await rig.untilAllSee(3);
    await stopLoad();
    const history = await rig.finish();
    console.log(`E2: registered again after ${Math.round(registeredMs)} ms; ${summarize(history.calls)}`);
    expect(registeredMs).toBeLessThan(4_000);
    expect(checkNoFailure(history.calls)).toEqual([]);
    const seen = history.processes.map(({ process, events }) => [
      process,
      events.filter(({ event }) => event === "came_back").length,
    ]);
    expect(Object.fromEntries(seen)).toEqual({ m1: 0, m2: 0, m3: 0, c1: 0 });
  });
});
