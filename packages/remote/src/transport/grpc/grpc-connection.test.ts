import { EventEmitter } from "node:events";
import type { Http2Session, Http2Stream } from "node:http2";
import type { Socket } from "node:net";
import { Duplex, Readable } from "node:stream";
import { platformEventLoop } from "@ts-grain/actor";
import { VirtualClock } from "@ts-grain/actor/testing";
import { expect, test, vi } from "vitest";
import { BusyPoll } from "./busy-poll.ts";
import { GrpcConnection, type GrpcConnectionOptions } from "./grpc-connection.ts";
import { withPrefix } from "./grpc-deframer.ts";

const chunkBytes = 16 * 1024;

function open(
  stream: Readable,
  busyPoll: BusyPoll | undefined,
  parts: Partial<Pick<GrpcConnectionOptions, "clock" | "session" | "socket">> = {},
  ping: (answer: (error: Error | null) => void) => unknown = () => {},
): GrpcConnection {
  return new GrpcConnection({
    stream: stream as unknown as Http2Stream,
    session: { close() {}, destroy() {}, on() {}, ping } as unknown as Http2Session,
    socket: undefined,
    clock: new VirtualClock(),
    ...parts,
    maxFrameBytes: chunkBytes,
    busyPoll,
    end() {},
    failure: () => undefined,
  });
}

const nextTurn = () => new Promise<void>((resolve) => platformEventLoop.later(resolve));

test("only bytes of who is no stranger keep the event loop awake", async () => {
  const stream = new Readable({ read() {} });
  const busyPoll = new BusyPoll(0);
  const arrived = vi.spyOn(busyPoll, "arrived");
  const connection = open(stream, undefined);
  let frames = 0;
  connection.receive({ onFrame: () => frames++, onWritable() {}, onClose() {} });
  const arrive = async () => {
    stream.push(withPrefix(new Uint8Array(10)));
    await nextTurn();
  };
  await arrive();
  expect([frames, arrived.mock.calls.length]).toEqual([1, 0]);
  connection.admit(chunkBytes, busyPoll);
  await arrive();
  expect([frames, arrived.mock.calls.length]).toEqual([2, 1]);
});

test("however much has arrived, one turn of the event loop hands over no more than leaves others theirs", async () => {
  const stream = new Readable({ read() {}, highWaterMark: 16 * 1024 * 1024 });
  const frame = withPrefix(new Uint8Array(chunkBytes - 5));
  for (let chunk = 0; chunk < 100; chunk++) stream.push(frame);
  const connection = open(stream, new BusyPoll(0));
  let frames = 0;
  connection.receive({ onFrame: () => frames++, onWritable() {}, onClose() {} });
  const perTurn: number[] = [];
  for (let before = -1; frames > before; ) {
    before = frames;
    await nextTurn();
    perTurn.push(frames - before);
  }
  expect(frames).toBe(100);
  expect(Math.max(...perTurn) * chunkBytes).toBeLessThan(2 * 128 * 1024 + chunkBytes);
});

test("after the end no frame is taken any more, and what was sent and not proven to have arrived is known", async () => {
  const written: number[] = [];
  const stream = new Duplex({
    read() {},
    write(chunk: Uint8Array, _encoding, done) {
      written.push(chunk.length);
      done();
    },
  });
  const connection = open(stream, undefined);
  const onClose = vi.fn();
  connection.receive({ onFrame() {}, onWritable() {}, onClose });
  connection.send(new Uint8Array(10), 3);
  connection.send(new Uint8Array(10), 4);
  expect([connection.hasEnded, connection.unproven]).toEqual([false, 7]);
  // The other side ends its half, which is not the end of the stream yet.
  stream.push(null);
  await nextTurn();
  expect([connection.hasEnded, onClose.mock.calls.length]).toEqual([true, 0]);
  expect(connection.send(new Uint8Array(10), 5)).toBe(true);
  expect([connection.unproven, written]).toEqual([7, [15, 15]]);
});

test("what had left before pings that were answered one after the other has arrived", async () => {
  const clock = new VirtualClock();
  const stream = new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() });
  const answers: (() => void)[] = [];
  const connection = open(stream, undefined, { clock }, (answer) => answers.push(() => answer(null)));
  connection.probe();
  connection.send(new Uint8Array(10), 3);
  await clock.advance(500);
  // The second leaves before the first was answered, and proves nothing.
  await clock.advance(1_000);
  expect(answers).toHaveLength(2);
  for (const answer of answers.splice(0)) answer();
  expect(connection.unproven).toBe(3);
  await clock.advance(500);
  answers.pop()!();
  expect(connection.unproven).toBe(0);
});

