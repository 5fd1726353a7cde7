import { describe, expect, test } from "vitest";
import { accountFor, summarizeAccount } from "../src/checks/accounting.ts";
import { checkReported } from "../src/checks/duplicates.ts";
import { figuresOf } from "../src/checks/figures.ts";
import { findLateStarts } from "../src/checks/late-starts.ts";
import { brokenPromises } from "../src/checks/promises.ts";
import { checkNoFailure, checkRecovery, outages, servedBy } from "../src/checks/service.ts";
import { checkNeverTwice } from "../src/checks/single-activation.ts";
import { findDisagreements } from "../src/checks/views.ts";
import {
  activated,
  called,
  deactivated,
  ended,
  fault,
  finished,
  handedOver,
  type Line,
  linkFault,
  reportedTwice,
  returned,
  seen,
  started,
  tell,
  told,
} from "./told-history.ts";

/** A call that goes well. */
const fine = (atMs: number, sequence: number, process = "m1"): readonly Line[] => [
  called(atMs, sequence),
  started(atMs + 1, process, sequence),
  finished(atMs + 2, process, sequence),
  returned(atMs + 3, sequence, "ok", process),
];

const both = [seen(0, "m1", "a", "b"), seen(0, "m2", "b", "a")] as const;
/** A call of which nobody knows anything, which began at 0. */
const lost = [called(0, 0), returned(1_000, 0, "outcome_unknown")] as const;
/** The grain is in m1, and has been for long. */
const atM1 = [activated(-60_000, "m1")] as const;
const cameBack = (atMs: number, process: string): Line => [atMs, process, { event: "came_back", id: "a.1" }];
const stall = (atMs: number, process: string, forMs: number): Line => [
  atMs,
  process,
  { event: "stalled", forMs },
];

