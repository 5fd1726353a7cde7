import { once } from "node:events";
import { type ClientHttp2Stream, connect as connectHttp2, constants } from "node:http2";
import { connect } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { http2Frame, noise, preface, raid, receiveHeaders, repeat } from "./hostile-transport-bytes.ts";
import { oddPrefixes } from "./hostile-transport-prefixes.ts";
import type { HostileRig } from "./hostile-transport-rig.ts";
import { prefixed, receiveStream } from "./hostile-transport-streams.ts";

/** Something that a stranger or a peer may do to a member. */
export interface Attack {
  /** Of the catalogue of cases. */
  readonly id: string;
  readonly what: string;
  /** How many dead letters show that it got as far as it should. Default: any number. */
  readonly deadLetters?: number;
  /** How many connections, greetings, frames and messages are refused and counted, at least. Default 0. */
  readonly refused?: number;
  readonly run: (rig: HostileRig) => Promise<Tally | undefined> | Promise<void>;
  /** The headers that its messages come with, each as `name=value`. */
  readonly headers?: readonly (readonly string[])[];
  /** How many MiB the victim's resident memory may grow by. Default 64. */
  readonly mostMebibytes?: number;
  /** Milliseconds that it may take. Default 60,000. */
  readonly timeoutMs?: number;
}

/** What only an attack itself can count. */
export interface Tally {
  /** Connections that the victim has ended for what came: each is among those refused. */
  readonly ended: number;
}

const settings = http2Frame(4);

/** A frame of the greatest length that a stranger may send, of a kind that nobody knows. */
const strangerFrame = Buffer.concat([Buffer.from([0x7a, 0xfd, 0x7f]), Buffer.alloc(16 * 1024 - 3)]);

function keepSending(stream: ClientHttp2Stream, frame: Uint8Array): void {
  const fill = (): void => {
    while (!stream.destroyed && stream.write(frame));
  };
  stream.on("drain", fill);
  fill();
}

/** As many as may be there at once, from four sources. @throws Error unless the member ends them all in time. */
async function strangers(
  rig: HostileRig,
  withinMs: number,
  act: (stream: ClientHttp2Stream) => void,
): Promise<void> {
  const ends = Array.from({ length: 64 }, (_, index) => {
    const createConnection = () =>
      connect({ host: "127.0.0.1", port: rig.port, localAddress: `127.0.0.${2 + (index % 4)}` });
    const session = connectHttp2(`http://${rig.address}`, { createConnection }).on("error", () => {});
    const end = new Promise<boolean>((resolve) => session.once("close", () => resolve(true)));
    const stream = session
      .request(
        { ":method": "POST", ":path": "/remote.Remoting/Receive", "content-type": "application/grpc" },
        { endStream: false },
      )
      .on("error", () => {});
    act(stream);
    return Promise.race([end, pause(withinMs, false)]);
  });
  if ((await Promise.all(ends)).includes(false)) throw new Error("the member did not end the connection");
}

async function rapidReset(rig: HostileRig): Promise<Tally> {
  let ended = 0;
  for (let sent = 0; sent < 100_000; ) {
    const session = connectHttp2(`http://${rig.address}`).on("error", () => {});
    await once(session, "connect");
    for (; sent < 100_000 && !session.closed && !session.destroyed; sent++) {
      const stream = session.request({
        ":method": "POST",
        ":path": "/remote.Remoting/Receive",
        "content-type": "application/grpc",
      });
      stream.on("error", () => {});
      stream.close(constants.NGHTTP2_CANCEL);
      if (sent % 1_000 === 0) await pause(1);
    }
    session.destroy();
    ended++;
    await pause(1);
  }
  return { ended };
}

/** What strangers may do to a port that speaks TLS. */
export const tlsFloods: readonly Attack[] = [
  {
    id: "H1",
    what: "over TLS, 2,000 connections with random bytes, half of them as a handshake",
    run: ({ port }) =>
      raid(port, 2_000, (socket, index) => {
        socket.write(index % 2 === 0 ? noise(4_096) : handshake(noise(4_096)));
      }),
  },
  {
    id: "H13",
    what: "over TLS, 2,000 connections that say nothing, or a byte a second of a handshake",
    run: ({ port }) =>
      raid(port, 2_000, (socket, index) => {
        if (index % 2 === 0) return;
        const bytes = handshake(noise(512));
        let sent = 0;
        const timer = setInterval(() => socket.write(bytes.subarray(sent, ++sent)), 1_000);
        socket.once("close", () => clearInterval(timer));
      }),
  },
];

/** A record of TLS that begins a handshake with a greeting of this length, whatever is in it. */
function handshake(body: Buffer): Buffer {
  const head = Buffer.from([0x16, 0x03, 0x01, 0, 0, 0x01, 0, 0, 0]);
  head.writeUInt16BE(body.length + 4, 3);
  head.writeUIntBE(body.length, 6, 3);
  return Buffer.concat([head, body]);
}

interface Flood {
  readonly what: string;
  readonly flood: Buffer;
  /** Default 100. */
  readonly connections?: number;
  /** Default H12. */
  readonly id?: string;
}

/** A whole block of headers, which opens a stream. */
function headers(stream: number, block: Buffer<ArrayBuffer>): Buffer {
  return http2Frame(1, { stream, flags: 4, payload: block });
}

