import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { expect, test } from "vitest";
import { Intake, messageWork, requestWork } from "./intake.ts";

/**
 * An intake of frames that each hold as many messages as their first two bytes say, numbered from 0 on throughout. Each
 * message counts as so much work.
 */
function rig({ work = messageWork, isSlow = true, onDeliver = (_message: number) => {} } = {}) {
  const seen: number[] = [];
  const errors: unknown[] = [];
  const turns: (() => void)[] = [];
  let opened = 0;
  const open = (frame: Uint8Array) => {
    let left = (frame[0] ?? 0) * 256 + (frame[1] ?? 0);
    if (left === 0) return undefined;
    return {
      count: left,
      isSlow,
      deliver: (limit: number) => {
        const before = left;
        for (; left > 0 && (before - left) * work < limit; left--) {
          seen.push(opened);
          onDeliver(opened++);
        }
        return (before - left) * work;
      },
    };
  };
  const intake = new Intake({
    open,
    onError: (error) => errors.push(error),
    later: (callback) => turns.push(callback),
  });
  return { intake, seen, errors, turns };
}

function frame(messages: number, bytes = 2): Uint8Array {
  const made = new Uint8Array(bytes);
  made[0] = messages >> 8;
  made[1] = messages & 255;
  return made;
}

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

const numbers = (count: number) => Array.from({ length: count }, (_, n) => n);

test("what arrives is handed over at once, up to the work of 500 requests in a turn of the event loop", () => {
  const { intake, seen, turns } = rig();
  intake.push(frame(1_900));
  expect([seen.length, turns.length]).toEqual([1_900, 0]);
  intake.push(frame(4_000));
  intake.push(frame(40));
  const perTurn = 500 * requestWork;
  expect([seen.length, turns.length]).toEqual([perTurn, 1]);
  turns.shift()!();
  expect([seen.length, turns.length]).toEqual([2 * perTurn, 1]);
  turns.shift()!();
  expect([seen.length, turns.length]).toEqual([5_940, 0]);
});

test.for([
  { requests: 1, turns: [1] },
  { requests: 12, turns: [12] },
  { requests: 13, turns: [12, 1] },
  { requests: 25, turns: [13, 12] },
  { requests: 100, turns: [50, 50] },
  { requests: 256, turns: [128, 128] },
  { requests: 257, turns: [257] },
])("of $requests requests that come at once, $turns are handed over in a turn", ({ requests, turns }) => {
  const it = rig({ work: requestWork });
  const seen: number[] = [];
  it.intake.push(frame(requests));
  seen.push(it.seen.length);
  while (it.turns.length > 0) {
    it.turns.shift()!();
    seen.push(it.seen.length);
  }
  expect(seen).toEqual(turns.map((_, at) => turns.slice(0, at + 1).reduce((sum, count) => sum + count)));
});

test("a batch that is not slow is handed over at once", () => {
  const { intake, seen, turns } = rig({ work: requestWork, isSlow: false });
  intake.push(frame(100));
  expect([seen.length, turns.length]).toEqual([100, 0]);
});

test("while much waits no batch is halved", () => {
  const { intake, seen, turns } = rig({ work: requestWork });
  intake.push(frame(600));
  for (let n = 0; n < 10; n++) intake.push(frame(100, 1024));
  expect(seen).toHaveLength(500);
  turns.shift()!();
  expect(seen).toHaveLength(2 * 500);
});

test("what was handed over is let go of, however long others wait", async () => {
  const { intake, seen, turns } = rig({ work: requestWork });
  const frames: WeakRef<Uint8Array>[] = [];
  for (let n = 0; n < 4; n++) intake.push(frame(500));
  for (let n = 0; n < 200; n++) {
    const next = frame(500, 16);
    frames.push(new WeakRef(next));
    intake.push(next);
    turns.shift()?.();
  }
  await new Promise((resolve) => setImmediate(resolve));
  collectGarbage();
  const held = frames.filter((each) => each.deref() !== undefined);
  expect(held.length).toBeLessThan(5);
  while (turns.length > 0) turns.shift()!();
  expect(seen).toEqual(numbers(204 * 500));
});

test("empty frames, too, do not wait without end", () => {
  const { intake, seen } = rig();
  intake.push(frame(4_000));
  expect(seen).toHaveLength(2_000);
  for (let n = 0; n < 3_000; n++) intake.push(new Uint8Array(0));
  expect(seen).toHaveLength(4_000);
});

test("messages that nobody awaits an answer to are handed over at once, however few", () => {
  const { intake, seen, turns } = rig();
  for (const count of [1, 25, 100, 256]) intake.push(frame(count));
  expect([seen.length, turns.length]).toEqual([1 + 25 + 100 + 256, 0]);
});

test("order is kept however messages are spread over frames and turns", () => {
  const events = fc.array(fc.oneof(fc.integer({ min: 0, max: 6_000 }), fc.constant("turn" as const)));
  fc.assert(
    fc.property(events, (steps) => {
      const { intake, seen, turns } = rig();
      let sent = 0;
      for (const step of steps) {
        if (step === "turn") {
          turns.shift()?.();
        } else {
          sent += step;
          intake.push(frame(step));
        }
      }
      while (turns.length > 0) turns.shift()!();
      expect(seen).toEqual(numbers(sent));
    }),
  );
});

test("no more than a quarter of a mebibyte waits: beyond, a peer's flood is worked off as it comes", () => {
  const { intake, seen, turns } = rig();
  for (let n = 0; n < 40; n++) intake.push(frame(600, 256 * 1024));
  expect(seen.length).toBeGreaterThan(35 * 600);
  expect(turns).toHaveLength(1);
});

test("draining hands over all that waits, and leaves nothing to a later turn", () => {
  const { intake, seen, turns } = rig();
  for (let n = 0; n < 3; n++) intake.push(frame(1000));
  intake.drain();
  expect(seen).toEqual(numbers(3000));
  turns.shift()!();
  expect([seen.length, turns.length]).toEqual([3000, 0]);
});

test("what arrives while a message is handed over comes after the rest of its frame, whoever drains", () => {
  const seen: string[] = [];
  const open = ([name]: Uint8Array) => ({
    count: 1,
    isSlow: true,
    deliver: () => {
      seen.push(`${name} begins`);
      if (name === 1) {
        intake.push(Uint8Array.of(2));
        intake.drain();
      }
      seen.push(`${name} ends`);
      return 1;
    },
  });
  const intake = new Intake({ open, onError: (error) => expect.fail(String(error)), later: () => {} });
  intake.push(Uint8Array.of(1));
  expect(seen).toEqual(["1 begins", "1 ends", "2 begins", "2 ends"]);
});

test("a failure is told once, and what waits is dropped", () => {
  const { intake, seen, errors, turns } = rig({
    onDeliver: (message) => {
      if (message === 2700) throw new Error("no more of this");
    },
  });
  intake.push(frame(4000));
  intake.push(frame(4000));
  turns.shift()!();
  expect(errors).toEqual([new Error("no more of this")]);
  expect([seen.length, turns.length]).toEqual([2701, 0]);
});
