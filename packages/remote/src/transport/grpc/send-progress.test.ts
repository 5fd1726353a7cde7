import type { Socket } from "node:net";
import { expect, test } from "vitest";
import { SendProgress } from "./send-progress.ts";

/** A socket to which a kibibyte was written, of which so much waits. */
function socket(waiting: number) {
  const of = { bytesWritten: 1_024, _handle: { writeQueueSize: waiting } };
  const write = (bytes: number): void => {
    of.bytesWritten += bytes;
    of._handle.writeQueueSize += bytes;
  };
  const take = (bytes: number): void => {
    of._handle.writeQueueSize -= bytes;
  };
  return { progress: new SendProgress(of as unknown as Socket), write, take };
}

test("a part of a write counts as soon as it is taken, and what is written only then", () => {
  const { progress, write, take } = socket(1_000);
  expect(progress.takenBytes).toBe(24);
  take(100);
  expect(progress.takenBytes).toBe(124);
  write(5_000);
  expect(progress.takenBytes).toBe(124);
});

test("what is taken while there is room shows nothing: nobody had to make it", () => {
  const { progress, write, take } = socket(0);
  for (let n = 0; n < 10; n++) {
    expect(progress.hasMoved()).toBe(false);
    write(100);
    take(100);
  }
});

test("that something is taken for which there was no room shows that room was made", () => {
  const { progress, take } = socket(1_000);
  expect(progress.hasMoved()).toBe(false);
  expect(progress.hasMoved()).toBe(false);
  take(1);
  expect(progress.hasMoved()).toBe(true);
  expect(progress.hasMoved()).toBe(false);
  take(999);
  expect(progress.hasMoved()).toBe(true);
  expect(progress.hasMoved()).toBe(false);
});

test("of a socket that has none of this to tell nothing moves", () => {
  expect(new SendProgress(undefined).hasMoved()).toBe(false);
  const closed = { bytesWritten: 10, _handle: null } as unknown as Socket;
  expect([new SendProgress(closed).takenBytes, new SendProgress(closed).hasMoved()]).toEqual([10, false]);
});
