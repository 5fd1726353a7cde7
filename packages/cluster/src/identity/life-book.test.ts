import { fromBinary, toBinary } from "@bufbuild/protobuf";
import fc from "fast-check";
import { expect, test } from "vitest";
import { HoldingsSchema } from "../gen/tsgrain/cluster/v1/holdings_pb.ts";
import { readHoldings, writeHoldings } from "./holdings.ts";
import type { Life } from "./life.ts";
import { LifeBook } from "./life-book.ts";

function life(member: string, begunAtMs: number, untilMs: number, hasEnded = true): Life {
  return { kind: "Bulb", identity: "kitchen", member, number: begunAtMs, begunAtMs, untilMs, hasEnded };
}

/** Those that were together, as they become known. */
function start() {
  const book = new LifeBook();
  const note = (...args: Parameters<LifeBook["note"]>) =>
    book.note(...args).map(({ members }) => members.toSorted().join(""));
  return { book, note };
}

test("what one member had ended before another began was not active twice", () => {
  const { note } = start();
  expect(note(life("a", 0, 1_000), 5_000)).toEqual([]);
  expect(note(life("b", 1_000, 2_000), 5_000)).toEqual([]);
});

test("each two members that had it together are named, once", () => {
  const { note } = start();
  note(life("a", 0, 5_000), 9_000);
  expect(note(life("b", 4_000, 8_000), 9_000)).toEqual(["ab"]);
  expect(note(life("b", 4_000, 8_000), 9_000)).toEqual([]);
  expect(note(life("c", 4500, 4600), 9_000)).toEqual(["ac", "bc"]);
});

test("what is told to be elsewhere and is here, or was here before that ended, was together", () => {
  const { note } = start();
  const here = life("b", 1_000, 1_000, false);
  expect(note(life("a", 0, 1_000, false), 1_000, here)).toEqual(["ab"]);
  const other = start();
  expect(other.note(life("a", 0, 1_000, false), 1_000)).toEqual([]);
  expect(other.note(life("a", 0, 3_000), 4_000, life("b", 2_000, 4_000, false))).toEqual(["ab"]);
});

test("of what had not ended when it was told of, nothing later is said", () => {
  const { note } = start();
  note(life("a", 0, 1_000, false), 1_000);
  // It was handed over in order meanwhile.
  expect(note(life("c", 2_000, 3_000), 4_000)).toEqual([]);
});

test("other identities are none of its business", () => {
  const { note } = start();
  note(life("a", 0, 1_000), 1_000);
  expect(note({ ...life("b", 0, 1_000), identity: "cellar" }, 10)).toEqual([]);
  expect(note({ ...life("b", 0, 1_000), kind: "Lamp" }, 10)).toEqual([]);
});

test("it forgets what was told long ago, keeps a bounded number, and compares nevertheless when it is full", () => {
  const { book, note } = start();
  for (let index = 0; index < 60_000; index++)
    note({ ...life("a", 0, 1_000), identity: `lamp-${index}` }, index);
  // The oldest have made way.
  expect(note({ ...life("b", 500, 2_000), identity: "lamp-10000" }, 60_000)).toEqual(["ab"]);
  expect(note({ ...life("b", 500, 2_000), identity: "lamp-9999" }, 60_000)).toEqual([]);
  expect(note({ ...life("b", 500, 2_000), identity: "new" }, 60_000, life("c", 600, 900))).toEqual(["bc"]);
  book.forgetBefore(60_000);
  expect(note({ ...life("b", 500, 2_000), identity: "lamp-7" }, 60_000)).toEqual([]);
  expect(note({ ...life("c", 500, 2_000), identity: "lamp-10000" }, 60_000)).toEqual([]);
  expect(note({ ...life("c", 500, 2_000), identity: "lamp-9999" }, 60_000)).toEqual(["bc"]);
  book.forgetBefore(60_001);
  expect(book.isEmpty).toBe(true);
});

test("of one identity it keeps the latest of many, so that none of them makes it slow", () => {
  const { note } = start();
  for (let index = 0; index < 1_000; index++) note(life("a", index * 1_000, index * 1_000 + 500), 1_000_000);
  expect(note(life("b", 0, 1_000_000), 10_000)).toHaveLength(8);
  const together = Array.from({ length: 1_000 }, (_, index) =>
    note({ ...life("c", 0, 1_000_000), number: index }, 10_000),
  );
  expect(together.flat()).toHaveLength(8);
});

const times = fc.integer({ min: 0, max: 5_000_000_000 });
const holdings = fc.array(
  fc.record({
    kind: fc.constantFrom("Bulb", "Lamp"),
    identity: fc.string(),
    begunAtMs: times,
    lastedMs: fc.option(fc.nat()),
  }),
  { maxLength: 2_500 },
);

test("a message with lists of different lengths says nothing", () => {
  const [message] = writeHoldings([life("a", 0, 10)], 20);
  expect(readHoldings(message!, "a", 20)).toHaveLength(1);
  for (const list of ["numbers", "begunMsAgo", "endedMsAgo"])
    expect(readHoldings({ ...message!, [list]: [1, 2] }, "a", 20)).toEqual([]);
});

test("what is told arrives, by the clock of who is told", () => {
  fc.assert(
    fc.property(holdings, fc.nat(), (told, laterMs) => {
      const nowMs = 10_000_000_000;
      const had = told.map(({ kind, identity, begunAtMs, lastedMs }, number) => ({
        ...{ kind, identity, member: "a", number, begunAtMs: nowMs - Math.min(begunAtMs, 0xffff_ffff) },
        untilMs: nowMs - ((lastedMs ?? 0) % 1_000),
        hasEnded: lastedMs !== null,
      }));
      const messages = writeHoldings(had, nowMs);
      for (const { identities } of messages) expect(identities.length).toBeLessThanOrEqual(1_000);
      const wire = messages.map((message) => toBinary(HoldingsSchema, message));
      const read = wire.flatMap((bytes) =>
        readHoldings(fromBinary(HoldingsSchema, bytes), "a", nowMs + laterMs),
      );
      const shifted = had.map((each) => ({
        ...each,
        begunAtMs: each.begunAtMs + laterMs,
        untilMs: each.untilMs + laterMs,
      }));
      const inOrder = (lives: readonly Life[]) => lives.toSorted((a, b) => a.number - b.number);
      expect(inOrder(read)).toEqual(shifted);
    }),
    { numRuns: 50 },
  );
});
