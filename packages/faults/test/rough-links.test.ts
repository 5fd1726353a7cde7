import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { checkRecovery } from "../src/checks/service.ts";
import { nowMs } from "../src/history/now.ts";
import { pause } from "../src/history/pause.ts";
import { byNight, isNightly, lamps, summarize } from "../src/rig/case.ts";
import { certify } from "../src/rig/certificate.ts";
import { Network } from "../src/rig/network.ts";
import { findConsul } from "../src/rig/programs.ts";
import { Rig } from "../src/rig/rig.ts";
import { RoughNetwork, type Treatment, type TreatmentCounts } from "../src/rig/rough-network.ts";

const consul = findConsul();
const isPossible = consul !== undefined && Network.isPossible() && hasSwitch();

/** Whether the rough switch can run; with a loud line, if not. In CI Python must be there. */
function hasSwitch(): boolean {
  try {
    execFileSync("python3", ["--version"], { stdio: "pipe" });
  } catch (error) {
    if (process.env["CI"] === "true") throw error;
    console.warn("\n!!! NOT TESTED: packets that are lost, because there is no python3 !!!\n");
    return false;
  }
  if (existsSync("/dev/net/tun")) return true;
  console.warn("\n!!! NOT TESTED: packets that are lost, because this kernel has no TAP devices !!!\n");
  return false;
}

interface Roughness {
  readonly treatment: Treatment;
  readonly forMs: number;
  readonly usesTls: boolean;
}

/** Three members, a client and a Consul whose packets are treated badly for a while under 200 calls/s. */
async function suffer({ treatment, forMs, usesTls }: Roughness) {
  const name = `r${process.pid % 10_000}${usesTls ? "t" : "p"}`;
  using network = await RoughNetwork.start(name, 5);
  const [store, ...hosts] = network.hosts;
  const tls = usesTls ? certify(hosts.map(({ address }) => address)) : undefined;
  await using rig = await Rig.startOn(store!, { consul, defaults: { tls } });
  const [client] = await Promise.all(
    ["c1", "m1", "m2", "m3"].map((process, index) =>
      rig.startOn(hosts[index]!, process === "c1" ? "client" : "member", process),
    ),
  );
  await rig.untilAllSee(3);
  const load = { sender: "client", callsPerSecond: 200, identities: lamps(60), timeoutMs: 10_000 };
  const stopLoad = await client!.startLoad(load);
  await pause(500);
  const before = await network.treat(treatment);
  rig.fault("packets are treated badly", "from now");
  await pause(forMs);
  const after = await network.treat({});
  rig.fault("packets are treated well", "until now");
  const mendedMs = nowMs();
  await pause(byNight(2_000, 30_000));
  await rig.untilAllSee(3);
  await stopLoad();
  const history = await rig.finish();
  const recovered = { afterMs: mendedMs, withinMs: byNight(1_000, 20_000) };
  expect(checkRecovery(history, recovered)).toEqual([]);
  const changes = history.processes.map(
    ({ process, events }) => `${process} ${events.filter(({ event }) => event === "seen").length}`,
  );
  return { history, treated: subtract(after, before), changes: changes.join(", ") };
}

function subtract(after: TreatmentCounts, before: TreatmentCounts): TreatmentCounts {
  const entries = Object.entries(after) as [keyof TreatmentCounts, number][];
  return Object.fromEntries(entries.map(([what, count]) => [what, count - before[what]])) as TreatmentCounts;
}

function shareOk({ history: { calls } }: Awaited<ReturnType<typeof suffer>>): number {
  const ok = calls.filter(({ returns }) => returns.every(({ outcome }) => outcome === "ok"));
  return ok.length / calls.length;
}

const rough: Treatment = {
  delayMs: 100,
  jitterMs: 50,
  lost: 0.02,
  repeated: 0.02,
  reordered: 0.05,
  spoiled: 0.001,
};

describe.skipIf(!isPossible)("packets that are treated badly", () => {
  test("N8 late, lost, repeated, reordered and spoiled packets cost next to no call and break no promise", {
    timeout: 500_000,
  }, async () => {
    const forMs = byNight(10_000, 300_000);
    const suffered = await suffer({ treatment: rough, forMs, usesTls: false });
    const { history, treated, changes } = suffered;
    console.log(`N8: ${summarize(history.calls)}; ${JSON.stringify(treated)}; views ${changes}`);
    expect(treated.lost).toBeGreaterThan(0);
    expect(shareOk(suffered)).toBeGreaterThanOrEqual(0.999);
  });

  test.runIf(isNightly)(
    "N8 with TLS, no packet is believed that was forged so that its checksum is right",
    { timeout: 500_000 },
    async () => {
      const treatment = { delayMs: 5, jitterMs: 2, lost: 0.01, forged: 0.001 };
      const { history, treated, changes } = await suffer({ treatment, forMs: 120_000, usesTls: true });
      console.log(`N8 with TLS: ${summarize(history.calls)}; ${JSON.stringify(treated)}; views ${changes}`);
      expect(treated.forged).toBeGreaterThan(0);
    },
  );
});
