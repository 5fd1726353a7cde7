import { describe, expect, test } from "vitest";
import { openSubject } from "./open-subject.ts";

describe.each(["ts-grain", "floor", "nact"])("%s", (name) => {
  test.each(["sync", "async"] as const)("its players with %s handlers catch every ball", async (handlers) => {
    const subject = await openSubject(name);
    expect(await subject.play({ pairs: 3, catches: 5, handlers })).toBe(30);
  });

  test("its counter counts what it was told", async () => {
    const counter = (await openSubject(name)).openCounter();
    counter.tell(1000);
    expect(await counter.readCount()).toBe(1000);
  });

  test("its responder gives each question its own answer", async () => {
    const responder = (await openSubject(name)).openResponder();
    const answers = await Promise.all([1, 5, 3].map((number) => responder.ask(number)));
    expect(answers.map(({ number }) => number)).toEqual([2, 6, 4]);
  });

  test("its idle actors have all started", async () => {
    const { started, handles } = await (await openSubject(name)).spawnIdle(50);
    expect(started).toBe(50);
    expect(new Set(handles).size).toBe(50);
  });

  test("its tree adds up the numbers of its leaves", async () => {
    const subject = await openSubject(name);
    expect(await subject.growTree(2)).toBe(4950);
    expect(await subject.growTree(0)).toBe(0);
  });
});

test("an unknown subject is refused", async () => {
  await expect(openSubject("comedy")).rejects.toThrow(`no subject is called "comedy"`);
});
