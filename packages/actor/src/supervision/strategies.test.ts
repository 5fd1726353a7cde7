import { expect, test } from "vitest";
import { PID } from "../pid/pid.ts";
import { seededRandom } from "../ports/random.ts";
import { exponentialBackoff } from "./exponential-backoff.ts";
import { oneForOne } from "./one-for-one.ts";
import { RestartStatistics } from "./restart-statistics.ts";
import { alwaysRestart } from "./restarting.ts";
import type { Failure, SupervisionStrategy } from "./supervision-strategy.ts";

const minute = 60_000;

function failure(statistics: RestartStatistics, nowMs: number): Failure {
  const child = new PID("nonhost", "child");
  return { child, reason: new Error("x"), message: undefined, statistics, nowMs, random: seededRandom(1) };
}

/** What the strategy decides about failures at the given moments. */
function decisions(strategy: SupervisionStrategy, atMs: readonly number[]): string[] {
  const statistics = new RestartStatistics();
  return atMs.map((nowMs) => strategy.decide(failure(statistics, nowMs)).directive);
}

test.each([
  ["no restart granted", { maxRestarts: 0 }, [0], ["stop"]],
  [
    "no window: all count",
    { maxRestarts: 1, withinMs: Number.POSITIVE_INFINITY },
    [0, minute],
    ["restart", "stop"],
  ],
  ["inside the window, within the budget", { maxRestarts: 2, withinMs: 10 }, [0, 5], ["restart", "restart"]],
  [
    "inside the window, beyond the budget",
    { maxRestarts: 2, withinMs: 10 },
    [0, 5, 9],
    ["restart", "restart", "stop"],
  ],
  ["outside the window", { maxRestarts: 1, withinMs: 10 }, [0, 11, 22], ["restart", "restart", "restart"]],
  [
    "after a stop the count is new",
    { maxRestarts: 1, withinMs: 10 },
    [0, 1, 2],
    ["restart", "stop", "restart"],
  ],
])("one for one, %s", (_name, options, atMs, expected) => {
  expect(decisions(oneForOne(options), atMs)).toEqual(expected);
});

test.each([
  ["one for one", oneForOne({ maxRestarts: 3, withinMs: 10_000 }), 3],
  ["one for one without bounds", oneForOne({ maxRestarts: Number.POSITIVE_INFINITY }), 0],
  ["always restart", alwaysRestart(), 1],
  ["exponential backoff", exponentialBackoff(), 1],
])("%s remembers no more failures than it needs", (_name, strategy, most) => {
  const statistics = new RestartStatistics();
  for (let nowMs = 0; nowMs < 10_000; nowMs++) strategy.decide(failure(statistics, nowMs * 10_000));
  expect(statistics.remembered).toBe(most);
});

test("backoff counts on inside its window, and anew outside", () => {
  const strategy = exponentialBackoff({ initialMs: 100, maxMs: 10_000, resetAfterMs: minute, jitter: 0 });
  const statistics = new RestartStatistics();
  const delays = [0, minute, 2 * minute, 4 * minute].map(
    (nowMs) => strategy.decide(failure(statistics, nowMs)).delayMs,
  );
  expect(delays).toEqual([100, 200, 400, 100]);
});

test("jitter only shortens a delay, by no more than its part", () => {
  const strategy = exponentialBackoff({ initialMs: 100, jitter: 0.2 });
  const random = seededRandom(7);
  for (let round = 0; round < 100; round++) {
    const { delayMs } = strategy.decide({ ...failure(new RestartStatistics(), 0), random });
    expect(delayMs).toBeLessThanOrEqual(100);
    expect(delayMs).toBeGreaterThanOrEqual(80);
  }
});

test.each([
  () => oneForOne({ maxRestarts: -1 }),
  () => oneForOne({ withinMs: 0 }),
  () => exponentialBackoff({ initialMs: 0 }),
  () => exponentialBackoff({ maxMs: Number.NaN }),
  () => exponentialBackoff({ resetAfterMs: Number.NaN }),
  () => exponentialBackoff({ jitter: 2 }),
])("an option outside its range is refused", (make) => {
  expect(make).toThrow(expect.objectContaining({ code: "invalid_options" }));
});
