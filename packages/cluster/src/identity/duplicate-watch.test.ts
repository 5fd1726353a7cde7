import { fromBinary, toBinary } from "@bufbuild/protobuf";
import fc from "fast-check";
import { expect, test } from "vitest";
import { HoldingsSchema } from "../gen/tsgrain/cluster/v1/holdings_pb.ts";
import { DuplicateWatch, type Holding } from "./duplicate-watch.ts";
import { readHoldings, writeHoldings } from "./holdings.ts";

const forever = Number.POSITIVE_INFINITY;

function holding(member: string, begunAtMs: number, endedAtMs: number = forever): Holding {
  return { kind: "Bulb", identity: "kitchen", member, begunAtMs, endedAtMs };
}

test("what one member had ended before another began was not active twice", () => {
  const watch = new DuplicateWatch();
  expect(watch.add(holding("a", 0, 10), 50)).toEqual([]);
  expect(watch.add(holding("b", 10, 20), 50)).toEqual([]);
  expect(watch.add(holding("c", 20), 50, [holding("d", 30)])).toMatchObject([{ members: ["d", "c"] }]);
});

test("each two members that had it together are named, and what is told again is not", () => {
  const watch = new DuplicateWatch();
  watch.add(holding("a", 0, 50), 90);
  expect(watch.add(holding("b", 40, 80), 90)).toMatchObject([
    { kind: "Bulb", identity: "kitchen", members: ["a", "b"] },
  ]);
  expect(watch.add(holding("b", 41, 81), 90)).toEqual([]);
  expect(watch.add(holding("c", 45, 46), 90).map(({ members }) => members)).toEqual([
    ["a", "c"],
    ["b", "c"],
  ]);
  watch.forget();
  expect(watch.isEmpty).toBe(true);
  expect(watch.add(holding("b", 40, 80), 90)).toEqual([]);
});

test("of what has not ended when it is told of, nothing later is said", () => {
  const watch = new DuplicateWatch();
  expect(watch.add(holding("a", 0), 10, [holding("b", 5)])).toHaveLength(1);
  // It was handed over in order meanwhile.
  expect(watch.add(holding("c", 20, 30), 40)).toEqual([]);
});

test("other identities are none of its business", () => {
  const watch = new DuplicateWatch();
  watch.add(holding("a", 0), 10);
  expect(watch.add({ ...holding("b", 0), identity: "cellar" }, 10)).toEqual([]);
  expect(watch.add({ ...holding("b", 0), kind: "Lamp" }, 10)).toEqual([]);
});

const times = fc.integer({ min: 0, max: 5_000_000_000 });
const holdings = fc.array(
  fc.record({ kind: fc.string(), identity: fc.string(), begunAtMs: times, lastedMs: fc.option(fc.nat()) }),
  { maxLength: 2_500 },
);

test("what is told arrives, by the clock of who is told", () => {
  fc.assert(
    fc.property(holdings, fc.nat(), (told, laterMs) => {
      const nowMs = 10_000_000_000;
      const had = told.map(({ kind, identity, begunAtMs, lastedMs }) => ({
        ...{ kind, identity, member: "a", begunAtMs: nowMs - Math.min(begunAtMs, 0xffff_ffff) },
        endedAtMs: lastedMs === null ? forever : nowMs - (lastedMs % 1_000),
      }));
      const wire = writeHoldings(had, nowMs).map((message) => toBinary(HoldingsSchema, message));
      expect(wire).toHaveLength(Math.ceil(told.length / 1_000));
      const read = wire.flatMap((bytes) =>
        readHoldings(fromBinary(HoldingsSchema, bytes), "a", nowMs + laterMs),
      );
      const shifted = had.map((each) => ({
        ...each,
        begunAtMs: each.begunAtMs + laterMs,
        endedAtMs: each.endedAtMs + laterMs,
      }));
      expect(read).toEqual(shifted);
    }),
    { numRuns: 50 },
  );
});
