import { expect, test } from "vitest";
import type { EventLoop } from "../ports/event-loop.ts";
import { type Runnable, RunQueue } from "./run-queue.ts";

/** An event loop that the test turns by hand, on which each unit of work takes the given time. */
class ManualLoop implements EventLoop {
  readonly soonCallbacks: (() => void)[] = [];
  readonly laterCallbacks: (() => void)[] = [];
  #nowMs = 0;

  soon(callback: () => void): void {
    this.soonCallbacks.push(callback);
  }

  later(callback: () => void): void {
    this.laterCallbacks.push(callback);
  }

  nowMs(): number {
    return this.#nowMs;
  }

  work(ms: number): void {
    this.#nowMs += ms;
  }

  /** Runs all microtasks. */
  turn(): void {
    for (let callback = this.soonCallbacks.shift(); callback; callback = this.soonCallbacks.shift())
      callback();
  }
}

/** Does so many units of work, each of the given length. */
function worker({ queue, loop }: { queue: RunQueue; loop: ManualLoop }, units: number, unitMs = 0) {
  let left = units;
  const runnable: Runnable = {
    run(limit) {
      let done = 0;
      while (done < limit && left > 0) {
        loop.work(unitMs);
        left--;
        done++;
      }
      if (left > 0) queue.addLast(runnable);
      return done;
    },
  };
  return { runnable, left: () => left };
}

function rig() {
  const loop = new ManualLoop();
  return { loop, queue: new RunQueue(loop) };
}

test("what is added runs in one microtask", () => {
  const { loop, queue } = rig();
  const workers = [1, 2, 3].map(() => worker({ loop, queue }, 1));
  for (const { runnable } of workers) queue.add(runnable);
  expect(loop.soonCallbacks).toHaveLength(1);
  loop.turn();
  expect(workers.map(({ left }) => left())).toEqual([0, 0, 0]);
  expect(loop.laterCallbacks).toHaveLength(0);
});

test("a thousand runnables all run", () => {
  const { loop, queue } = rig();
  const workers = Array.from({ length: 1_000 }, () => worker({ loop, queue }, 3));
  for (const { runnable } of workers) queue.add(runnable);
  loop.turn();
  expect(workers.every(({ left }) => left() === 0)).toBe(true);
});

test("work without end lets timers have their turn after its budget", () => {
  const { loop, queue } = rig();
  queue.add(worker({ loop, queue }, Number.POSITIVE_INFINITY, 0.01).runnable);
  loop.turn();
  expect(loop.laterCallbacks).toHaveLength(1);
  expect(loop.nowMs()).toBeGreaterThanOrEqual(5);
  expect(loop.nowMs()).toBeLessThan(10);
});

test("slow work lets timers have their turn soon after its budget, once it is known to be slow", () => {
  const { loop, queue } = rig();
  queue.add(worker({ loop, queue }, Number.POSITIVE_INFINITY, 2).runnable);
  loop.turn();
  for (let round = 0; round < 10; round++) {
    loop.laterCallbacks.shift()?.();
    loop.turn();
  }
  const beforeMs = loop.nowMs();
  loop.laterCallbacks.shift()?.();
  expect(loop.nowMs() - beforeMs).toBeLessThanOrEqual(10);
});

test("runnables that are woken from one microtask to the next cannot starve timers either", () => {
  const { loop, queue } = rig();
  let turns = 0;
  while (loop.laterCallbacks.length === 0 && turns < 100_000) {
    queue.add(worker({ loop, queue }, 1, 0.01).runnable);
    loop.turn();
    turns++;
  }
  expect(loop.nowMs()).toBeLessThan(10);
});

test("one that wakes itself does not keep others waiting", () => {
  const { loop, queue } = rig();
  const other = worker({ loop, queue }, 1);
  let runs = 0;
  const selfish: Runnable = {
    run() {
      runs++;
      if (other.left() > 0 && runs < 10_000) queue.add(selfish);
      return 1;
    },
  };
  queue.add(other.runnable);
  queue.add(selfish);
  loop.turn();
  expect(other.left()).toBe(0);
  expect(runs).toBeLessThan(100);
});

test("a runnable that throws does not stop the others", () => {
  const { loop, queue } = rig();
  const other = worker({ loop, queue }, 1);
  queue.add(other.runnable);
  queue.add({
    run() {
      throw new Error("a defect");
    },
  });
  expect(() => loop.turn()).toThrow("a defect");
  loop.laterCallbacks.shift()?.();
  expect(other.left()).toBe(0);
});

test("after a long line was worked off, those that come later run as before", () => {
  const { loop, queue } = rig();
  const ran: number[] = [];
  const add = (number: number) =>
    queue.addLast({
      run() {
        ran.push(number);
        return 1;
      },
    });
  for (const count of [20_000, 3, 200]) {
    ran.length = 0;
    for (let number = 0; number < count; number++) add(number);
    loop.turn();
    expect(ran).toEqual(Array.from({ length: count }, (_, number) => number));
  }
});