/** A stream of which a byte arrives each second. */
async function trickle(frame: Uint8Array) {
  const clock = new VirtualClock();
  const stream = new Readable({ read() {} });
  const connection = open(stream, undefined, { clock });
  const seen = { frames: 0, error: undefined as Error | undefined };
  connection.receive({
    onFrame: () => seen.frames++,
    onWritable() {},
    onClose: (error) => {
      seen.error = error;
    },
  });
  const arrive = async (from: number, to: number) => {
    for (let at = from; at < to; at++) {
      stream.push(frame.subarray(at, at + 1));
      await nextTurn();
      await clock.advance(1_000);
    }
    await nextTurn();
  };
  return { seen, arrive };
}

test("a frame that comes byte by byte has 30 seconds from its first one, and no more", async () => {
  const { seen, arrive } = await trickle(withPrefix(new Uint8Array(100)));
  await arrive(0, 29);
  expect(seen).toEqual({ frames: 0, error: undefined });
  await arrive(29, 30);
  expect(seen.error).toMatchObject({ code: "connection_lost", message: expect.stringContaining("in time") });
});

test("each frame has its 30 seconds anew", async () => {
  const small = withPrefix(new Uint8Array(15));
  const { seen, arrive } = await trickle(Buffer.concat([small, small, small, small]));
  await arrive(0, 80);
  expect(seen).toEqual({ frames: 4, error: undefined });
});

/** A stream in which a byte waits for ever, on a socket that tells what the operating system has taken of what was written to it. */
function waiting() {
  const clock = new VirtualClock();
  const queued = 4 * 1024 * 1024;
  const socket = { destroy() {}, bytesWritten: queued, _handle: { writeQueueSize: queued } };
  const taken = Object.assign(new EventEmitter(), socket);
  const seen = { lostAtMs: undefined as number | undefined };
  const stream = new Duplex({ read() {}, write() {} });
  stream.once("close", () => {
    seen.lostAtMs = clock.nowMs();
  });
  const session = Object.assign(new EventEmitter(), { close() {}, destroy() {}, ping() {} });
  const connection = open(stream, undefined, {
    clock,
    session: session as unknown as Http2Session,
    socket: taken as unknown as Socket,
  });
  connection.receive({ onFrame() {}, onWritable() {}, onClose() {} });
  connection.send(new Uint8Array(1));
  return { clock, taken, seen, connection };
}

test("of who takes nothing for thirty seconds the connection is ended", async () => {
  const { clock, seen } = waiting();
  await clock.advance(29_000);
  expect(seen.lostAtMs).toBeUndefined();
  await clock.advance(6_000);
  await nextTurn();
  expect(seen.lostAtMs).toBeDefined();
});

test("who takes a part of one long message after the other takes something", async () => {
  const { clock, taken, seen } = waiting();
  for (let second = 0; second < 120; second++) {
    taken._handle.writeQueueSize -= 1024;
    await clock.advance(1_000);
  }
  await nextTurn();
  expect(seen.lostAtMs).toBeUndefined();
});

test("who answers no probe but takes what there was no room for, lives", async () => {
  const { clock, taken, seen, connection } = waiting();
  connection.probe();
  for (let second = 0; second < 20; second++) {
    taken._handle.writeQueueSize -= 32 * 1024;
    await clock.advance(1_000);
  }
  await nextTurn();
  expect(seen.lostAtMs).toBeUndefined();
  await clock.advance(3_000);
  await nextTurn();
  expect(seen.lostAtMs).toBeDefined();
});

test("who does not answer but asks, lives: over a slow link our own questions wait behind what was sent before them", async () => {
  const clock = new VirtualClock();
  const session = Object.assign(new EventEmitter(), { close() {}, destroy() {}, ping() {} });
  const stream = new Duplex({ read() {}, write() {} });
  const connection = open(stream, undefined, { clock, session: session as unknown as Http2Session });
  connection.receive({ onFrame() {}, onWritable() {}, onClose() {} });
  connection.probe();
  for (let second = 0; second < 60; second++) {
    session.emit("ping");
    await clock.advance(1_000);
  }
  expect(stream.destroyed).toBe(false);
  await clock.advance(2_500);
  expect(stream.destroyed).toBe(true);
});
