import { FakePodApi } from "@ts-grain/cluster-kubernetes/testing";
import { expect, test } from "vitest";
import { checkNoFailure } from "../src/checks/service.ts";
import { findChanges } from "../src/checks/views.ts";
import { nowMs } from "../src/history/now.ts";
import { pause } from "../src/history/pause.ts";
import { isNightly, lamps, summarize } from "../src/rig/case.ts";
import { Rig } from "../src/rig/rig.ts";

const awayMs = 60_000;
/** Long enough to look at the labels twice and to believe what the server says. */
const calmMs = 25_000;

test.runIf(isNightly)(
  "E1 E2 an API server of Kubernetes that ends, hangs, and comes back from an old backup costs no call and loses no member",
  {
    timeout: 400_000,
  },
  async () => {
    await using api = await FakePodApi.start();
    await using rig = await Rig.start({ server: { address: api.url, kill: () => api.kill() } });
    const kubernetes = (podName: string) => ({ server: api.url, namespace: "test", podName });
    const names = ["m1", "m2", "m3"];
    for (const name of names) api.addPod(name, { ip: "127.0.0.1" });
    await Promise.all(names.map((name) => rig.start("member", name, { kubernetes: kubernetes(name) })));
    const client = await rig.start("client", "c1", { kubernetes: kubernetes("none") });
    await rig.untilAllSee(3);
    const stopLoad = await client.startLoad({ sender: "load", callsPerSecond: 150, identities: lamps(60) });
    await pause(1_000);
    const beganMs = nowMs();
    rig.fault("API server killed");
    await api.kill();
    await pause(awayMs);
    await api.restart();
    rig.fault("API server started again");
    await pause(calmMs);
    rig.fault("API server hangs");
    api.freeze();
    await pause(awayMs);
    api.thaw();
    rig.fault("API server goes on");
    await pause(calmMs);
    rig.fault("API server killed");
    await api.kill();
    await pause(3_000);
    await api.restartEmpty();
    rig.fault("API server started from an old backup");
    const restartedMs = nowMs();
    const idOf = (name: string) => api.labels(name)["cluster.proto.actor/member-id"];
    expect(names.map(idOf)).toEqual([undefined, undefined, undefined]);
    await rig.until(() => Promise.resolve(names.every((name) => idOf(name) !== undefined)));
    const labelledMs = nowMs() - restartedMs;
    await pause(calmMs);
    await rig.untilAllSee(3);
    const endedMs = nowMs();
    await stopLoad();
    const history = await rig.finish();
    console.log(
      `E1 E2, Kubernetes: labelled again after ${Math.round(labelledMs)} ms; ${summarize(history.calls)}`,
    );
    // Who has not noticed the outage looks at its labels when that is due.
    expect(labelledMs).toBeLessThan(11_000);
    expect(checkNoFailure(history.calls)).toEqual([]);
    expect(findChanges(history, { fromMs: beganMs, toMs: endedMs })).toEqual([]);
    expect(names.map(idOf)).toEqual([undefined, undefined, undefined]);
  },
);
