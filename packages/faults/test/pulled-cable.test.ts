import { describe, expect, test } from "vitest";
import { nowMs } from "../src/history/now.ts";
import { pause } from "../src/history/pause.ts";
import { byNight } from "../src/rig/case.ts";
import { Network } from "../src/rig/network.ts";
import { WireEnd } from "../src/rig/wire-end.ts";

const isPossible = Network.isPossible();
const noticedMs = 3_000;
/** What timers may be late on a machine that is busy with something else, which shows in the ends' event loops. */
const lateMs = 500;
const idleMs = byNight(5_000, 60_000);
let made = 0;

/** Two remotes, each on a host of its own, which have a connection each way. */
async function connected() {
  made++;
  const network = new Network(`w${process.pid % 10_000}${made}`, 2);
  const [here, there] = network.hosts as [Network["hosts"][0], Network["hosts"][0]];
  const ends = await Promise.all([WireEnd.start(here, there), WireEnd.start(there, here)]);
  const dispose = async (): Promise<void> => {
    for (const end of ends) await end[Symbol.asyncDispose]();
    network[Symbol.dispose]();
  };
  for (const end of ends) expect(await end.ask(5_000)).toMatchObject({ outcome: "answered" });
  for (const end of ends) await end.untilTold("connections", ({ own, other }) => own && other);
  return { network, here, there, ends, [Symbol.asyncDispose]: dispose };
}

type Wire = Awaited<ReturnType<typeof connected>>;

/** Milliseconds from a fault until each end has noticed that the connection that it made, and the one that the other made, are dead, at the longest. */
async function untilNoticed({ ends }: Wire, since: number): Promise<number> {
  const waits = ends.flatMap((end) => [
    end.untilTold("connections", ({ own, atMs }) => !own && atMs > since),
    end.untilTold("connections", ({ other, atMs }) => !other && atMs > since),
  ]);
  return Math.max(...(await Promise.all(waits)).map(({ atMs }) => atMs)) - since;
}

/** Milliseconds of a time in which the event loop of one end or the other stood still. */
function stalledMs(ends: readonly WireEnd[], fromMs: number, toMs: number): number {
  return ends
    .flatMap(({ news }) => news.filter((each) => each.news === "stalled"))
    .filter(({ atMs }) => atMs > fromMs && atMs <= toMs)
    .reduce((sum, { forMs }) => sum + forMs, 0);
}

describe.runIf(isPossible)("a wire between two hosts", () => {
  test.for([
    ["nobody says anything", "the cable of one is pulled", 0, 0],
    ["messages flow", "the cable of one is pulled", 1, 1_000],
    ["so much is sent that it soon waits", "the cable of one is pulled", 2, 16_000],
    ...byNight([], [
      ["messages flow", "packets are lost without a word, both ways", 1, 1_000],
      ["messages flow", "packets are lost without a word, one way", 1, 1_000],
    ] as const),
  ] as const)(
    "N6 while %s %s: both notice within three seconds, and half a second later at most where they stood still",
    { timeout: 60_000 },
    async ([meanwhile, fault, messages, bytes]) => {
      const took: { readonly ms: number; readonly stalledMs: number }[] = [];
      // Probes go out twice a second; what matters is where between two of them it happens.
      for (const afterMs of byNight([1_000], [1_000, 1_125, 1_250, 1_375])) {
        await using wire = await connected();
        const { network, here, there, ends } = wire;
        if (messages > 0) for (const end of ends) end.tell({ do: "stream", messages, bytes });
        await pause(afterMs);
        for (const { news } of ends)
          expect(news.findLast(({ news }) => news === "connections")).toMatchObject({
            own: true,
            other: true,
          });
        if (fault === "the cable of one is pulled") network.unplug(here);
        else if (fault.endsWith("both ways")) network.part(here, there);
        else network.cut(here, there);
        const sinceMs = nowMs();
        const ms = await untilNoticed(wire, sinceMs);
        took.push({ ms, stalledMs: stalledMs(ends, sinceMs, sinceMs + ms) });
      }
      const told = took.map((each) => `${Math.round(each.ms)} (stood still ${Math.round(each.stalledMs)})`);
      console.log(`N6: while ${meanwhile} ${fault}, noticed after ${told.join(", ")} ms`);
      for (const each of took) expect(each.ms).toBeLessThan(noticedMs + Math.min(each.stalledMs, lateMs));
    },
  );

  test("N6 the first message after a long silence over a cable that was pulled meanwhile settles by its deadline, and once that is back later ones arrive", {
    timeout: 180_000,
  }, async () => {
    await using wire = await connected();
    const { network, here, ends } = wire;
    network.unplug(here);
    await pause(idleMs);
    const [one] = ends;
    const { outcome, tookMs } = await one!.ask(2_000);
    expect(["deadline_exceeded", "dead_letter"]).toContain(outcome);
    expect(tookMs).toBeLessThan(2_000 + lateMs);
    network.plug(here);
    const pluggedMs = nowMs();
    while ((await one!.ask(1_000)).outcome !== "answered" && nowMs() - pluggedMs < 30_000);
    console.log(`N6: answered ${Math.round(nowMs() - pluggedMs)} ms after the cable was back`);
    // The pause between two attempts is 5 s at most, and an attempt that the dead wire had swallowed takes three.
    expect(nowMs() - pluggedMs).toBeLessThan(10_000);
  });
});
