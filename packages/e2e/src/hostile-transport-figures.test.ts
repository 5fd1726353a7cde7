import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { attacks } from "./hostile-transport-attacks.ts";
import { type Attack, floods, tlsFloods } from "./hostile-transport-floods.ts";
import { HostileRig, type Outcome } from "./hostile-transport-rig.ts";
import { TestAuthority } from "./test-authority.ts";
import type { TextMemberOptions } from "./text-member.ts";

const mebibyte = 1024 * 1024;
const isNightly = process.env["TS_GRAIN_NIGHTLY"] === "true";
/** The promise is 200 ms; a machine that others work on too counts a collection of garbage at several times its cost. */
const mostBusyMs = isNightly ? 200 : 1_000;
/** The same of what honest members wait: 500 ms. The attackers, and the honest one, work on the same machine. */
const mostWaitMs = isNightly ? 500 : 2_000;
/** How much a member's resident memory may grow, without V8's young generation. */
const mostMebibytes = 64;
const rows: string[] = [];

afterAll(() => {
  console.log(
    [
      "| case | what | loop stall | of it computing | memory at most | memory after | of it live | dead letters | refused | others |",
      "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |",
      ...rows,
    ].join("\n"),
  );
});

function rowOf({ id, what }: { readonly id: string; readonly what: string }, outcome: Outcome): string {
  const { stallMs, busyMs, beforeBytes, peakBytes, nowBytes, heldBytes, served, failed } = outcome;
  const { deadLetters, refused, p99Ms } = outcome;
  const grown = (bytes: number) => `${Math.round((bytes - beforeBytes) / mebibyte) || 0} MiB`;
  const others = `${served} served, ${failed} failed, p99 ${p99Ms.toFixed(0)} ms`;
  return `| ${[id, what, `${stallMs.toFixed(0)} ms`, `${busyMs.toFixed(0)} ms`, grown(peakBytes), grown(nowBytes), grown(beforeBytes + heldBytes), deadLetters, refused, others].join(" | ")} |`;
}

async function expectHarmless(rig: HostileRig, attack: Attack): Promise<void> {
  const outcome = await rig.suffer(attack.run);
  rows.push(rowOf(attack, outcome));
  expect(outcome).toMatchObject({ isAlive: true, failed: 0, strayErrors: 0, sessions: 1, endpoints: 1 });
  expect(outcome.collected).toEqual([]);
  expect(outcome.headers).toEqual(attack.headers ?? []);
  // Each line is one of ours, and not a long one.
  for (const line of outcome.log.split("\n").filter((line) => line !== "")) {
    expect(JSON.parse(line)).toEqual(expect.objectContaining({ level: expect.any(String) }));
    expect(line).not.toContain('"forged":true');
    expect(line.length).toBeLessThan(8_000);
  }
  // What other programs take of the processor is no stall of ours.
  expect(outcome.busyMs).toBeLessThan(mostBusyMs);
  expect(outcome.p99Ms).toBeLessThan(mostWaitMs);
  expect(outcome.peakBytes - outcome.beforeBytes).toBeLessThan(
    (attack.mostMebibytes ?? mostMebibytes) * mebibyte,
  );
  if (attack.deadLetters !== undefined) expect(outcome.deadLetters).toBe(attack.deadLetters);
  expect(outcome.refused).toBeGreaterThanOrEqual(Math.max(attack.refused ?? 0, outcome.ended));
  // What V8 keeps for later comes and goes by tens of megabytes; what lives is exact.
  expect(outcome.heldBytes).toBeLessThan(4 * mebibyte);
}

function describeAttacks(name: string, attacks: readonly Attack[], options: () => TextMemberOptions): void {
  describe(name, () => {
    let rig: HostileRig;
    beforeAll(async () => {
      rig = await HostileRig.start(options());
    }, 60_000);
    afterAll(() => rig[Symbol.asyncDispose]());
    for (const attack of attacks) {
      const { id, what, timeoutMs: timeout = 60_000 } = attack;
      test(`${id}: ${what}: the member lives, nothing gets through, others are served`, { timeout }, () =>
        expectHarmless(rig, attack),
      );
    }
  });
}

describeAttacks("in plain text", [...floods, ...attacks], () => ({}));
if (isNightly)
  describeAttacks("over TLS", tlsFloods, () => {
    using authority = new TestAuthority();
    return { tls: authority.issue({ names: ["IP:127.0.0.1"] }) };
  });
