import { expect, test } from "vitest";
import type { ActorCell } from "../actor-cell/actor-cell.ts";
import type { Guardian } from "../actor-cell/guardian.ts";
import { PID } from "../pid/pid.ts";
import { oneForOne } from "../supervision/one-for-one.ts";
import { Guardians } from "./guardians.ts";

const pid = new PID("nonhost", "x");

/** Stands for an actor, of which a guardian's list needs no more than its place. */
function child(): ActorCell {
  return { older: undefined, younger: undefined } as unknown as ActorCell;
}

test("a guardian is there as long as its strategy has actors", () => {
  const guardians = new Guardians();
  const strategy = oneForOne();
  const children = [child(), child()];
  const used = new Set<Guardian>();
  for (const cell of children) {
    guardians.spawnUnder(strategy, (guardian) => {
      used.add(guardian);
      guardian.childList.add(cell);
      return pid;
    });
  }
  expect([guardians.size, used.size]).toEqual([1, 1]);
  const [guardian] = used;
  for (const [index, cell] of children.entries()) {
    expect(guardians.size, `before the end of child ${index}`).toBe(1);
    guardian!.childEnded(cell);
  }
  expect(guardians.size).toBe(0);
});

test("a guardian whose first actor cannot be made is not kept", () => {
  const guardians = new Guardians();
  const fail = (): PID => {
    throw new Error("not today");
  };
  expect(() => guardians.spawnUnder(oneForOne(), fail)).toThrow("not today");
  expect(guardians.size).toBe(0);
});
