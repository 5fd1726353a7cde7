import { afterAll, beforeAll, expect, test } from "vitest";
import { attacks } from "./hostile-transport-attacks.ts";
import { floods } from "./hostile-transport-floods.ts";
import { HostileRig, type Outcome } from "./hostile-transport-rig.ts";

const mebibyte = 1024 * 1024;
/** The promise is 200 ms; a machine that others work on too counts a collection of garbage at several times its cost. */
const mostBusyMs = process.env["TS_GRAIN_NIGHTLY"] === "true" ? 200 : 1_000;
const rows: string[] = [];

let rig: HostileRig;

beforeAll(async () => {
  rig = await HostileRig.start();
});

afterAll(async () => {
  await rig[Symbol.asyncDispose]();
  console.log(
    [
      "| case | what | loop stall | of it computing | memory at most | memory after | of it live | dead letters | others |",
      "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | --- |",
      ...rows,
    ].join("\n"),
  );
});

function rowOf({ id, what }: { readonly id: string; readonly what: string }, outcome: Outcome): string {
  const { stallMs, busyMs, beforeBytes, peakBytes, nowBytes, heldBytes, deadLetters, served, failed } =
    outcome;
  const grown = (bytes: number) => `${((bytes - beforeBytes) / mebibyte).toFixed(0)} MiB`;
  const others = `${served} served, ${failed} failed`;
  return `| ${[id, what, `${stallMs.toFixed(0)} ms`, `${busyMs.toFixed(0)} ms`, grown(peakBytes), grown(nowBytes), grown(beforeBytes + heldBytes), deadLetters, others].join(" | ")} |`;
}

for (const attack of [...floods, ...attacks]) {
  test(`${attack.id}: ${attack.what}: the member lives, nothing gets through, others are served`, async () => {
    const outcome = await rig.suffer(attack.run);
    rows.push(rowOf(attack, outcome));
    expect(outcome).toMatchObject({ isAlive: true, failed: 0, strayErrors: 0, sessions: 1, endpoints: 1 });
    expect(outcome.collected).toEqual([]);
    expect(outcome.log).not.toMatch(/^\{"level":"error","forged"/m);
    // What other programs take of the processor is no stall of ours.
    expect(outcome.busyMs).toBeLessThan(mostBusyMs);
    expect(outcome.peakBytes - outcome.beforeBytes).toBeLessThan(64 * mebibyte);
    if (attack.deadLetters !== undefined) expect(outcome.deadLetters).toBe(attack.deadLetters);
    // What V8 keeps for later comes and goes by tens of megabytes; what lives is exact.
    expect(outcome.heldBytes).toBeLessThan(4 * mebibyte);
  }, 60_000);
}