describe("good histories break no promise", () => {
  const good: Readonly<Record<string, readonly Line[]>> = {
    "nothing happens": [],
    "calls one after the other": [...fine(0, 0), ...fine(10, 1)],
    "a call times out and had been handled": [
      called(0, 0),
      started(1, "m1", 0),
      returned(1_050, 0, "outcome_unknown"),
    ],
    "a call is not delivered": [called(0, 0), returned(10, 0, "not_delivered")],
    "calls get lost between others": [...fine(0, 0), ...fine(20, 2)],
    "a call is late since its process stood still": [
      called(0, 0),
      started(1, "m1", 0),
      stall(1_490, "c1", 400),
      returned(1_490, 0, "outcome_unknown"),
    ],
    "a member that stood still handles what it was sent before, after its successor": [
      ...both,
      activated(1, "m1"),
      called(2, 0),
      seen(10, "m2", "b"),
      activated(11, "m2"),
      ...fine(12, 1, "m2"),
      returned(1_002, 0, "outcome_unknown"),
      started(1_010, "m1", 0),
      deactivated(1_011, "m1"),
      seen(1_012, "m1", "b"),
    ],
    "a member that was parted starts calls in its own activation, and the others' lives on": [
      ...both,
      activated(1, "m1"),
      ...fine(2, 0),
      seen(10, "m2", "b"),
      activated(11, "m2"),
      ...fine(12, 1, "m2"),
      deactivated(20, "m2"),
      seen(21, "m2", "b", "a"),
      ...fine(22, 2),
    ],
    "a call is lost with a member that is let go meanwhile": [
      ...atM1,
      seen(-5, "m1"),
      ...lost,
      seen(200, "m1", "a.1", "b"),
      cameBack(210, "m1"),
    ],
    "a call is lost with a process that died meanwhile": [...lost, ended(900, "m1")],
    "a call comes too late to the successor of a process whose death the others see only now": [
      seen(-6_000, "m2", "a", "b"),
      ended(-4_000, "m1"),
      ...lost,
      seen(990, "m2", "b"),
    ],
    "a call is lost while a process stands still": [
      ...lost,
      fault(-5_000, "from now", "m1"),
      fault(10, "until now", "m1"),
    ],
    "a call is lost in a link that was broken just now": [...lost, fault(-10, "now")],
    "a call is lost in links that are never mended": [...lost, fault(-9_000, "from now")],
    "a call waits behind another until its time is over": [
      called(-5, 7),
      started(-1, "m1", 7),
      ...lost,
      finished(1_200, "m1", 7),
      returned(990, 7, "outcome_unknown"),
    ],
    "a call waits for a grain that comes to life until its time is over": [
      [10, "m1", { event: "activating", identity: "lamp", activation: "m1/1" }],
      ...lost,
      activated(2_000, "m1"),
    ],
    "a call is lost while a process gets next to no time": [
      ...lost,
      stall(400, "m1", 300),
      stall(800, "m1", 300),
    ],
    "a call is lost while the process of its grain stands still": [
      ...atM1,
      ...lost,
      fault(-5_000, "from now", "m1"),
      fault(10, "until now", "m1"),
    ],
    "a call is lost while its caller stands still": [
      ...atM1,
      ...lost,
      fault(100, "from now", "c1"),
      fault(800, "until now", "c1"),
    ],
    "a call is lost in the link to the process of its grain": [
      ...atM1,
      ...lost,
      linkFault(-9, "now", "m1", "c1"),
    ],
    "a call is lost at a process that cannot reach the store and has been let go": [
      ...atM1,
      ...lost,
      linkFault(-15_000, "from now", "m1", "store"),
    ],
    "a call is lost where its grain was until just now, in a process that stood still": [
      ...atM1,
      deactivated(-900, "m1"),
      activated(-800, "m2"),
      fault(-9_000, "from now", "m1"),
      fault(-950, "until now", "m1"),
      ...lost,
    ],
    "a call is lost with a process that the caller has not seen to be dead, as the new owner has": [
      ...atM1,
      ended(-4_000, "m1"),
      seen(-2_500, "m2", "b"),
      activated(-2_400, "m2"),
      ...lost,
      seen(300, "c1", "b"),
    ],
    "a call is lost while its grain moves to a process that stands still": [
      ...atM1,
      deactivated(300, "m1"),
      fault(200, "from now", "m2"),
      ...lost,
      fault(2_000, "until now", "m2"),
    ],
    "a call is lost in a link between members, before its grain is active anywhere": [
      ...lost,
      linkFault(-9_000, "from now", "m1", "m2"),
    ],
    "a call is lost while the process of its grain gets next to no time": [
      ...atM1,
      ...lost,
      stall(800, "m1", 600),
    ],
    "who called dies, and hears nothing": [called(0, 0), ended(500, "c1")],
    "a one-way call is handed over and handled": [
      told(0, 0),
      handedOver(1, 0),
      started(2, "m1", 0),
      finished(3, "m1", 0),
    ],
    "a one-way call is not delivered": [told(0, 0), handedOver(1_000, 0, "not_delivered")],
    "a one-way call is handed over, and its caller logs that it was given up": [
      told(0, 0),
      handedOver(1, 0),
      [900, "c1", { event: "given_up", outcome: "no_member" }],
    ],
    "a one-way call is lost with a process that died": [told(0, 0), handedOver(1, 0), ended(2, "m1")],
    "an identity moves": [...both, activated(1, "m1"), deactivated(2, "m1"), activated(3, "m2")],
    "an identity's process is killed before it is activated elsewhere": [
      ...both,
      activated(1, "m1"),
      ended(2, "m1"),
      activated(3, "m2"),
    ],
    "an identity is active twice while members disagree, and shortly after": [
      ...both,
      activated(1, "m1"),
      seen(10, "m2", "b"),
      activated(11, "m2"),
      seen(30_000, "m1", "b"),
      reportedTwice(33_000, "m2"),
      deactivated(34_000, "m1"),
    ],
    "an identity is active twice over disagreements that follow each other": [
      ...both,
      activated(1, "m1"),
      seen(10, "m2", "b"),
      activated(11, "m2"),
      seen(1_000, "m1", "b"),
      seen(3_000, "m1", "b", "c"),
      seen(9_000, "m2", "b", "c"),
      deactivated(12_000, "m1"),
    ],
  };
  test.each(Object.entries(good))("%s", (_name, lines) => {
    expect(brokenPromises(tell(...lines))).toEqual([]);
  });
});

