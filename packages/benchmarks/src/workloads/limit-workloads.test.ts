import { expect, test } from "vitest";
import { findServe, limitWorkloads } from "./limit-workloads.ts";

test("workloads between two processes have one that serves, others have none", () => {
  const serving = limitWorkloads.map(({ name }) => [name, findServe(name) !== undefined]);
  expect(Object.fromEntries(serving)).toEqual({
    W4a: true,
    W4b: true,
    "connections n=1": false,
    "connections n=3": false,
    "connections n=5": false,
    "connections n=5, load n=5": false,
    "members n=1": false,
    "apart n=5, 100 calls each": false,
    "apart n=5, 500 calls each": false,
    "W5 local": false,
    "W5 remote": true,
  });
});
