import { create } from "@bufbuild/protobuf";
import { UInt32ValueSchema } from "@bufbuild/protobuf/wkt";
import { DeadLetterEvent, type Message, PID, Stop } from "@ts-grain/actor";
import { TestProbe } from "@ts-grain/actor/testing";
import { expect, test, vi } from "vitest";
import { RemotePair } from "../../test/remote-pair.ts";
import { EndpointTerminatedEvent } from "./endpoint-events.ts";

const target = new PID("nowhere:1", "x");

/** A system with so many numbers on their way to where nobody is, and the dead letters that come of them. */
async function scene(pair: RemotePair, count: number) {
  const letters: number[] = [];
  const { eventStream, root } = pair.a.system;
  eventStream.subscribe((event) => {
    if (event instanceof DeadLetterEvent && event.target?.address === target.address)
      letters.push((event.message as Message & { value: number }).value);
  });
  for (let value = 0; value < count; value++) root.send(target, create(UInt32ValueSchema, { value }));
  const giveUp = () => eventStream.publish(new EndpointTerminatedEvent(target.address));
  return { letters, giveUp, all: Array.from({ length: count }, (_, n) => n) };
}

test("few messages that waited for an address are dead letters as soon as it is given up", async () => {
  await using pair = await RemotePair.start();
  const { letters, giveUp, all } = await scene(pair, 900);
  giveUp();
  expect(letters).toEqual(all);
});

test("very many become dead letters in several turns of the event loop, in order, also those of two addresses", async () => {
  await using pair = await RemotePair.start();
  const { letters, giveUp, all } = await scene(pair, 20_500);
  const watcher = new TestProbe(pair.a.system);
  watcher.watch(target);
  giveUp();
  expect(letters).toHaveLength(1_000);
  // Meanwhile others are told, and more is sent there and given up.
  for (const value of [20_500, 20_501]) {
    pair.a.system.root.send(target, create(UInt32ValueSchema, { value }));
    giveUp();
  }
  const lengths: number[] = [];
  while (letters.length <= 20_501 && lengths.length < 100) {
    const before = letters.length;
    await new Promise<void>((resolve) => pair.clock.eventLoop.later(resolve));
    lengths.push(letters.length - before);
  }
  expect(letters).toEqual([...all, 20_500, 20_501]);
  expect(Math.max(...lengths)).toBeLessThanOrEqual(1_000);
  expect(watcher.messages).toEqual([expect.objectContaining({ why: "address_terminated" })]);
});

test("the runtime's own messages become none, and do not take a turn that is longer either", async () => {
  await using pair = await RemotePair.start();
  const { letters, giveUp } = await scene(pair, 10);
  const { processes } = pair.a.system;
  for (let n = 0; n < 3_000; n++) processes.get(target).sendSystem(target, new Stop());
  pair.a.system.root.send(target, create(UInt32ValueSchema, { value: 10 }));
  giveUp();
  expect(letters).toHaveLength(10);
  await pair.clock.settle();
  expect(letters).toHaveLength(11);
});

test.for(["the remote, and waits for it", "the remote and the system at once"] as const)(
  "none is missing if somebody ends %s meanwhile",
  async (what) => {
    await using pair = await RemotePair.start();
    const { letters, giveUp, all } = await scene(pair, 5_500);
    giveUp();
    const ending = pair.a.remote.shutdown({ graceful: false });
    if (what === "the remote and the system at once") void pair.a.system.shutdown();
    await ending;
    expect(letters).toEqual(all);
    expect(pair.a.system.stats.deadLetters.unreachable).toBe(5_500);
  },
);

test("one that nobody can be told of holds up no other", async () => {
  await using pair = await RemotePair.start();
  const { letters, giveUp, all } = await scene(pair, 900);
  const { processes } = pair.a.system;
  const post = processes.deadLetter.bind(processes);
  let failures = 0;
  using failing = vi.spyOn(processes, "deadLetter").mockImplementation((letter) => {
    if (failures++ < 3) throw new Error("nobody hears");
    post(letter);
  });
  giveUp();
  expect(failing).toHaveBeenCalledTimes(900);
  expect(letters).toEqual(all.slice(3));
  await pair.a.remote.shutdown();
});