describe("bad histories are told by the promise that they break", () => {
  const bad: readonly (readonly [name: string, says: RegExp, lines: readonly Line[]])[] = [
    ["a call starts two handlers", /^at most once: call-0 started 2/, [...fine(0, 0), started(9, "m2", 0)]],
    [
      "a call starts two handlers of one activation",
      /^at most once: call-0 started 2/,
      [...fine(0, 0), started(9, "m1", 0), finished(10, "m1", 0)],
    ],
    [
      "a call starts a handler again after a time-out",
      /^at most once: call-0/,
      [called(0, 0), started(1, "m1", 0), returned(1_001, 0, "outcome_unknown"), started(1_002, "m2", 0)],
    ],
    ["a handler starts for what nobody sent", /^at most once: call-7 was never sent/, [started(1, "m1", 7)]],
    ["a call never settles", /^settlement: call-0 never settled/, [called(0, 0)]],
    ["a call settles twice", /^settlement: call-0 settled 2 times/, [...fine(0, 0), returned(9, 0)]],
    [
      "a call settles too late",
      /^settlement: call-0 settled after 1101 ms/,
      [called(0, 0), started(1, "m1", 0), returned(1_101, 0, "outcome_unknown")],
    ],
    [
      "a call is late, and it is another process that stood still",
      /^settlement: call-0 settled after/,
      [called(0, 0), started(1, "m1", 0), stall(1_490, "m1", 400), returned(1_490, 0, "outcome_unknown")],
    ],
    [
      "a call is late by more than its process stood still",
      /^settlement: call-0 settled after/,
      [called(0, 0), started(1, "m1", 0), stall(1_490, "c1", 200), returned(1_490, 0, "outcome_unknown")],
    ],
    [
      "a call succeeds without a handler",
      /^settlement: call-0 is ok, and no handler/,
      [called(0, 0), returned(1, 0)],
    ],
    ...["not_delivered", "overloaded", "no_member"].map(
      (outcome) =>
        [
          `a call is ${outcome} and was handled`,
          new RegExp(`^settlement: call-0 is ${outcome}`),
          [called(0, 0), started(1, "m1", 0), finished(2, "m1", 0), returned(3, 0, outcome)],
        ] as const,
    ),
    [
      "a call gets lost, and nothing has happened",
      /^accounting: call-0 to lamp at 0 ended as outcome_unknown/,
      lost,
    ],
    [
      "a call gets lost, and it is another member that was let go",
      /^accounting: call-0/,
      [...atM1, seen(-5, "m2"), ...lost, cameBack(210, "m2")],
    ],
    [
      "a call gets lost once its grain's member has come back",
      /^accounting: call-0/,
      [...atM1, seen(-500, "m1"), cameBack(-10, "m1"), ...lost],
    ],
    [
      "a call fails without a handler, and nothing has happened",
      /^accounting: call-0 to lamp at 0 ended as internal/,
      [called(0, 0), returned(5, 0, "internal")],
    ],
    [
      "a call gets lost, and a process had ended in order",
      /^accounting: call-0/,
      [...lost, ended(500, "m1", 0)],
    ],
    ["a call gets lost long after a process has died", /^accounting: call-0/, [ended(-1_500, "m1"), ...lost]],
    [
      "a call gets lost when the others have seen long ago that a process died",
      /^accounting: call-0/,
      [ended(-4_000, "m1"), seen(-1_100, "m2", "b"), ...lost],
    ],
    ["a call gets lost before a process dies", /^accounting: call-0/, [...lost, ended(1_300, "m1")]],
    [
      "a call gets lost after a link has failed for long and was mended",
      /^accounting: call-0/,
      [fault(-9_000, "from now"), fault(-1_100, "until now"), ...lost],
    ],
    [
      "a call gets lost while something is done that loses nothing",
      /^accounting: call-0/,
      [...lost, fault(500, undefined)],
    ],
    [
      "a call gets lost while another grain is busy",
      /^accounting: call-0/,
      [
        [0, "m1", { event: "activating", identity: "another", activation: "m1/1" }],
        ...lost,
        [1_500, "m1", { event: "activated", identity: "another", activation: "m1/1" }],
      ],
    ],
    [
      "a call gets lost, for whose grain others have waited for a part of the time only",
      /^accounting: call-0/,
      [called(-5, 7), started(-1, "m1", 7), ...lost, finished(800, "m1", 7), returned(801, 7)],
    ],
    [
      "a call gets lost while no process stands still for long",
      /^accounting: call-0/,
      [...lost, stall(400, "m1", 300), stall(800, "m2", 300)],
    ],
    [
      "a call gets lost while a process stands still that does not have its grain",
      /^accounting: call-0/,
      [...atM1, ...lost, fault(-5_000, "from now", "m2"), fault(10, "until now", "m2")],
    ],
    [
      "a call gets lost when a process has died that does not have its grain",
      /^accounting: call-0/,
      [...atM1, ...lost, ended(400, "m2")],
    ],
    [
      "a call gets lost while a link is broken that it does not take",
      /^accounting: call-0/,
      [...atM1, ...lost, linkFault(-9_000, "from now", "m1", "m2")],
    ],
    [
      "a call gets lost while its caller does not reach another process than that of its grain",
      /^accounting: call-0/,
      [...atM1, ...lost, linkFault(-9_000, "from now", "c1", "m2")],
    ],
    [
      "a call gets lost while a process that does not have its grain cannot reach the store",
      /^accounting: call-0/,
      [...atM1, ...lost, linkFault(-9_000, "from now", "m2", "store")],
    ],
    [
      "a call gets lost while a process that does not have its grain gets next to no time",
      /^accounting: call-0/,
      [...atM1, ...lost, stall(900, "m2", 800)],
    ],
    [
      "a one-way call gets lost while a process stands still that does not have its grain",
      /^accounting: call-0/,
      [...atM1, told(0, 0), handedOver(1, 0), fault(-5_000, "from now", "m2")],
    ],
    [
      "a call gets lost long after its grain has left a process, which stands still then",
      /^accounting: call-0/,
      [...atM1, deactivated(-1_300, "m1"), activated(-1_200, "m2"), ...lost, fault(100, "from now", "m1")],
    ],
    [
      "a one-way call gets lost",
      /^accounting: call-0 to lamp at 0 was handed over as ok/,
      [told(0, 0), handedOver(1, 0)],
    ],
    [
      "two one-way calls get lost, and one is logged",
      /^accounting: call-1 to lamp at 5/,
      [
        told(0, 0),
        handedOver(1, 0),
        told(5, 1),
        handedOver(6, 1),
        [900, "c1", { event: "given_up", outcome: "no_member" }],
      ],
    ],
    [
      "a one-way call gets lost, and another process logs one",
      /^accounting: call-0/,
      [told(0, 0), handedOver(1, 0), [900, "m1", { event: "given_up", outcome: "no_member" }]],
    ],
    [
      "a one-way call starts two handlers",
      /^at most once: call-0 started 2/,
      [
        told(0, 0),
        handedOver(1, 0),
        started(2, "m1", 0),
        finished(3, "m1", 0),
        started(4, "m1", 0),
        finished(5, "m1", 0),
      ],
    ],
    [
      "one call overtakes another",
      /^order: lamp handled call-0 \(0\) after call-1/,
      [
        called(0, 0),
        called(1, 1),
        started(2, "m1", 1),
        finished(3, "m1", 1),
        started(4, "m1", 0),
        finished(5, "m1", 0),
        returned(6, 0),
        returned(6, 1),
      ],
    ],
    [
      "a later activation handles an older call",
      /^order: .* in m1\/1 and m2\/1|^order: .*m1\/1/,
      [
        activated(0, "m1"),
        deactivated(1, "m1"),
        activated(2, "m2"),
        called(0, 0),
        called(1, 1),
        started(2, "m1", 1),
        finished(3, "m1", 1),
        started(4, "m2", 0),
        returned(6, 0),
        returned(6, 1),
      ],
    ],
    [
      "a later activation handles an older call, while the earlier one lives on",
      /^order: lamp handled call-0 \(0\) after call-1 \(1\), in m1\/1 and m2\/1/,
      [
        ...both,
        activated(1, "m1"),
        seen(2, "m2", "b"),
        activated(3, "m2"),
        called(4, 0),
        called(5, 1),
        started(6, "m1", 1),
        finished(7, "m1", 1),
        started(8, "m2", 0),
        returned(9, 0),
        returned(9, 1, "ok", "m1"),
      ],
    ],
    [
      "an activation starts a call while it handles another",
      /^turns: m1\/1 started call-1 while/,
      [called(0, 0), called(1, 1), started(2, "m1", 0), started(3, "m1", 1), returned(4, 0), returned(4, 1)],
    ],
    [
      "a member reports that an identity was active twice that had moved in order",
      /^reports of duplicates: lamp was reported at 900/,
      [...both, activated(1, "m1"), deactivated(2, "m1"), activated(500, "m2"), reportedTwice(900, "m2")],
    ],
    [
      "an identity is active twice while all agree",
      /^single activation: lamp was active as m1\/1 and m2\/1/,
      [...both, activated(1, "m1"), activated(2, "m2"), deactivated(3, "m1")],
    ],
    [
      "an identity is active twice from before the members disagreed",
      /^single activation/,
      [
        ...both,
        activated(1, "m1"),
        activated(9, "m2"),
        seen(10, "m2", "b"),
        deactivated(20, "m1"),
        seen(30, "m1", "b"),
      ],
    ],
    [
      "an identity stays active twice for longer than five seconds after all agree again",
      /^single activation/,
      [
        ...both,
        activated(1, "m1"),
        seen(10, "m2", "b"),
        activated(11, "m2"),
        seen(20, "m1", "b"),
        deactivated(5_021, "m1"),
      ],
    ],
    [
      "an identity stays active twice until its process ends",
      /^single activation/,
      [...both, activated(1, "m1"), activated(2, "m2"), ended(3, "m1")],
    ],
    [
      "an identity is active twice, since a view that nobody living has is no excuse",
      /^single activation/,
      [
        ...both,
        seen(1, "m2", "b"),
        ended(2, "m1"),
        activated(6_000, "m2"),
        [6_001, "m2", { event: "activated", identity: "lamp", activation: "m2/2" }],
      ],
    ],
  ];
  test.each(bad)("%s", (_name, says, lines) => {
    const broken = brokenPromises(tell(...lines));
    expect(broken).toHaveLength(1);
    expect(broken[0]).toMatch(says);
  });
});

