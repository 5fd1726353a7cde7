import { PID } from "@ts-grain/actor";
import { VirtualClock } from "@ts-grain/actor/testing";
import { beforeEach, expect, test } from "vitest";
import { NumberedTerminated } from "../wire/numbered.ts";
import type { LinkPeer } from "./endpoint-link.ts";
import { type OwedAnswer, OwedAnswers } from "./owed-answers.ts";
import type { WatchPair } from "./watch-table.ts";

/** What was done to the endpoint, in order. */
let done: string[];
/** Other messages that were packed. */
let packed: number;
let clock: VirtualClock;
let answers: OwedAnswers;

beforeEach(() => {
  done = [];
  packed = 0;
  clock = new VirtualClock();
  answers = new OwedAnswers(clock, 0, {
    want: () => done.push("want"),
    packed: () => packed,
    leaveSoon() {},
    send: (owed) => done.push(`send ${owed.map(({ watcher }) => watcher.id).join()}`),
    ask: () => done.push("ask"),
    hangUp() {
      done.push("hang up");
      answers.broke();
    },
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

function watchBy(id: string): WatchPair {
  return { watcher: new PID("go:1", id), watchee: new PID("here:1", "x") };
}

/** What was done since this was asked before. */
function news(): readonly string[] {
  return done.splice(0);
}

/** Go is connected, and was sent `names`. */
function sentToGo(...names: readonly string[]): void {
  answers.opened(peer("go"));
  for (const name of names) answers.owe(owed(name));
  answers.leave(packed);
  expect(news()).toEqual([`send ${names.join()}`, "ask"]);
}

test("an answer leaves behind what was packed before it, and with all others that may", () => {
  answers.opened(peer("go"));
  packed = 2;
  for (const name of ["a", "b"]) answers.owe(owed(name));
  packed = 3;
  answers.owe(owed("c"));
  answers.leave(1);
  expect(news()).toEqual([]);
  answers.leave(2);
  expect(news()).toEqual(["send a,b", "ask"]);
  answers.leave(3);
  expect(news()).toEqual(["send c"]);
});

test("a Go peer is asked about one thing at a time, and again for what was sent since", async () => {
  sentToGo("a");
  answers.owe(owed("b"));
  answers.leave(0);
  answers.owe(owed("c"));
  answers.leave(0);
  expect(news()).toEqual(["send b", "send c"]);
  answers.answered();
  expect(news()).toEqual(["ask"]);
  answers.answered();
  answers.answered();
  answers.broke();
  await clock.advance(60_000);
  expect(news()).toEqual([]);
});

test("what was sent and is not known to be read is in doubt, with what would have followed", async () => {
  sentToGo("a");
  packed = 1;
  answers.owe(owed("b"));
  answers.broke();
  answers.owe(owed("c"));
  answers.opened(peer("go"));
  answers.leave(1);
  expect(news()).toEqual(["want"]);
  await clock.advance(1_000);
  expect(news()).toEqual(["untold go"]);
  answers.owe(owed("d"));
  answers.leave(1);
  expect(news()).toEqual(["send d", "ask"]);
});

test("what a Go system takes back before it has left is not sent, and makes room", async () => {
  answers.opened(peer("go"));
  for (const name of ["a", "b"]) answers.owe(owed(name));
  answers.owe(owed("s", "stray"));
  answers.takenBack(watchBy("b"), "stray");
  answers.takenBack(watchBy("a"), "go");
  answers.takenBack(watchBy("missing"), "go");
  answers.takenBack(watchBy("s"), "stray");
  answers.leave(0);
  answers.takenBack(watchBy("b"), "go");
  answers.answered();
  answers.answered();
  answers.answered();
  expect([news(), answers.isWaiting, answers.isFullFor("go")]).toEqual([
    ["ask", "send b", "ask"],
    false,
    false,
  ]);
  await clock.advance(60_000);
  expect(news()).toEqual([]);
});

test("who watches and takes back again and again has the peer asked once in ten seconds, and is not untold", async () => {
  answers.opened(peer("go"));
  for (let n = 0; n < 100; n++) {
    answers.owe(owed("s", "stray"));
    answers.takenBack(watchBy("s"), "stray");
  }
  expect(news()).toEqual(["ask"]);
  await clock.advance(10_000);
  answers.owe(owed("s", "stray"));
  expect(news()).toEqual(["ask"]);
  answers.takenBack(watchBy("s"), "stray");
  answers.broke();
  answers.owe(owed("s", "stray"));
  answers.takenBack(watchBy("s"), "stray");
  expect(answers.ended("unreachable")).toEqual([]);
  await clock.advance(60_000);
  expect(news()).toEqual(["want"]);
});

test("what was taken back is owed to nobody when the address is given up", () => {
  answers.opened(peer("go"));
  for (const id of ["s", "t"]) answers.owe(owed(id, id));
  answers.takenBack(watchBy("s"), "s");
  expect([news(), answers.ended("unreachable"), news()]).toEqual([["ask", "ask"], [], ["untold t"]]);
});

test("what is owed for one watch of Go twice is sent once, and as soon as the first was due", () => {
  answers.opened(peer("go"));
  for (const name of ["a", "b"]) answers.owe(owed(name));
  packed = 1;
  answers.owe(owed("a"));
  for (let n = 0; n < 2; n++) answers.owe(owed("s", "stray"));
  answers.leave(0);
  answers.opened(peer("stray"));
  answers.leave(1);
  expect(news().filter((line) => line.startsWith("send"))).toEqual(["send a,b", "send s"]);
});

test("what was asked over a connection that broke is not answered by the next one", async () => {
  sentToGo("a");
  answers.broke();
  await clock.advance(1_000);
  answers.opened(peer("go"));
  answers.owe(owed("b"));
  answers.leave(0);
  answers.answered();
  answers.broke();
  await clock.advance(60_000);
  expect(news()).toEqual(["untold go", "send b", "ask"]);
});

test("what has not left when the connection breaks leaves with the next one, and is in no doubt", async () => {
  answers.opened(peer("go"));
  packed = 1;
  answers.owe(owed("a"));
  answers.broke();
  answers.owe(owed("b"));
  answers.opened(peer("go"));
  answers.leave(1);
  expect(news()).toEqual(["want", "send a,b", "ask"]);
  answers.answered();
  answers.broke();
  await clock.advance(60_000);
  expect(news()).toEqual([]);
});

test("who has told its watchers itself is in no doubt any more, and is sent nothing that was for them", async () => {
  sentToGo("a");
  answers.broke();
  answers.forget("go");
  answers.opened(peer("go"));
  answers.owe(owed("b"));
  answers.owe(owed("other", "stray"));
  answers.forget("go");
  answers.leave(0);
  expect(news()).toEqual(["ask"]);
  answers.forget("stray");
  await clock.advance(60_000);
  expect([news(), clock.scheduled]).toEqual([[], 0]);
});

test("what was sent before somebody told its watchers itself counts for nothing later", () => {
  sentToGo("a", "b");
  answers.forget("go");
  answers.owe(owed("c"));
  answers.leave(0);
  expect(news()).toEqual(["send c", "ask"]);
  // To the first question.
  answers.answered();
  answers.broke();
  expect(clock.scheduled).toBe(1);
});

test.for([
  ["unreachable", ["untold go", "untold stray"], []],
  ["refused", ["untold go", "untold stray"], []],
  ["replaced", ["untold go"], ["s"]],
  ["left", [], ["s"]],
  ["said_goodbye", [], ["s"]],
  ["one_way", [], ["s"]],
  ["stopped", [], []],
] as const)(
  "when a peer is given up as %s, these are untold: %o, and these owed to others: %o",
  async ([reason, untold, others]) => {
    sentToGo("a");
    answers.owe(owed("s", "stray"));
    news();
    expect(answers.ended(reason).map(({ watcher }) => watcher.id)).toEqual(others);
    expect([news(), clock.scheduled]).toEqual([untold, 0]);
  },
);

test.for(["sent", "queued", "in doubt"] as const)(
  "what is %s for a peer whose address is given up makes it untold",
  (how) => {
    answers.opened(peer("go"));
    packed = how === "queued" ? 1 : 0;
    answers.owe(owed("a"));
    answers.leave(0);
    if (how === "in doubt") answers.broke();
    news();
    answers.ended("unreachable");
    expect([news(), clock.scheduled]).toEqual([["untold go"], 0]);
  },
);

test("a peer of ts-grain is not asked, as it asks again itself", async () => {
  answers.opened(peer("go", true));
  answers.owe(owed("a"));
  answers.leave(0);
  answers.broke();
  answers.ended("unreachable");
  expect([news(), clock.scheduled]).toEqual([["send a"], 0]);
});

test("an answer for a system that is not there waits ten seconds in which who is there shows that it lives", async () => {
  answers.opened(peer("go"));
  answers.owe(owed("one", "first stray"));
  await clock.advance(9_000);
  answers.answered();
  answers.owe(owed("two", "second stray"));
  expect(news()).toEqual(["ask", "ask"]);
  await clock.advance(1_000);
  expect(news()).toEqual(["untold first stray"]);
  answers.answered();
  await clock.advance(9_000);
  expect([news(), clock.scheduled]).toEqual([["untold second stray"], 0]);
});

test("where who is there does not show that it lives, its connection is taken for broken, and whoever answers then is told", async () => {
  answers.opened(peer("go"));
  answers.owe(owed("a", "late"));
  await clock.advance(10_000);
  expect(news()).toEqual(["ask", "hang up"]);
  expect(answers.ended("replaced")).toEqual([owed("a", "late")]);
  expect(clock.scheduled).toBe(0);
});

test("who answers a greeting lives, so that others wait ten seconds more", async () => {
  answers.owe(owed("a", "late"));
  answers.opened(peer("go"));
  await clock.advance(9_000);
  answers.broke();
  await clock.advance(60_000);
  expect(news()).toEqual(["want"]);
  answers.opened(peer("go"));
  await clock.advance(10_000);
  expect(news()).toEqual(["untold late"]);
});

test("what waits for the one that has the address leaves once that has answered", () => {
  for (const name of ["a", "b"]) answers.owe(owed(name));
  answers.opened(peer("go", true));
  answers.leave(0);
  expect(news()).toEqual(["want", "want", "send a,b"]);
});

test("each system has room of its own, for a few thousand answers or fewer with long names", () => {
  answers.opened(peer("go"));
  const fill = (systemId: string, length: number): number => {
    let count = 0;
    for (; !answers.isFullFor(systemId); count++)
      answers.owe(owed(String(count).padStart(length, "w"), systemId));
    return count;
  };
  expect([fill("go", 4), fill("stray", 4), fill("other", 1_000)]).toEqual([3_943, 3_943, 465]);
  for (const systemId of ["go", "stray"]) {
    answers.takenBack(watchBy("www0"), systemId);
    expect(answers.isFullFor(systemId)).toBe(false);
    for (let n = 0; n < 2; n++) answers.owe(owed("www0", systemId));
    answers.takenBack(watchBy("www0"), systemId);
    expect(answers.isFullFor(systemId)).toBe(false);
    answers.owe(owed("www0", systemId));
  }
  answers.leave(0);
  expect(answers.isFullFor("go")).toBe(true);
  for (let n = 0; n < 3; n++) answers.answered();
  expect([answers.isFullFor("go"), answers.isFullFor("stray")]).toEqual([false, true]);
});
