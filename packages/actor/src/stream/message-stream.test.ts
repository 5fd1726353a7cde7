import { expect, test } from "vitest";
import { TestSystem } from "../testing/test-system.ts";
import { MessageStream } from "./message-stream.ts";

test("messages come out in the order in which they were sent, taken before or after", async () => {
  await using rig = new TestSystem();
  using stream = new MessageStream(rig.system.root);
  rig.system.root.send(stream.pid, "a");
  rig.system.root.send(stream.pid, "b");
  await rig.settle();
  expect([await stream.next(), await stream.next()]).toEqual([
    { done: false, value: "a" },
    { done: false, value: "b" },
  ]);
  const third = stream.next();
  rig.system.root.send(stream.pid, "c");
  expect(await third).toEqual({ done: false, value: "c" });
});

test("a typed stream takes only what it accepts", async () => {
  await using rig = new TestSystem();
  const stream = new MessageStream(rig.system.root, (message) => typeof message === "number");
  for (const message of ["a", 1, {}, 2]) rig.system.root.send(stream.pid, message);
  await rig.settle();
  stream.close();
  const sum: number[] = [];
  for await (const item of stream) sum.push(item + 1);
  expect(sum).toEqual([2, 3]);
});

test("leaving a loop stops the stream's actor", async () => {
  await using rig = new TestSystem();
  const stream = new MessageStream<string>(rig.system.root);
  rig.system.root.send(stream.pid, "a");
  for await (const item of stream) if (item === "a") break;
  await rig.settle();
  await expect(rig.system.root.requestAsync(stream.pid, "?")).rejects.toMatchObject({ code: "dead_letter" });
});

test("who waits for the next message hears of the end", async () => {
  await using rig = new TestSystem();
  const stream = new MessageStream(rig.system.root);
  const next = stream.next();
  await rig.system.root.stopAsync(stream.pid);
  expect(await next).toEqual({ done: true, value: undefined });
});