test("what was active twice and is not reported, or not as often, is told", () => {
  const twice = [...both, seen(1, "m2", "b"), activated(2, "m1"), activated(3, "m2"), deactivated(9, "m1")];
  expect(checkReported(tell(...twice, reportedTwice(9, "m2")))).toEqual([]);
  expect(checkReported(tell(...twice))).toHaveLength(1);
  expect(checkReported(tell(...twice, reportedTwice(9, "m2"), reportedTwice(9, "m1")))).toHaveLength(1);
});

test("an orderly move that leaves an identity active twice for a moment is told by the strict check", () => {
  const history = tell(
    ...both,
    seen(1, "m2", "b"),
    activated(2, "m1"),
    activated(3, "m2"),
    deactivated(4, "m1"),
    seen(5, "m1", "b"),
  );
  expect(brokenPromises(history)).toEqual([]);
  expect(checkNeverTwice(history)).toEqual([expect.stringContaining("for 1 ms from 3")]);
});

test("members disagree from the first that differs to the last that follows, the dead not counted", () => {
  const history = tell(
    ...both,
    seen(10, "m1", "a", "b", "c"),
    seen(15, "m2", "a", "b", "c"),
    seen(20, "m2", "b"),
    ended(30, "m1"),
  );
  expect(findDisagreements(history)).toEqual([
    { fromMs: 10, toMs: 15 },
    { fromMs: 20, toMs: 30 },
  ]);
});

