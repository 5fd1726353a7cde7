import { VirtualClock } from "@ts-grain/actor/testing";
import { expect, test } from "vitest";
import { StuckSending } from "./stuck-sending.ts";

const kibibyte = 1024;

/** A watch over bytes that leave as a test says. */
function watch() {
  const clock = new VirtualClock();
  const seen = { stuckAtMs: undefined as number | undefined };
  const bytes = { left: undefined as number | undefined };
  const sending = new StuckSending({
    clock,
    left: () => bytes.left,
    onStuck: () => {
      seen.stuckAtMs = clock.nowMs();
    },
  });
  return { clock, seen, bytes, sending };
}

test("what has not moved for thirty seconds is stuck, and that is seen within five more", async () => {
  const { clock, seen, bytes, sending } = watch();
  bytes.left = 1_000;
  sending.sent();
  await clock.advance(10_000);
  bytes.left = 100 * kibibyte;
  await clock.advance(29_999);
  expect(seen.stuckAtMs).toBeUndefined();
  await clock.advance(15_001);
  expect(seen.stuckAtMs! - 10_000).toBeGreaterThanOrEqual(30_000);
  expect(seen.stuckAtMs! - 10_000).toBeLessThanOrEqual(35_000);
});

test("what never began to leave is stuck, too", async () => {
  const { clock, seen, bytes, sending } = watch();
  bytes.left = 0;
  sending.sent();
  await clock.advance(35_000);
  expect(seen.stuckAtMs).toBe(30_000);
});

test("what leaves slowly is not stuck", async () => {
  const { clock, seen, bytes, sending } = watch();
  for (let n = 1; n < 20; n++) {
    bytes.left = n * 16 * kibibyte;
    sending.sent();
    await clock.advance(25_000);
  }
  expect(seen.stuckAtMs).toBeUndefined();
});

test("what leaves little by little is not stuck if it comes to enough in thirty seconds", async () => {
  const { clock, seen, bytes, sending } = watch();
  bytes.left = 0;
  for (let n = 0; n < 100; n++) {
    sending.sent();
    await clock.advance(5_000);
    bytes.left += 4 * kibibyte;
  }
  expect(seen.stuckAtMs).toBeUndefined();
});

test("what keeps a connection alive is no progress of what waits", async () => {
  const { clock, seen, bytes, sending } = watch();
  bytes.left = 10_000_000;
  sending.sent();
  await clock.advance(5_000);
  for (let n = 0; n < 60; n++) {
    // More than four pings and answers a second, over TLS.
    bytes.left += 200;
    await clock.advance(1_000);
  }
  expect(seen.stuckAtMs).toBe(35_000);
});

test("when all has left it looks no more until something is sent again", async () => {
  const { clock, seen, bytes, sending } = watch();
  bytes.left = 1;
  sending.sent();
  await clock.advance(20_000);
  bytes.left = undefined;
  await clock.advance(60_000);
  expect(clock.scheduled).toBe(0);
  bytes.left = 1;
  sending.sent();
  await clock.advance(29_999);
  expect(seen.stuckAtMs).toBeUndefined();
  sending.stop();
  await clock.advance(60_000);
  expect(seen.stuckAtMs).toBeUndefined();
});
