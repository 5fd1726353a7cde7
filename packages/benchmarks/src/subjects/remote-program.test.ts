import { describe, expect, test } from "vitest";
import { openRemoteProgram } from "./open-remote-program.ts";

async function open(name: string) {
  const program = await openRemoteProgram(name);
  return program.connect(await program.serve());
}

describe.each([
  "ts-grain",
  "ts-grain-codec",
  "floor",
  "floor-codec",
  "floor-mailbox",
  "floor-mailbox-codec",
  "connect-node",
  "grpc-js",
  "moleculer",
  "effect",
])("%s", (name) => {
  test("it gives each question its own answer", async () => {
    const subject = await open(name);
    const answers = await Promise.all([1, 5, 3].map((number) => subject.ask(number)));
    expect(answers.map(({ number }) => number)).toEqual([2, 6, 4]);
  });
});

const actors = ["ts-grain", "ts-grain-codec", "floor", "floor-codec", "floor-mailbox", "floor-mailbox-codec"];

describe.each([...actors, "connect-stream"])("%s", (name) => {
  test("it counts what is sent one way, each time anew", async () => {
    const subject = await open(name);
    expect(await subject.tell(25_000)).toBe(25_000);
    expect(await subject.tell(10)).toBe(10);
  });
});

describe.each(actors)("%s", (name) => {
  test("each ping is answered by a pong, each time anew", async () => {
    const subject = await open(name);
    expect(await subject.exchange(25_000)).toBe(25_000);
    expect(await subject.exchange(10)).toBe(10);
  });
});

test("an unknown program is refused", async () => {
  await expect(openRemoteProgram("orleans")).rejects.toThrow(`no remote program is called "orleans"`);
});
