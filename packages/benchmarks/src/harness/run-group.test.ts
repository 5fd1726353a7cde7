import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type Outcome, runGroup, turnsOf } from "./run-group.ts";
import type { ReadySubject } from "./subject.ts";

/** A subject that runs a script of its own. */
function subject(
  name: string,
  options: { readonly script?: string; readonly cannot?: string } = {},
): ReadySubject {
  const { script = "", cannot } = options;
  const prepared = {
    state: "ready" as const,
    version: "1.0",
    command: (workload: string, effort: string) => [process.execPath, "-e", script, workload, effort],
  };
  return {
    name,
    cores: "one",
    cannot: new Map(cannot === undefined ? [] : [[cannot, "no"]]),
    prepare: () => Promise.resolve(prepared),
    prepared,
  };
}

async function outcomeOf(only: ReadySubject): Promise<Outcome | undefined> {
  const outcomes = runGroup({
    workloads: ["W1a"],
    subjects: [only],
    rounds: 1,
    effort: "quick",
    pinning: { about: "", pin: (command) => command },
  });
  for await (const outcome of outcomes) return outcome;
  return undefined;
}

test("every subject has a turn at a workload before the next one comes, and another one begins each round", () => {
  const turns = turnsOf({ workloads: ["W1", "W2"], subjects: [subject("a"), subject("b")], rounds: 2 });
  expect(turns.map((turn) => `${turn.round} ${turn.workload} ${turn.subject.name}`)).toEqual([
    "1 W1 a",
    "1 W1 b",
    "1 W2 a",
    "1 W2 b",
    "2 W1 b",
    "2 W1 a",
    "2 W2 b",
    "2 W2 a",
  ]);
});

test("a subject has no turn at what it cannot do", () => {
  const turns = turnsOf({ workloads: ["W1", "W2"], subjects: [subject("a", { cannot: "W1" })], rounds: 1 });
  expect(turns.map(({ workload }) => workload)).toEqual(["W2"]);
});

test("what a subject prints is its figures", async () => {
  const script = `console.log(JSON.stringify([{ unit: "ms", value: process.argv.slice(1).join().length }]))`;
  expect(await outcomeOf(subject("a", { script }))).toMatchObject({
    state: "measured",
    samples: [{ unit: "ms", value: "W1a,quick".length }],
  });
});

test("what a subject logs before its figures is passed over", async () => {
  const script = `console.log("more dead letters"); console.log(JSON.stringify([{ unit: "ms", value: 1 }]))`;
  expect(await outcomeOf(subject("a", { script }))).toMatchObject({ samples: [{ unit: "ms", value: 1 }] });
});

test("a subject that fails is reported with its own words", async () => {
  expect(
    await outcomeOf(subject("a", { script: `throw new Error("9 arrived instead of 10")` })),
  ).toMatchObject({ state: "failed", reason: expect.stringContaining("Error: 9 arrived instead of 10") });
});

test("what failed has one more turn in the end, and both outcomes are told", async () => {
  const marker = join(mkdtempSync(join(tmpdir(), "benchmarks-")), "ran");
  const once = `const { existsSync, writeFileSync } = require("node:fs");
    if (existsSync("${marker}")) console.log("[]"); else { writeFileSync("${marker}", ""); process.exit(1); }`;
  const outcomes = runGroup({
    workloads: ["W1a"],
    subjects: [subject("a", { script: once }), subject("b", { script: `console.log("[]")` })],
    rounds: 1,
    effort: "quick",
    pinning: { about: "", pin: (command) => command },
  });
  const told: string[] = [];
  for await (const { turn, state } of outcomes) told.push(`${turn.subject.name} ${state}`);
  expect(told).toEqual(["a failed", "b measured", "a measured"]);
});
