import type { EventLoop } from "@ts-grain/actor";
import { describe, expect, test } from "vitest";
import { BusyPoll } from "./busy-poll.ts";

/** An event loop whose turns take a hundredth of a millisecond while somebody keeps it awake, and which else sleeps. */
class CountedLoop implements EventLoop {
  readonly #later: (() => void)[] = [];
  #nowUs = 0;
  #stoppedAtUs: number | undefined;
  /** Turns in which somebody kept it awake. */
  awake = 0;

  soon(): void {
    throw new Error("nothing here is as urgent as that");
  }

  later(callback: () => void): void {
    this.#later.push(callback);
  }

  nowMs(): number {
    return (this.#stoppedAtUs ?? this.#nowUs) / 1_000;
  }

  stopClock(): void {
    this.#stoppedAtUs = this.#nowUs;
  }

  pass(us: number): void {
    for (const end = this.#nowUs + us; this.#nowUs < end; ) {
      this.#nowUs += 10;
      const callbacks = this.#later.splice(0);
      if (callbacks.length > 0) this.awake++;
      for (const callback of callbacks) callback();
    }
  }

  /** The thread is held up: a single turn that takes so long. */
  hold(us: number): void {
    this.#nowUs += us - 10;
    this.pass(10);
  }
}

function rig(spellMs = 0.2) {
  const loop = new CountedLoop();
  const poll = new BusyPoll(spellMs, loop);
  /** Bytes that come every so many microseconds. Returns the turns in which the loop was kept awake. */
  const arrive = (times: number, everyUs: number): number => {
    const before = loop.awake;
    for (let time = 0; time < times; time++) {
      poll.arrived();
      loop.pass(everyUs);
    }
    return loop.awake - before;
  };
  return { loop, arrive };
}

describe("the event loop", () => {
  test("stays awake between arrivals that follow each other closely", () => {
    const { arrive } = rig();
    arrive(2, 100);
    expect(arrive(100, 100)).toBe(1_000);
  });

  test("sleeps between arrivals that are far apart", () => {
    expect(rig().arrive(1_000, 300)).toBe(0);
  });

  test("sleeps again once nothing has come for as long as it was to look", () => {
    const { arrive, loop } = rig();
    arrive(2, 100);
    loop.pass(100_000);
    expect(loop.awake).toBeLessThanOrEqual(31);
  });

  test("looks ever less often if looking is in vain, and often again once it no longer is", () => {
    const { arrive } = rig();
    // Two at once, then nothing for long: a sign that more comes soon, which is wrong each time.
    const vain = () => {
      arrive(1, 10);
      return arrive(1, 1_000);
    };
    const turns = Array.from({ length: 2_000 }, vain);
    const sum = (some: readonly number[]) => some.reduce((total, turn) => total + turn, 0);
    expect(sum(turns.slice(0, 4))).toBeGreaterThan(20);
    expect(sum(turns)).toBeLessThan(20 * 25);
    arrive(10_000, 100);
    expect(arrive(1_000, 100)).toBe(10_000);
    vain();
    expect(arrive(1_000, 100)).toBeGreaterThan(9_900);
  });

  test("looks ever less often after bursts that end as they came, however many chunks each has", () => {
    const { arrive } = rig();
    const bursts = Array.from({ length: 500 }, () => {
      arrive(4, 0);
      return arrive(1, 10_000);
    });
    expect(bursts.reduce((total, turn) => total + turn, 0)).toBeLessThan(20 * 25);
  });

  test("does not look for ever while the clock stands still", () => {
    const { arrive, loop } = rig();
    arrive(1, 10);
    loop.stopClock();
    arrive(1, 10);
    expect(arrive(1, 1_000_000)).toBeLessThan(5_000);
  });

  test("sleeps for a second if the thread was held up, whatever came then", () => {
    const { arrive, loop } = rig();
    arrive(10, 100);
    loop.hold(50_000);
    expect(arrive(9_000, 100)).toBe(0);
    expect(arrive(3_000, 100)).toBeGreaterThan(10_000);
  });

  test("sleeps between turns that have much to do, and looks again as soon as they have less", () => {
    const { arrive, loop } = rig();
    arrive(10, 100);
    loop.hold(600);
    const before = loop.awake;
    loop.pass(100);
    expect(loop.awake).toBe(before);
    arrive(2, 100);
    expect(arrive(100, 100)).toBe(1_000);
  });

  test("always sleeps if it is to look for no time", () => {
    const { arrive } = rig(0);
    arrive(1, 0);
    expect(arrive(1_000, 10)).toBe(0);
  });
});
