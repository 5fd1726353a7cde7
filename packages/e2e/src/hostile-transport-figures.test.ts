import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { attacks } from "./hostile-transport-attacks.ts";
import { type Attack, floods, tlsFloods } from "./hostile-transport-floods.ts";
import { borne, Judge, promised } from "./hostile-transport-judge.ts";
import { HostileRig, type Outcome } from "./hostile-transport-rig.ts";
import { TestAuthority } from "./test-authority.ts";
import type { TextMemberOptions } from "./text-member.ts";

const mebibyte = 1024 * 1024;
const isNightly = process.env["TS_GRAIN_NIGHTLY"] === "true";
const rows: string[] = [];

afterAll(() => {
  console.log(
    [
      "| case | what | loop stall | of it its own | of it computing | memory at most | memory after | of it live | dead letters | refused | others |",
      "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |",
      ...rows,
    ].join("\n"),
  );
});

function rowOf({ id, what }: { readonly id: string; readonly what: string }, outcome: Outcome): string {
  const { stallMs, ownStallMs, busyMs, beforeBytes, peakBytes, nowBytes } = outcome;
  const { liveBeforeBytes, liveNowBytes, deadLetters, refused, served, failed, p99Ms, greetedMs } = outcome;
  const inMs = (ms: number) => `${ms.toFixed(0)} ms`;
  const grown = (from: number, to: number) => `${Math.round((to - from) / mebibyte) || 0} MiB`;
  const others = `${served} served, ${failed} failed, p99 ${inMs(p99Ms)}, greeted in ${inMs(greetedMs)}`;
  const times = [stallMs, ownStallMs, busyMs].map(inMs);
  const memory = [
    grown(beforeBytes, peakBytes),
    grown(beforeBytes, nowBytes),
    grown(liveBeforeBytes, liveNowBytes),
  ];
  const cells = [id, what, ...times, ...memory, deadLetters, refused, others];
  return `| ${cells.join(" | ")} |`;
}

async function expectHarmless(rig: HostileRig, { attack, judge }: Trial): Promise<void> {
  const outcome = await rig.suffer(attack.run);
  rows.push(rowOf(attack, outcome));
  expect(judge.complaints(attack, outcome), rowOf(attack, outcome)).toEqual([]);
  expect(outcome.headers).toEqual(attack.headers ?? []);
  // Each line is one of ours, and not a long one.
  for (const line of outcome.log.split("\n").filter((line) => line !== "")) {
    expect(JSON.parse(line)).toEqual(expect.objectContaining({ level: expect.any(String) }));
    expect(line).not.toContain('"forged":true');
    expect(line.length).toBeLessThan(8_000);
  }
}

interface Trial {
  readonly attack: Attack;
  readonly judge: Judge;
}

function describeAttacks(name: string, attacks: readonly Attack[], options: () => TextMemberOptions): void {
  describe(name, () => {
    const judge = new Judge(isNightly ? promised : borne);
    let rig: HostileRig;
    beforeAll(async () => {
      rig = await HostileRig.start(options());
    }, 60_000);
    afterAll(() => rig[Symbol.asyncDispose]());
    for (const attack of attacks) {
      const { id, what, timeoutMs: timeout = 60_000 } = attack;
      test(`${id}: ${what}: the member lives, nothing gets through, others are served`, { timeout }, () =>
        expectHarmless(rig, { attack, judge }),
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
