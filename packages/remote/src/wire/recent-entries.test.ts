import { expect, test } from "vitest";
import { RecentEntries } from "./recent-entries.ts";

const bytes = (...values: number[]) => Uint8Array.from(values);

test("an entry is found again where the same bytes stand at the same place, and only there", () => {
  const recent = new RecentEntries<string>();
  const read = bytes(1, 2, 3);
  recent.remember(1, read, "entry");
  read[0] = 9; // The frame's memory may be used again.
  expect(recent.find(1, bytes(0, 1, 2, 3), 1, 4)).toBe("entry");
  expect(recent.find(0, bytes(1, 2, 3), 0, 3)).toBeUndefined();
  expect(recent.find(1, bytes(1, 2, 4), 0, 3)).toBeUndefined();
  expect(recent.find(1, bytes(1, 2, 3), 0, 2)).toBeUndefined();
  expect(recent.find(1, bytes(1, 2, 3, 4), 0, 4)).toBeUndefined();
});

test("the latest entry of a place is remembered", () => {
  const recent = new RecentEntries<string>();
  recent.remember(0, bytes(1), "one");
  recent.remember(0, bytes(2), "two");
  expect(recent.find(0, bytes(1), 0, 1)).toBeUndefined();
  expect(recent.find(0, bytes(2), 0, 1)).toBe("two");
});

test("a peer cannot have us keep much", () => {
  const recent = new RecentEntries<string>();
  const long = new Uint8Array(257);
  recent.remember(0, long, "long");
  recent.remember(8, bytes(1), "ninth");
  expect(recent.find(0, long, 0, 257)).toBeUndefined();
  expect(recent.find(8, bytes(1), 0, 1)).toBeUndefined();
});
