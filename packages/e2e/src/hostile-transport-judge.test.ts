import { expect, test } from "vitest";
import { Judge, promised } from "./hostile-transport-judge.ts";
import type { Outcome } from "./hostile-transport-rig.ts";

const mebibyte = 1024 * 1024;
const attack = { id: "H0", what: "a case", refused: 3, deadLetters: 2, run: async () => {} };
const harmless: Outcome = {
  stallMs: 900,
  ownStallMs: 200,
  busyMs: 200,
  beforeBytes: 100 * mebibyte,
  peakBytes: 150 * mebibyte,
  nowBytes: 145 * mebibyte,
  liveBeforeBytes: 20 * mebibyte,
  liveNowBytes: 23 * mebibyte,
  strayErrors: 0,
  deadLetters: 2,
  refused: 3,
  sessions: 1,
  endpoints: 1,
  collected: [],
  headers: [],
  isAlive: true,
  log: "",
  served: 10,
  failed: 0,
  p99Ms: 500,
  greetedMs: 1_000,
  ended: 3,
};

test("what keeps the promise is not complained of, however long other programs had the processor", () => {
  expect(new Judge(promised).complaints(attack, harmless)).toEqual([]);
});

test.for<readonly [string, Partial<Outcome>]>([
  ["the process has ended", { isAlive: false }],
  ["errors that reached the process: 1, at most 0", { strayErrors: 1 }],
  ["failed requests of the honest member: 1, at most 0", { failed: 1 }],
  ["sessions: 2 instead of 1", { sessions: 2 }],
  ["endpoints: 0 instead of 1", { endpoints: 0 }],
  ["messages that got through: 1, at most 0", { collected: ["reached"] }],
  ["a stall of its own: 200.5 ms, at most 200", { ownStallMs: 200.5 }],
  ["computing: 201 ms, at most 200", { busyMs: 201 }],
  ["the 99th of 100 requests: 501 ms, at most 500", { p99Ms: 501 }],
  ["a newcomer's greeting: 1001 ms, at most 1000", { greetedMs: 1_001 }],
  ["memory at most: 65 MiB, at most 64", { peakBytes: 165 * mebibyte }],
  ["memory that lives: 5 MiB, at most 4", { liveNowBytes: 25 * mebibyte }],
  ["dead letters: 1 instead of 2", { deadLetters: 1 }],
  ["refused: 2, at least 3 were to be", { refused: 2 }],
  ["refused: 3, at least 4 were to be", { ended: 4 }],
])("it is told with the case and its figures: %s", ([complaint, change]) => {
  const complaints = new Judge(promised).complaints(attack, { ...harmless, ...change });
  expect(complaints).toEqual([`H0, a case: ${complaint}`]);
});

test("a case that may take less memory than others is told of when it takes more", () => {
  const complaints = new Judge(promised).complaints({ ...attack, mostMebibytes: 32 }, harmless);
  expect(complaints).toEqual(["H0, a case: memory at most: 50 MiB, at most 32"]);
});

test("what each case takes a little of, all take together", () => {
  const judge = new Judge(promised);
  const later = (mebibytes: number): Outcome => ({
    ...harmless,
    beforeBytes: (100 + mebibytes) * mebibyte,
    peakBytes: (115 + mebibytes) * mebibyte,
    nowBytes: (115 + mebibytes) * mebibyte,
    liveBeforeBytes: (20 + mebibytes / 20) * mebibyte,
    liveNowBytes: (21 + mebibytes / 20) * mebibyte,
  });
  expect([0, 20, 40].flatMap((mebibytes) => judge.complaints(attack, later(mebibytes)))).toEqual([]);
  expect(judge.complaints(attack, later(114))).toEqual([
    "H0, a case: memory at most, of all cases so far: 129 MiB, at most 128",
    "H0, a case: memory that lives, of all cases so far: 6.7 MiB, at most 4",
  ]);
  expect(
    judge.complaints(attack, { ...later(40), liveNowBytes: 25 * mebibyte, liveBeforeBytes: 24 * mebibyte }),
  ).toEqual(["H0, a case: memory that lives, of all cases so far: 5 MiB, at most 4"]);
});
