import { expect, test } from "vitest";
import type { Members } from "../subjects/cluster-program.ts";
import { apart } from "./membership.ts";

test("clusters apart have a member each, and are called in turn", async () => {
  const opened: number[] = [];
  const called: string[] = [];
  const program = apart({
    openMembers(count): Promise<Members> {
      const cluster = opened.push(count);
      return Promise.resolve({
        grain: (identity) => ({
          ask: (number) => {
            called.push(`${identity} of ${cluster}`);
            return Promise.resolve({ number });
          },
        }),
        join: () => Promise.resolve(),
        leave: () => Promise.resolve(),
      });
    },
  });
  const members = await program.openMembers!(3);
  expect(opened).toEqual([1, 1, 1]);
  for (const identity of ["a", "b", "c", "a"]) await members.grain(identity).ask(1);
  expect(called).toEqual(["a of 1", "b of 2", "c of 3", "a of 1"]);
});
