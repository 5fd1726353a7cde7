import { PID } from "@ts-grain/actor";
import { expect, test } from "vitest";
import { WatchTable } from "./watch-table.ts";

function watch(watcher: string, watchee: string) {
  return { watcher: new PID("here:1", watcher), watchee: new PID("there:1", watchee), number: 0 };
}

test("an entry is taken once", () => {
  const table = new WatchTable();
  table.add(watch("w", "x"));
  expect(table.take("x", "w")?.watcher.id).toBe("w");
  expect(table.take("x", "w")).toBeUndefined();
  expect(table.size).toBe(0);
});

test("watching the same process again makes no second entry", () => {
  const table = new WatchTable();
  table.add(watch("w", "x"));
  table.add(watch("w", "x"));
  expect([...table]).toHaveLength(1);
});

test("a hundred thousand watches leave nothing behind", () => {
  const table = new WatchTable();
  for (let n = 0; n < 100_000; n++) table.add(watch(`w${n % 100}`, `x${n}`));
  expect(table.size).toBe(100_000);
  for (let n = 0; n < 100_000; n++) table.take(`x${n}`, `w${n % 100}`);
  expect([table.size, [...table].length]).toEqual([0, 0]);
});
