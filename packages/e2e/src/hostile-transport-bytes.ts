import { randomBytes } from "node:crypto";
import { connect, type Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";

/** What an HTTP/2 client says first. */
export const preface: Buffer = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");

/** An HTTP/2 frame. */
export function http2Frame(
  type: number,
  { flags = 0, stream = 0, payload = Buffer.alloc(0) } = {},
): Buffer<ArrayBuffer> {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

/** A header by its name's number in HPACK's table, which is below fifteen, or the last of its bytes above that. */
function literalHeader(name: readonly number[], value: string): Buffer {
  return Buffer.concat([Buffer.from([...name, value.length]), Buffer.from(value)]);
}

/** The headers that open a stream as a client of ours does. */
export function receiveHeaders(stream = 1): Buffer<ArrayBuffer> {
  const payload = Buffer.concat([
    // `:method: POST` and `:scheme: http`.
    Buffer.from([0x83, 0x86]),
    literalHeader([0x01], "a"),
    literalHeader([0x04], "/remote.Remoting/Receive"),
    literalHeader([0x0f, 0x10], "application/grpc"),
  ]);
  return http2Frame(1, { stream, flags: 4, payload });
}

/** All that an HTTP/2 client says to send one short gRPC message. */
export function wholeRequest(message: Uint8Array): Buffer {
  const payload = Buffer.concat([Buffer.from([0, 0, 0, 0, message.length]), message]);
  return Buffer.concat([preface, http2Frame(4), receiveHeaders(), http2Frame(0, { stream: 1, payload })]);
}

/** The same bytes again and again. */
export function repeat(bytes: Buffer, times: number): Buffer<ArrayBuffer> {
  return Buffer.concat(Array.from({ length: times }, () => bytes));
}

/** Random bytes, at most so many. */
export function noise(maxLength: number): Buffer {
  return randomBytes(Math.floor(Math.random() * (maxLength + 1)));
}

/** Dials from a loopback address of the attackers' own, as the door counts by source. */
export function dial(port: number, localAddress = "127.0.0.2"): Socket {
  return connect({ host: "127.0.0.1", port, localAddress })
    .on("error", () => {})
    .resume();
}

/** Whether a socket is closed within a time. */
export async function closed(socket: Socket, withinMs: number): Promise<boolean> {
  if (socket.closed) return true;
  const close = new Promise<true>((resolve) => socket.once("close", () => resolve(true)));
  return Promise.race([close, pause(withinMs, false)]);
}

const isNightly = process.env["TS_GRAIN_NIGHTLY"] === "true";
/** Milliseconds in which a stranger's connection is closed: five seconds, and half of one for the way there and back. Elsewhere others work on the machine. */
const closedWithinMs = isNightly ? 5_500 : 8_000;

/** Opens so many connections from forty sources, lets each do its worst, and waits until all are closed. */
export async function raid(
  port: number,
  count: number,
  act: (socket: Socket, index: number) => void,
): Promise<void> {
  const outcomes: Promise<boolean>[] = [];
  for (let index = 0; index < count; index++) {
    const socket = dial(port, `127.0.0.${2 + (index % 40)}`);
    act(socket, index);
    outcomes.push(closed(socket, closedWithinMs));
    // No more at once than the kernel lets wait: whom it turns away knocks again, seconds later.
    if (index % 50 === 49) await pause(10);
  }
  const open = (await Promise.all(outcomes)).filter((isClosed) => !isClosed).length;
  if (open > 0) throw new Error(`${open} of ${count} connections are still open`);
}