/** `:method: POST`, `:scheme: http` and `:path: /`, each by its number in HPACK's table, and `:authority: a`: without one the rest would not be looked at. */
const shortHeaders = Buffer.from([0x83, 0x86, 0x84, 0x01, 1, 0x61]);

/** A header of 4,000 bytes that is put into HPACK's table, and then named 11,000 times by a byte each. */
function headerBomb(): Buffer<ArrayBuffer> {
  const entry = Buffer.concat([Buffer.from([0x40, 1, 0x61, 0x7f, 0xa1, 0x1e]), Buffer.alloc(4_000, "x")]);
  return Buffer.concat([shortHeaders, entry, Buffer.alloc(11_000, 0xbe)]);
}

/** A block of so many headers `a: b`, in frames of which none is longer than they may be. */
function manyHeaders(count: number): Buffer {
  const perFrame = 2_000;
  const some = repeat(Buffer.from([0x00, 1, 0x61, 1, 0x62]), perFrame);
  const frames = Array.from({ length: count / perFrame - 1 }, (_, n) =>
    http2Frame(9, { stream: 1, flags: n === count / perFrame - 2 ? 4 : 0, payload: some }),
  );
  return Buffer.concat([
    http2Frame(1, { stream: 1, payload: Buffer.concat([shortHeaders, some]) }),
    ...frames,
  ]);
}

/** What strangers may do to a port that speaks HTTP/2. */
export const floods: readonly Attack[] = [
  {
    id: "H1",
    what: "2,000 connections with random bytes, half after a valid preface",
    refused: 1_500,
    run: ({ port }) =>
      raid(port, 2_000, (socket, index) => {
        socket.write(index % 2 === 0 ? noise(4_096) : Buffer.concat([preface, noise(4_096)]));
      }),
  },
  oddPrefixes,
  {
    id: "S2",
    what: "64 strangers that send frames of 16 KiB as fast as they can",
    refused: 64,
    mostMebibytes: 32,
    run: (rig) => strangers(rig, 2_000, (stream) => keepSending(stream, prefixed(strangerFrame))),
  },
  {
    id: "S2",
    what: "64 strangers that hold back the last byte of a frame of 16 KiB",
    refused: 64,
    mostMebibytes: 32,
    run: (rig) => strangers(rig, 6_000, (stream) => stream.write(prefixed(strangerFrame).subarray(0, -1))),
  },
  { id: "H12", what: "100,000 streams, each reset at once", run: rapidReset },
  ...[
    { what: "20,000 pings", flood: repeat(http2Frame(6, { payload: Buffer.alloc(8) }), 20_000) },
    { what: "20,000 settings", flood: repeat(settings, 20_000) },
    {
      what: "20,000 priorities",
      flood: repeat(http2Frame(2, { stream: 1, payload: Buffer.alloc(5) }), 20_000),
    },
    {
      what: "20,000 empty data frames",
      flood: Buffer.concat([receiveHeaders(), repeat(http2Frame(0, { stream: 1 }), 20_000)]),
    },
    {
      what: "20,000 window updates",
      flood: repeat(http2Frame(8, { payload: Buffer.from([0, 0, 0, 1]) }), 20_000),
    },
    {
      what: "window updates beyond the maximum",
      flood: http2Frame(8, { payload: Buffer.from([0x7f, 0xff, 0xff, 0xff]) }),
      connections: 1_000,
    },
    {
      what: "5,000 streams that are opened and left",
      flood: Buffer.concat(Array.from({ length: 5_000 }, (_, n) => receiveHeaders(2 * n + 1))),
    },
    { what: "header blocks of 15 kB that unpack to 44 MB", flood: headers(1, headerBomb()) },
    { what: "header blocks of 10,000 headers", flood: manyHeaders(10_000) },
    // The stream is never opened, as its headers never end.
    {
      id: "H13",
      what: "a header block that never ends",
      flood: http2Frame(1, { stream: 1, payload: shortHeaders }),
    },
    {
      what: "1,000 continuations of one header block",
      flood: Buffer.concat([
        http2Frame(1, { stream: 1, payload: Buffer.alloc(10) }),
        repeat(http2Frame(9, { stream: 1, payload: Buffer.alloc(1_000) }), 1_000),
      ]),
    },
  ].map(
    ({ id = "H12", what, flood, connections = 100 }: Flood): Attack => ({
      id,
      what: `${what}, on each of ${connections.toLocaleString("en")} connections`,
      run: ({ port }) =>
        raid(port, connections, (socket) => socket.write(Buffer.concat([preface, settings, flood]))),
    }),
  ),
  {
    id: "H13",
    what: "2,000 connections that say nothing, or a byte a second of a preface",
    refused: 2_000,
    run: ({ port }) =>
      raid(port, 2_000, (socket, index) => {
        if (index % 2 === 0) return;
        let at = 0;
        const timer = setInterval(() => socket.write(preface.subarray(at, ++at)), 1_000);
        socket.once("close", () => clearInterval(timer));
      }),
  },
  {
    id: "H13",
    what: "10 streams whose first frame comes a byte a second",
    refused: 10,
    run: async (rig) => {
      const starts = Array.from({ length: 10 }, () => receiveStream(rig, Buffer.from([0, 0, 0, 1, 0])));
      await Promise.all(starts);
    },
  },
];
