import fc from "fast-check";
import { expect, test } from "vitest";
import { ProofOfArrival } from "./proof-of-arrival.ts";

const windowBytes = 16 * 1024 * 1024;

test("what had left before a ping has arrived once the next one is answered, too, if it was little", () => {
  const proof = new ProofOfArrival(windowBytes);
  expect(proof.answered(1_000)).toBe(0);
  expect(proof.answered(5_000)).toBe(1_000);
  expect(proof.answered(5_000)).toBe(5_000);
});

test("of much more pings have to be answered, as the other side may read only a share of it in between", () => {
  const proof = new ProofOfArrival(windowBytes);
  const mebibyte = 1024 * 1024;
  const arrived = Array.from({ length: 10 }, () => proof.answered(mebibyte));
  expect(arrived[1]).toBe(128 * 1024);
  expect(arrived[7]).toBeLessThan(mebibyte);
  expect(arrived[8]).toBe(mebibyte);
});

test("more than its window the other side cannot hold unread", () => {
  const proof = new ProofOfArrival(windowBytes);
  expect(proof.answered(3 * windowBytes)).toBe(2 * windowBytes);
});

test("never is more proven than a peer has read that reads its share in a turn and answers one ping in some of them", () => {
  const turn = fc.record({
    comes: fc.oneof(fc.nat(1_000), fc.nat(1_000_000)),
    answers: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(turn, { maxLength: 100 }), (turns) => {
      const proof = new ProofOfArrival(windowBytes);
      let [left, read] = [0, 0];
      for (const { comes, answers } of turns) {
        left += Math.min(comes, windowBytes - (left - read));
        // The ping may be answered before anything is read in this turn.
        if (answers) expect(proof.answered(left)).toBeLessThanOrEqual(read);
        read = Math.min(left, read + 128 * 1024);
      }
    }),
  );
});