test("a disagreement that lasts has no end", () => {
  const [only] = findDisagreements(tell(...both, seen(10, "m1", "a")));
  expect(only).toEqual({ fromMs: 10, toMs: Number.POSITIVE_INFINITY });
});

test("recovery wants every call after the bound to succeed, and one for each identity", () => {
  const failed = [called(100, 1), returned(101, 1, "not_delivered")] as const;
  const history = tell(...fine(0, 0), ...failed);
  expect(checkRecovery(history, { afterMs: 0, withinMs: 50 })).toEqual([
    "call-1 to lamp at 100: not_delivered: undefined",
  ]);
  expect(checkRecovery(history, { afterMs: 100, withinMs: 50 })).toEqual([
    "lamp was not called any more, so nobody knows whether it recovered",
  ]);
  expect(checkNoFailure(tell(...fine(0, 0)).calls)).toEqual([]);
});

test("an outage lasts until the end of the first call that succeeds", () => {
  const history = tell(...fine(0, 0), called(10, 1), returned(20, 1, "not_delivered"), ...fine(30, 2));
  expect(outages(history, 5)).toEqual(new Map([["lamp", 28]]));
  expect(outages(tell(called(10, 1), returned(20, 1, "not_delivered")), 5)).toEqual(
    new Map([["lamp", Number.POSITIVE_INFINITY]]),
  );
});

