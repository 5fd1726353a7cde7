import type { ServerHttp2Stream } from "node:http2";
import { setTimeout as pause } from "node:timers/promises";
import { PID } from "@ts-grain/actor";
import { VirtualClock } from "@ts-grain/actor/testing";
import { GrpcTransport } from "@ts-grain/remote";
import { expect, test } from "vitest";
import { startGlutton } from "./glutton.ts";
import { greeting, openWithoutWindow } from "./hostile-transport-windows.ts";
import { TextMember, text } from "./text-member.ts";

const mebibyte = 1024 * 1024;

/** Lets virtual time pass in steps between which real sockets have their turns, such as for the answers to probes. */
async function pass(clock: VirtualClock, ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 250) {
    await clock.advance(250);
    await pause(5);
  }
}

test("a peer that dials, never opens its window and answers probes is shown out within 35 s", async () => {
  const clock = new VirtualClock();
  await using member = await TextMember.start({ transport: new GrpcTransport({ clock }) });
  const stream = await openWithoutWindow(member.remote.address);
  let isClosed = false;
  stream.session!.once("close", () => {
    isClosed = true;
  });
  stream.write(await greeting("shut"));
  await expect.poll(() => member.remote.stats.sessions).toBe(1);
  await pause(50);
  await pass(clock, 29_000);
  expect([isClosed, member.remote.stats.sessions]).toEqual([false, 1]);
  await pass(clock, 6_500);
  await expect.poll(() => [isClosed, member.remote.stats.sessions]).toEqual([true, 0]);
});

test("a peer that takes a long message bit by bit, for longer than one that takes nothing is borne, is not given up", async () => {
  const clock = new VirtualClock();
  using slow = await startGlutton();
  await using member = await TextMember.start({ transport: new GrpcTransport({ clock }) });
  const target = new PID(slow.address, "x");
  member.system.root.send(target, text("first"));
  await expect.poll(() => member.remote.dialectAt(slow.address)).toBe("proto-actor");
  // As a frame of its own it leaves in one write.
  member.system.root.send(target, text("x".repeat(3.5 * mebibyte)));
  const [stream] = slow.streams as [ServerHttp2Stream];
  let takenBytes = 0;
  let passedMs = 0;
  for (; takenBytes < 3.5 * mebibyte && passedMs < 120_000; passedMs += 250) {
    takenBytes += ((stream.read(16 * 1024) ?? stream.read()) as Buffer | null)?.length ?? 0;
    await pass(clock, 250);
  }
  expect(stream.session!.destroyed).toBe(false);
  expect(takenBytes).toBeGreaterThanOrEqual(3.5 * mebibyte);
  expect(passedMs).toBeGreaterThan(45_000);
});

test("for a peer that was dialled and takes nothing any more only so much waits, and its connection is ended within 35 s", async () => {
  const clock = new VirtualClock();
  using glutton = await startGlutton();
  await using member = await TextMember.start({ transport: new GrpcTransport({ clock }) });
  await using other = await TextMember.start();
  const target = new PID(glutton.address, "x");
  member.system.root.send(target, text("first"));
  await expect.poll(() => member.remote.dialectAt(glutton.address)).toBe("proto-actor");
  await pause(50);
  for (let n = 0; n < 40; n++) member.system.root.send(target, text("x".repeat(mebibyte)));
  const refused = member.system.stats.deadLetters.overloaded;
  // What waits in the buffer, and what was given to the stream before that asked to wait.
  expect(refused).toBeGreaterThanOrEqual(40 - 16 - 3);
  expect(refused).toBeLessThan(40);
  const [{ session }] = glutton.streams as [ServerHttp2Stream];
  await pass(clock, 29_000);
  expect([session!.destroyed, glutton.streams.length]).toEqual([false, 1]);
  await expect(member.request(other.pid("echo"), text("x"))).resolves.toEqual(text("ts: x"));
  await pass(clock, 8_500);
  await expect.poll(() => session!.destroyed).toBe(true);
});
