import { expect, test } from "vitest";
import { parseCommandLine, selectWorkloads } from "./command-line.ts";

test("a group is measured in full by default", () => {
  expect(parseCommandLine(["local"])).toEqual({
    name: "run",
    group: "local",
    rounds: 5,
    only: [],
    effort: "full",
  });
});

test("a quick run is one round, unless told otherwise", () => {
  expect(parseCommandLine(["local", "--quick"])).toMatchObject({ rounds: 1, effort: "quick" });
  expect(parseCommandLine(["local", "--quick", "--rounds", "2"])).toMatchObject({ rounds: 2 });
});

test("workloads are separated by commas", () => {
  expect(parseCommandLine(["local", "--only", "W1a,W2"])).toMatchObject({ only: ["W1a", "W2"] });
});

test("the table of a group is a command of its own", () => {
  expect(parseCommandLine(["table", "local"])).toEqual({ name: "table", group: "local" });
});

test.each([[[]], [["--help"]], [["local", "--help"]]])("%j asks for help", (args) => {
  expect(parseCommandLine(args)).toEqual({ name: "help" });
});

test.each([
  [["local", "remote"], "one group"],
  [["table"], "one group"],
  [["local", "--rounds", "0"], "--rounds"],
  [["local", "--rounds", "some"], "--rounds"],
  [["local", "--fast"], "--fast"],
])("%j is refused", (args, reason) => {
  expect(() => parseCommandLine(args)).toThrow(reason);
});

const names = ["W1a", "W1b", "W2 c=1", "W2 c=100", "W21"];

test.each([
  [[], names],
  [["W1b"], ["W1b"]],
  [["W2"], ["W2 c=1", "W2 c=100"]],
  [
    ["W2 c=1", "W1a"],
    ["W1a", "W2 c=1"],
  ],
])("%j selects %j", (only, selected) => {
  expect(selectWorkloads(names, only)).toEqual(selected);
});

test("a name that fits no workload is refused", () => {
  expect(() => selectWorkloads(names, ["W1a", "W3"])).toThrow("no workload is called W3");
});
