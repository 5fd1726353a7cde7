import { describe, expect, test } from "vitest";
import { openClusterProgram } from "./open-cluster-program.ts";

describe.each(["ts-grain", "ts-grain-actor", "floor", "bare objects", "effect"])("%s", (name) => {
  test("its grains give each question its own answer", async () => {
    const grains = await (await openClusterProgram(name)).openAlone();
    const answers = await Promise.all([1, 5, 3].map((number) => grains.grain(`g${number}`).ask(number)));
    expect(answers.map(({ number }) => number)).toEqual([2, 6, 4]);
  });
});

describe.each(["ts-grain", "ts-grain-actor", "bare objects", "connect-node", "effect"])("%s", (name) => {
  test("its grains answer through a socket", async () => {
    const program = await openClusterProgram(name);
    const grains = await program.connect(await program.serve());
    expect((await grains.grain("one").ask(7)).number).toBe(8);
  });
});

test("an unknown program is refused", async () => {
  await expect(openClusterProgram("orleans")).rejects.toThrow(`no cluster program is called "orleans"`);
});
