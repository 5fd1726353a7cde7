import { expect, test } from "vitest";
import { countTests } from "./count-tests.mjs";

const tests = (...statuses) => statuses.map((status) => ({ status }));

test("passed, failed and all other tests are counted", () => {
  const file = { status: "failed", assertionResults: tests("passed", "failed", "skipped", "todo") };
  expect(countTests({ testResults: [file] })).toEqual({ passed: 1, failed: 1, skipped: 2 });
});

test("a file that broke outside its tests counts as one failure", () => {
  const file = { status: "failed", assertionResults: tests("passed") };
  expect(countTests({ testResults: [file] })).toEqual({ passed: 1, failed: 1, skipped: 0 });
});
