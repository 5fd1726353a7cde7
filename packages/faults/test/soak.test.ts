import { seededRandom } from "@ts-grain/actor";
import { ConsulServer } from "@ts-grain/cluster-consul/testing";
import { describe, expect, test } from "vitest";
import { findLateStarts } from "../src/checks/late-starts.ts";
import { checkNoFailure, checkRecovery } from "../src/checks/service.ts";
import { nowMs } from "../src/history/now.ts";
import { pause } from "../src/history/pause.ts";
import { byNight, isNightly, lamps, summarize } from "../src/rig/case.ts";
import { findConsul } from "../src/rig/programs.ts";
import { Rig } from "../src/rig/rig.ts";

const consul = findConsul();
const soakMs = Number(process.env["TS_GRAIN_SOAK_MINUTES"] ?? byNight(0.3, 15)) * 60_000;
const everyMs = byNight(7_000, 20_000);
const seed = Number(process.env["TS_GRAIN_SEED"] ?? 1);

type Soak = readonly ["restart" | "pause" | "consul" | "kill" | "long pause", weight: number];
const faults: readonly Soak[] = isNightly
  ? [
      ["restart", 8],
      ["pause", 6],
      ["consul", 4],
      ["kill", 1],
      ["long pause", 1],
    ]
  : [
      ["restart", 1],
      ["pause", 1],
    ];

describe.skipIf(consul === undefined)("soak", () => {
  test(`K1 three members under load and a fault each ${everyMs / 1_000} s break no promise`, {
    timeout: soakMs + 240_000,
  }, async () => {
    const random = seededRandom(seed);
    const server = await ConsulServer.start(consul);
    await using rig = await Rig.start({ consul, server });
    const members = [...(await rig.startMembers(3))];
    const client = await rig.start("client", "c1");
    const stops = [
      await client.startLoad({ sender: "many", callsPerSecond: 250, identities: lamps(200) }),
      await client.startLoad({ sender: "hot", callsPerSecond: 50, identities: ["hot", "hotter"], holdMs: 5 }),
    ];
    const before = await client.report();
    const schedule: string[] = [];
    const replace = async (): Promise<void> => {
      const gone = members.shift()!;
      members.push(await rig.start("member", `${gone.name}+`, { port: gone.port }));
    };
    const inflict = {
      restart: async () => {
        await members[0]!.terminate();
        await replace();
      },
      kill: async () => {
        await members[0]!.kill();
        await replace();
      },
      pause: async () => {
        members[1]!.freeze();
        await pause(2_000);
        members[1]!.thaw();
      },
      "long pause": async () => {
        members[1]!.freeze();
        await pause(14_000);
        members[1]!.thaw();
      },
      consul: async () => {
        rig.fault("Consul killed");
        await server.kill();
        await pause(2_000);
        await server.restartEmpty();
        rig.fault("Consul restarted with nothing");
      },
    };
    const bag = faults.flatMap(([what, weight]) => Array.from({ length: weight }, () => what));
    const untilMs = nowMs() + soakMs;
    while (nowMs() < untilMs) {
      const what = bag[Math.floor(random.next() * bag.length)]!;
      schedule.push(what);
      const startedMs = nowMs();
      await inflict[what]();
      await pause(Math.max(0, everyMs - (nowMs() - startedMs)));
    }
    const lastMs = nowMs();
    await pause(byNight(5_000, 40_000));
    await rig.untilAllSee(3);
    for (const stop of stops) await stop();
    const after = await client.report();
    const history = await rig.finish();
    const share = 1 - checkNoFailure(history.calls).length / history.calls.length;
    console.log(
      `K1: seed ${seed}, ${schedule.length} faults (${schedule.join(", ")}); ${(share * 100).toFixed(3)} % ok; ${summarize(history.calls)}; ${findLateStarts(history).length} started late; client heap ${before.heapBytes >> 20} to ${after.heapBytes >> 20} MB, rss ${before.rssBytes >> 20} to ${after.rssBytes >> 20} MB`,
    );
    expect(share).toBeGreaterThan(0.98);
    expect(checkRecovery(history, { afterMs: lastMs, withinMs: byNight(1_000, 30_000) })).toEqual([]);
  });
});
