import { PID } from "@ts-grain/actor";
import { VirtualClock } from "@ts-grain/actor/testing";
import { beforeEach, expect, test } from "vitest";
import { NumberedTerminated } from "../wire/numbered.ts";
import type { LinkPeer } from "./endpoint-link.ts";
import { type OwedAnswer, OwedAnswers } from "./owed-answers.ts";

/** What was done to the endpoint, in order. */
let done: string[];
/** Messages that were ever packed. */
let packed: number;
let clock: VirtualClock;
let answers: OwedAnswers;

beforeEach(() => {
  done = [];
  packed = 0;
  clock = new VirtualClock();
  answers = new OwedAnswers(clock, 0, {
    want: () => done.push("want"),
    pack: ({ watcher }) => {
      done.push(`pack ${watcher.id}`);
      return ++packed;
    },
    unpack: () => done.push("unpack"),
    ask: () => done.push("ask"),
    untold: (systemId) => done.push(`untold ${systemId}`),
  });
});

function peer(memberId: string, isTsGrain = false): LinkPeer {
  return { memberId, isTsGrain, features: new Set() };
}

function owed(id: string, systemId = "go"): OwedAnswer {
  const watcher = new PID("go:1", id);
  return { watcher, answer: new NumberedTerminated(new PID("here:1", "x"), "stopped", 0), systemId };
}

/** What was done since this was asked before. */
function news(): readonly string[] {
  return done.splice(0);
}

/** Go is connected, and answers `names` were packed for it. */
function packedForGo(...names: readonly string[]): void {
  answers.opened(peer("go"));
  for (const name of names) answers.owe(owed(name));
  news();
}

test("a Go peer is asked once for all that left before, and again for what left since", () => {
  packedForGo("a", "b", "c");
  answers.left(1);
  answers.left(2);
  expect(news()).toEqual(["ask"]);
  answers.left(3);
  expect(news()).toEqual([]);
  // It has read the first only.
  answers.read();
  expect(news()).toEqual(["ask"]);
  answers.read();
  expect([news(), answers.isEmpty]).toEqual([[], true]);
});

test("what has left and was not said to be read is in doubt, with all behind it, and what has not left is not", async () => {
  packedForGo("a");
  answers.broke();
  await clock.advance(60_000);
  expect([news(), answers.isEmpty]).toEqual([[], false]);
  answers.opened(peer("go"));
  answers.owe(owed("b"));
  answers.left(1);
  expect(news()).toEqual(["pack b", "ask"]);
  answers.broke();
  expect([news(), answers.isEmpty]).toEqual([["unpack"], true]);
  await clock.advance(1_000);
  expect(news()).toEqual(["untold go"]);
});

test("who has told its watchers itself is in no doubt any more", async () => {
  packedForGo("a");
  answers.left(1);
  answers.broke();
  answers.forget("go");
  await clock.advance(60_000);
  expect(news()).toEqual(["ask", "unpack"]);
});

test("what is packed for who has told its watchers itself is taken out, and what is for others stays", () => {
  packedForGo("a");
  answers.owe(owed("other", "stray"));
  answers.forget("go");
  expect([news(), answers.isEmpty]).toEqual([["unpack"], false]);
  answers.forget("stray");
  expect([news(), answers.isEmpty]).toEqual([[], true]);
});

test.for([
  ["unreachable", ["untold go"]],
  ["refused", ["untold go"]],
  ["replaced", ["untold go"]],
  ["left", []],
  ["said_goodbye", []],
  ["one_way", []],
  ["stopped", []],
] as const)(
  "what a peer that is given up as %s may not have read makes it untold: %o",
  async ([reason, untold]) => {
    packedForGo("a");
    answers.left(1);
    news();
    expect(answers.ended(reason)).toEqual([]);
    expect(news()).toEqual(untold);
    await clock.advance(60_000);
    expect(news()).toEqual([]);
  },
);

test("a doubt is settled at once when the address is given up", async () => {
  packedForGo("a");
  answers.left(1);
  answers.broke();
  news();
  answers.ended("unreachable");
  expect(news()).toEqual(["untold go"]);
  await clock.advance(60_000);
  expect(news()).toEqual([]);
});

test("what a peer of ts-grain was sent is forgotten, as it asks again, and what has not left leaves with the next connection", () => {
  answers.opened(peer("go", true));
  for (const name of ["a", "b"]) answers.owe(owed(name));
  answers.left(1);
  answers.broke();
  answers.opened(peer("go", true));
  answers.left(2);
  expect([news(), answers.isEmpty]).toEqual([["pack a", "pack b"], true]);
});

test("an answer for a system that is not there waits ten seconds of a connection, and goes to whoever turns out to have the address", async () => {
  answers.owe(owed("a", "late"));
  answers.opened(peer("go"));
  await clock.advance(9_000);
  answers.broke();
  await clock.advance(60_000);
  expect(news()).toEqual(["want"]);
  answers.opened(peer("go"));
  await clock.advance(9_000);
  expect(answers.ended("replaced")).toEqual([owed("a", "late")]);
  await clock.advance(60_000);
  expect([news(), answers.isEmpty]).toEqual([[], true]);
});

test("there is room for a few thousand", () => {
  for (let n = 0; n < 4_095; n++) answers.owe(owed(`w${n}`));
  expect(answers.isFull).toBe(false);
  answers.owe(owed("last"));
  expect(answers.isFull).toBe(true);
});
