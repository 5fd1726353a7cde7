import { expect, test } from "vitest";
import { BlockList } from "./block-list.ts";

test("each id is told of once, and the newest thousand are remembered", () => {
  const told: string[] = [];
  const list = new BlockList((id) => told.push(id));
  for (let index = 0; index < 1_500; index++) {
    list.add(`member-${index}`);
    list.add(`member-${index}`);
  }
  expect(told).toHaveLength(1_500);
  expect(list.has("member-499")).toBe(false);
  expect(list.has("member-500")).toBe(true);
  expect(list.has("member-1499")).toBe(true);
});
