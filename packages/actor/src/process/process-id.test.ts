import { expect, test } from "vitest";
import { processId } from "./process-id.ts";

test.each([
  [0, "$0"],
  [1, "$1"],
  [15, "$f"],
  [63, "$+"],
  [64, "$10"],
  [0x1041041041041, "$111111111"],
  [Number.MAX_SAFE_INTEGER, "$v++++++++"],
])("process %i has the id %s", (number, id) => {
  expect(processId(number)).toBe(id);
});
