import { once } from "node:events";
import { connect as connectHttp2, constants } from "node:http2";
import type { Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { connect as connectTls } from "node:tls";
import { GrpcTransport, type GrpcTransportOptions, type Listener } from "@ts-grain/remote";
import { expect, test } from "vitest";
import { closed, dial, http2Frame, preface, repeat } from "./hostile-transport-bytes.ts";
import { TestAuthority } from "./test-authority.ts";

const silent = { onFrame() {}, onWritable() {}, onClose() {} };

/** A listening transport, and what it received. */
interface Victim extends AsyncDisposable {
  readonly listener: Listener;
  readonly frames: Uint8Array[];
  readonly options: GrpcTransportOptions;
}

async function victim(options: GrpcTransportOptions = {}): Promise<Victim> {
  const frames: Uint8Array[] = [];
  const settings = { pendingTimeoutMs: 500, ...options };
  const listener = await new GrpcTransport(settings).listen({ host: "127.0.0.1", port: 0 }, (connection) => {
    connection.receive({ ...silent, onFrame: (frame) => frames.push(frame) });
  });
  return { listener, frames, options: settings, [Symbol.asyncDispose]: () => listener.close() };
}

/** An honest peer gets through: within a second, and from another address than the attackers'. */
async function expectOpenToOthers({ listener, frames, options }: Victim): Promise<void> {
  const before = frames.length;
  const signal = AbortSignal.timeout(1_000);
  const connection = await new GrpcTransport(options).connect(`127.0.0.1:${listener.port}`, silent, {
    signal,
  });
  connection.send(Uint8Array.of(1, 2, 3));
  await expect.poll(() => frames.length).toBe(before + 1);
  connection.close();
}

const settings = http2Frame(4);

test("connections that say nothing or nonsense are closed, and others still get in", async () => {
  await using attacked = await victim();
  const nonsense = Buffer.from(Array.from({ length: 2_000 }, (_, n) => (n * 7919) % 256));
  const sockets = Array.from({ length: 200 }, (_, n) => {
    const socket = dial(attacked.listener.port, `127.0.0.${2 + (n % 40)}`);
    if (n % 4 === 1) socket.write(nonsense);
    if (n % 4 === 2) socket.write(Buffer.concat([preface, nonsense]));
    if (n % 4 === 3) socket.write(preface.subarray(0, n % 24));
    return socket;
  });
  await expect(Promise.all(sockets.map((socket) => closed(socket, 5_000)))).resolves.not.toContain(false);
  await expectOpenToOthers(attacked);
});

test("while one source holds all the connections that it may have, another gets in", async () => {
  await using attacked = await victim({ pendingTimeoutMs: 60_000 });
  const sockets = Array.from({ length: 40 }, () => dial(attacked.listener.port));
  const outcomes = await Promise.all(sockets.map((socket) => closed(socket, 300)));
  expect(outcomes.filter((isClosed) => !isClosed)).toHaveLength(16);
  await expect.poll(() => attacked.listener.turnedAway).toBe(40 - 16);
  await expectOpenToOthers(attacked);
  for (const socket of sockets) socket.destroy();
});

test("while forty sources take every place that becomes free, another gets in", async () => {
  await using attacked = await victim({ pendingTimeoutMs: 60_000 });
  let dialled = 0;
  let isOver = false;
  const sockets = new Set<Socket>();
  const refill = (source: string): void => {
    dialled++;
    const socket = dial(attacked.listener.port, source);
    sockets.add(socket);
    socket.once("close", () => {
      sockets.delete(socket);
      if (!isOver) refill(source);
    });
  };
  for (let n = 0; n < 160; n++) refill(`127.0.0.${2 + (n % 40)}`);
  await expect.poll(() => dialled, { timeout: 5_000 }).toBeGreaterThan(400);
  await expectOpenToOthers(attacked);
  isOver = true;
  for (const socket of sockets) socket.destroy();
});

test.for([
  { name: "pings", flood: repeat(http2Frame(6, { payload: Buffer.alloc(8) }), 20_000) },
  { name: "settings", flood: repeat(settings, 20_000) },
  { name: "long settings", flood: repeat(http2Frame(4, { payload: Buffer.alloc(6 * 1_000) }), 10) },
  { name: "priorities", flood: repeat(http2Frame(2, { stream: 1, payload: Buffer.alloc(5) }), 20_000) },
  {
    name: "window updates beyond the maximum",
    flood: http2Frame(8, { payload: Buffer.from([0x7f, 0xff, 0xff, 0xff]) }),
  },
  {
    name: "continuations without end",
    flood: Buffer.concat([
      http2Frame(1, { stream: 1, payload: Buffer.alloc(10) }),
      repeat(http2Frame(9, { stream: 1, payload: Buffer.alloc(1_000) }), 1_000),
    ]),
  },
  {
    name: "data on a stream that is not open",
    flood: repeat(http2Frame(0, { stream: 5, payload: Buffer.alloc(100) }), 100),
  },
  { name: "frames longer than allowed", flood: http2Frame(0, { stream: 1, payload: Buffer.alloc(100_000) }) },
])("a flood of $name ends its own connection only", async ({ flood }) => {
  await using attacked = await victim();
  const socket = dial(attacked.listener.port);
  socket.write(Buffer.concat([preface, settings, flood]));
  await expect(closed(socket, 5_000)).resolves.toBe(true);
  await expectOpenToOthers(attacked);
});

test("streams that are opened and reset at once end the session", async () => {
  await using attacked = await victim({ pendingTimeoutMs: 60_000 });
  const session = connectHttp2(`http://127.0.0.1:${attacked.listener.port}`).on("error", () => {});
  let isClosed = false;
  session.on("close", () => {
    isClosed = true;
  });
  await once(session, "connect");
  for (let n = 0; n < 2_000 && !isClosed; n++) {
    const stream = session.request({
      ":method": "POST",
      ":path": "/remote.Remoting/Receive",
      "content-type": "application/grpc",
    });
    stream.on("error", () => {});
    stream.close(constants.NGHTTP2_CANCEL);
    if (n % 50 === 0) await pause(1);
  }
  await expect.poll(() => isClosed, { timeout: 5_000 }).toBe(true);
  await expect.poll(() => attacked.listener.turnedAway).toBe(1);
  await expectOpenToOthers(attacked);
});

test.for([
  { name: "an announced length of four gibibytes", prefix: [0, 0xff, 0xff, 0xff, 0xff] },
  { name: "a length above what strangers may send", prefix: [0, 0, 0, 0x40, 1] },
  { name: "a compressed message", prefix: [1, 0, 0, 0, 1] },
])("$name is refused on its prefix", async ({ prefix }) => {
  await using attacked = await victim({ pendingTimeoutMs: 60_000 });
  const session = connectHttp2(`http://127.0.0.1:${attacked.listener.port}`).on("error", () => {});
  const stream = session
    .request(
      { ":method": "POST", ":path": "/remote.Remoting/Receive", "content-type": "application/grpc" },
      { endStream: false },
    )
    .on("error", () => {});
  stream.write(Uint8Array.from(prefix));
  await once(session, "close");
  expect(attacked.frames).toEqual([]);
  await expectOpenToOthers(attacked);
});

test("a stranger's windows are small, and wide once it is admitted; then its end does not count as turned away", async () => {
  const admitted = Promise.withResolvers<void>();
  const listener = await new GrpcTransport().listen({ host: "127.0.0.1", port: 0 }, (connection) =>
    connection.receive({
      ...silent,
      onFrame: () => {
        connection.admit();
        admitted.resolve();
      },
    }),
  );
  const session = connectHttp2(`http://127.0.0.1:${listener.port}`).on("error", () => {});
  const stream = session
    .request(
      { ":method": "POST", ":path": "/remote.Remoting/Receive", "content-type": "application/grpc" },
      { endStream: false },
    )
    .on("error", () => {});
  await once(stream, "response");
  expect(session.remoteSettings.initialWindowSize).toBe(64 * 1024);
  expect(session.state.remoteWindowSize).toBe(64 * 1024 - 1);
  stream.write(Uint8Array.from([0, 0, 0, 0, 1, 7]));
  await admitted.promise;
  await expect.poll(() => session.remoteSettings.initialWindowSize).toBe(16 * 1024 * 1024);
  expect(session.state.remoteWindowSize).toBeGreaterThan(16 * 1024 * 1024 - 100);
  session.destroy();
  await once(session, "close");
  // Somebody else, after whose end the first one's has been seen.
  dial(listener.port).destroySoon();
  await expect.poll(() => listener.turnedAway).toBeGreaterThan(0);
  expect(listener.turnedAway).toBe(1);
  await listener.close();
});

test("a peer's connection that we end is gone as soon as the peer ends it, too", async () => {
  const listener = await new GrpcTransport().listen({ host: "127.0.0.1", port: 0 }, (connection) =>
    connection.receive({
      ...silent,
      onFrame: () => {
        connection.admit();
        connection.close();
      },
    }),
  );
  const session = connectHttp2(`http://127.0.0.1:${listener.port}`).on("error", () => {});
  const stream = session
    .request(
      { ":method": "POST", ":path": "/remote.Remoting/Receive", "content-type": "application/grpc" },
      { endStream: false },
    )
    .on("error", () => {})
    .resume();
  stream.write(Uint8Array.from([0, 0, 0, 0, 1, 7]));
  await once(stream, "trailers");
  const end = new Promise<"gone">((resolve) => session.once("close", () => resolve("gone")));
  // Was under way when the connection was ended.
  stream.end(Uint8Array.from([0, 0, 0, 0, 1, 8]));
  await expect(Promise.race([end, pause(1_000, "still there")])).resolves.toBe("gone");
  await listener.close();
});

test.for([
  { name: "another rpc", headers: { ":path": "/remote.Remoting/ListProcesses" }, status: "12" },
  { name: "another content type", headers: { "content-type": "application/json" }, status: "12" },
  { name: "another method", headers: { ":method": "GET" }, status: "12" },
])("$name is answered as unimplemented", async ({ headers, status }) => {
  await using attacked = await victim();
  const session = connectHttp2(`http://127.0.0.1:${attacked.listener.port}`).on("error", () => {});
  const stream = session.request({
    ":method": "POST",
    ":path": "/remote.Remoting/Receive",
    "content-type": "application/grpc",
    ...headers,
  });
  const [answer] = (await once(stream, "response")) as [Record<string, string>];
  expect(answer["grpc-status"]).toBe(status);
  session.destroy();
});

test("headers that are too many or too long are refused", async () => {
  await using attacked = await victim({ pendingTimeoutMs: 60_000 });
  for (const count of [100, 5_000]) {
    const session = connectHttp2(`http://127.0.0.1:${attacked.listener.port}`).on("error", () => {});
    const headers = Object.fromEntries(Array.from({ length: count }, (_, n) => [`x-${n}`, "v".repeat(20)]));
    const stream = session.request({ ":method": "POST", ":path": "/remote.Remoting/Receive", ...headers });
    stream.on("error", () => {});
    let isAnswered = false;
    stream.on("response", () => {
      isAnswered = true;
    });
    await new Promise((resolve) => stream.once("close", resolve));
    expect(isAnswered).toBe(false);
    session.destroy();
  }
  await expectOpenToOthers(attacked);
});

test("a certificate of nobody, of another authority, of its bearer alone, of the past or of the future opens no connection", async () => {
  using authority = new TestAuthority();
  using stranger = new TestAuthority();
  const names = ["IP:127.0.0.1"];
  const tls = authority.issue({ names });
  await using attacked = await victim({ tls });
  const { port } = attacked.listener;
  const trusted = { ca: tls.authorities as string, host: "127.0.0.1", port, ALPNProtocols: ["h2"] };
  const identities = [
    {},
    stranger.issue({ names }),
    authority.issueToItself({ names }),
    authority.issue({ names, holds: { fromDay: -2, toDay: -1 } }),
    authority.issue({ names, holds: { fromDay: 1, toDay: 2 } }),
  ];
  for (const { certificate, privateKey } of identities as Partial<typeof tls>[]) {
    const socket = connectTls({
      ...trusted,
      ...(certificate && { cert: certificate as string, key: privateKey as string }),
    });
    socket.on("error", () => {}).resume();
    await expect(closed(socket, 5_000)).resolves.toBe(true);
  }
  const plain = dial(port);
  plain.write(Buffer.concat([preface, settings]));
  await expect(closed(plain, 5_000)).resolves.toBe(true);
  const old = connectTls({
    ...trusted,
    cert: tls.certificate as string,
    key: tls.privateKey as string,
    maxVersion: "TLSv1.2",
  });
  old.on("error", () => {}).resume();
  await expect(closed(old, 5_000)).resolves.toBe(true);
  await expect.poll(() => attacked.listener.turnedAway).toBe(identities.length + 2);
  await expectOpenToOthers(attacked);
});

test("we do not talk to a listener whose certificate is for another host", async () => {
  using authority = new TestAuthority();
  await using attacked = await victim({ tls: authority.issue({ names: ["DNS:elsewhere.example"] }) });
  const dialler = new GrpcTransport({ tls: authority.issue({ names: ["IP:127.0.0.1"] }) });
  await expect(dialler.connect(`127.0.0.1:${attacked.listener.port}`, silent)).rejects.toMatchObject({
    code: "connect_failed",
  });
});

test("a renewed certificate is shown after a reload, without closing the port", async () => {
  using authority = new TestAuthority();
  let identity = authority.issue({ names: ["DNS:elsewhere.example"] });
  const transport = new GrpcTransport({ tls: () => identity });
  const listener = await transport.listen({ host: "127.0.0.1", port: 0 }, (connection) =>
    connection.receive(silent),
  );
  const dialler = new GrpcTransport({ tls: authority.issue({ names: ["IP:127.0.0.1"] }) });
  const address = `127.0.0.1:${listener.port}`;
  await expect(dialler.connect(address, silent)).rejects.toMatchObject({ code: "connect_failed" });
  identity = authority.issue({ names: ["IP:127.0.0.1"] });
  transport.reloadTls();
  (await dialler.connect(address, silent)).close();
  await listener.close();
});

test("half an identity is refused at a reload and for each new connection, too, and the one before goes on", async () => {
  using authority = new TestAuthority();
  const whole = authority.issue({ names: ["IP:127.0.0.1"] });
  let identity = whole;
  const transport = new GrpcTransport({ tls: () => identity });
  const listener = await transport.listen({ host: "127.0.0.1", port: 0 }, (connection) =>
    connection.receive(silent),
  );
  const address = `127.0.0.1:${listener.port}`;
  for (const part of ["certificate", "privateKey", "authorities"] as const) {
    identity = { ...whole, [part]: "" };
    const refusal = { code: "invalid_options", message: expect.stringContaining(`tls.${part}`) };
    expect(() => transport.reloadTls()).toThrow(expect.objectContaining(refusal));
    await expect(transport.connect(address, silent)).rejects.toMatchObject(refusal);
  }
  (await new GrpcTransport({ tls: whole }).connect(address, silent)).close();
  await listener.close();
});

test("half an identity refuses to start, and so does a port that others reach in plain text", async () => {
  expect(() => new GrpcTransport({ tls: { certificate: "c", privateKey: "", authorities: "a" } })).toThrow(
    expect.objectContaining({ code: "invalid_options", message: expect.stringContaining("tls.privateKey") }),
  );
  const listening = new GrpcTransport().listen({ host: "0.0.0.0", port: 0 }, () => {});
  await expect(listening).rejects.toMatchObject({
    code: "invalid_options",
    message: expect.stringContaining("insecure"),
  });
  const insecure = await new GrpcTransport({ insecure: true }).listen({ host: "0.0.0.0", port: 0 }, () => {});
  expect(insecure.isInsecure).toBe(true);
  await insecure.close();
  const local = await new GrpcTransport({ insecure: true }).listen({ host: "127.0.0.1", port: 0 }, () => {});
  expect(local.isInsecure).toBe(false);
  await local.close();
});