test("a handler is late that starts when its caller's second is over", () => {
  const late = [called(0, 0), returned(1_000, 0, "outcome_unknown"), started(1_300, "m1", 0)] as const;
  expect(findLateStarts(tell(...late))).toEqual([expect.stringContaining("300 ms after its time")]);
  expect(findLateStarts(tell(...fine(0, 0)))).toEqual([]);
});

test("an identity is served by who answered last before the moment", () => {
  const history = tell(...fine(0, 0, "m1"), ...fine(10, 1, "m2"), ...fine(20, 2, "m1"));
  expect(servedBy(history, 15)).toEqual(new Map([["lamp", "m2"]]));
});

test("an account counts every message once, by what became of it", () => {
  const history = tell(
    ...fine(0, 0),
    ...fine(10, 1),
    called(20, 2),
    returned(30, 2, "no_member"),
    told(40, 3),
    handedOver(41, 3),
    ended(50, "m1"),
    called(5_000, 4),
    returned(6_000, 4, "outcome_unknown"),
  );
  const account = accountFor(history);
  expect(account).toMatchObject({
    sent: 5,
    started: 2,
    refused: { no_member: 1 },
    lost: { "a process died": 1 },
    missing: [expect.stringContaining("call-4")],
  });
  expect(summarizeAccount(account)).toBe(
    "5 sent = 2 started + 1 (no_member) + 1 (a process died) + 1 missing",
  );
});

test("figures count outcomes and rank the times of calls that succeeded", () => {
  const history = tell(...fine(0, 0), ...fine(10, 1), called(20, 2), returned(90, 2, "no_member"));
  expect(figuresOf(history.calls)).toEqual({
    calls: 3,
    outcomes: { ok: 2, no_member: 1 },
    p50Ms: 3,
    p99Ms: 3,
    maxMs: 3,
  });
});
