import fc from "fast-check";
import { expect, test } from "vitest";
import { Intake, requestWork } from "./intake.ts";

/** An intake of frames that each hold as many messages as their first two bytes say, numbered from 0 on throughout. */
function rig(onDeliver: (message: number) => void = () => {}) {
  const seen: number[] = [];
  const errors: unknown[] = [];
  const turns: (() => void)[] = [];
  let opened = 0;
  const open = (frame: Uint8Array) => {
    let left = frame[0]! * 256 + frame[1]!;
    if (left === 0) return undefined;
    return {
      deliver: (limit: number) => {
        const count = Math.min(limit, left);
        left -= count;
        for (let n = 0; n < count; n++) {
          seen.push(opened);
          onDeliver(opened++);
        }
        return count;
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

const numbers = (count: number) => Array.from({ length: count }, (_, n) => n);

test("what arrives is handed over at once, up to the work of 512 requests in a turn of the event loop", () => {
  const { intake, seen, turns } = rig();
  intake.push(frame(2000));
  expect([seen.length, turns.length]).toEqual([2000, 0]);
  intake.push(frame(4000));
  intake.push(frame(40));
  const perTurn = 512 * requestWork;
  expect([seen.length, turns.length]).toEqual([perTurn, 1]);
  turns.shift()!();
  expect([seen.length, turns.length]).toEqual([2 * perTurn, 1]);
  turns.shift()!();
  expect([seen.length, turns.length]).toEqual([6040, 0]);
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

test("no more than a mebibyte waits: beyond, a peer's flood is worked off as it comes", () => {
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
  const { intake, seen, errors, turns } = rig((message) => {
    if (message === 2700) throw new Error("no more of this");
  });
  intake.push(frame(4000));
  intake.push(frame(4000));
  turns.shift()!();
  expect(errors).toEqual([new Error("no more of this")]);
  expect([seen.length, turns.length]).toEqual([2701, 0]);
});
