// What an etcd that is none, or lost its mind, does to the provider's client: through real sockets, on a clock that stands still.
import { constants, type ServerHttp2Stream } from "node:http2";
import type { Socket } from "node:net";
import { Duplex, pipeline, Readable } from "node:stream";
import { inspect } from "node:util";
import { gzipSync } from "node:zlib";
import { VirtualClock } from "@ts-grain/actor/testing";
import { expect, test } from "vitest";
import { EtcdClient } from "../src/etcd-client.ts";
import { dialTcp } from "../src/etcd-connection.ts";
import { resolveEtcdOptions } from "../src/etcd-options.ts";
import { KV, Watch } from "../src/gen/etcdserverpb/rpc_pb.ts";
import type { EtcdProviderOptions } from "../src/index.ts";
import { HostileServer } from "./hostile-server.ts";

const grpc = { ":status": 200, "content-type": "application/grpc" };
const million = Buffer.alloc(1_000_000);
/** More than what lies in the buffers of both sides while somebody reads no further. */
const onItsWay = 9 * million.length;

/** The head of a message in gRPC. */
function head(length: number, flags = 0): Buffer {
  const bytes = Buffer.alloc(5, flags);
  bytes.writeUInt32BE(length, 1);
  return bytes;
}

function message(text: string | Buffer, flags = 0): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([head(bytes.length, flags), bytes]);
}

function pour(stream: ServerHttp2Stream, chunks: Iterable<Buffer>): void {
  stream.respond(grpc);
  pipeline(Readable.from(chunks), stream, () => undefined);
}

class Asking {
  readonly clock = new VirtualClock();
  readonly aborting = new AbortController();
  readonly client: EtcdClient;

  constructor(url: string, options: EtcdProviderOptions = {}) {
    this.client = new EtcdClient(resolveEtcdOptions({ ...options, endpoints: [url] }), this.clock);
  }

  range(): Promise<unknown> {
    const { signal } = this.aborting;
    return this.client.call({ method: KV.method.range, request: { key: Buffer.from("a") }, signal });
  }

  /** What was said to who asked, once it was said. */
  failure(): Promise<string> {
    return this.range().then(
      () => "it was answered",
      (error: Error) => `${error.message}, ${String(error.cause)}`,
    );
  }
}

async function readAll(answers: AsyncIterable<unknown>): Promise<void> {
  for await (const _answer of answers);
}

interface OddAnswer {
  readonly name: string;
  readonly answer: (stream: ServerHttp2Stream, server: HostileServer) => void;
  readonly says: RegExp;
}

const oddAnswers: readonly OddAnswer[] = [
  {
    name: "a web page",
    answer: (stream) => {
      stream.respond({ ":status": 200, "content-type": "text/html" });
      stream.end("<html>Welcome</html>");
    },
    says: /unsupported content type text\/html/,
  },
  {
    name: "the error page of a proxy",
    answer: (stream) => {
      stream.respond({ ":status": 503, "content-type": "text/html" });
      stream.end("<html>Sorry</html>");
    },
    says: /HTTP 503/,
  },
  {
    name: "what is no message",
    answer: (stream) => {
      stream.respond(grpc, { waitForTrailers: true });
      stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }));
      stream.end(message("hello world"));
    },
    says: /etcd's Range failed: /,
  },
  {
    name: "a refusal that cannot be read",
    answer: (stream) => {
      stream.respond({ ...grpc, "grpc-status": "7", "grpc-message": "100%" }, { endStream: true });
    },
    says: /URI malformed/,
  },
  {
    name: "a status that there is not",
    answer: (stream) => stream.respond({ ...grpc, "grpc-status": "x" }, { endStream: true }),
    says: /invalid grpc-status: x/,
  },
  {
    name: "half a message",
    answer: (stream) => {
      stream.respond(grpc);
      stream.end(Buffer.concat([head(100), Buffer.alloc(50)]));
    },
    says: /incomplete envelope/,
  },
  {
    name: "no message and no word about it",
    answer: (stream) => {
      stream.respond(grpc);
      stream.end();
    },
    says: /missing/,
  },
  {
    name: "messages without end",
    answer: (stream) =>
      pour(
        stream,
        (function* () {
          for (;;) yield message("");
        })(),
      ),
    says: /extra output message/,
  },
  {
    name: "a packed message that it was not asked for",
    answer: (stream) => {
      stream.respond({ ...grpc, "grpc-encoding": "gzip" });
      stream.end(message(gzipSync(million), 1));
    },
    says: /unsupported response encoding/,
  },
  {
    name: "half a message, and then resets the stream",
    answer: (stream) => {
      stream.respond(grpc);
      stream.write(head(100), () => stream.close(constants.NGHTTP2_INTERNAL_ERROR));
    },
    says: /missing status/,
  },
  {
    name: "half a message, and then resets the connection",
    answer: (stream, server) => {
      stream.respond(grpc);
      stream.write(Buffer.concat([head(100), Buffer.alloc(50)]), () => setImmediate(() => server.reset()));
    },
    says: /ECONNRESET/,
  },
  {
    name: "that it goes away",
    answer: (stream) => stream.session?.goaway(constants.NGHTTP2_ENHANCE_YOUR_CALM),
    says: /etcd's Range failed: /,
  },
];

test.for(oddAnswers)(
  "an etcd that answers $name has failed, and no connection to it is left",
  async ({ answer, says }) => {
    await using server = await HostileServer.answering(answer);
    const asking = new Asking(`http://${server.authority}`);
    expect(await asking.failure()).toMatch(says);
    await server.untilAlone();
    expect([server.connections, asking.clock.scheduled]).toEqual([1, 0]);
  },
);

test("an answer of 20 MB is not read, and no connection is left", async () => {
  let sent = 0;
  await using server = await HostileServer.answering((stream) =>
    pour(
      stream,
      (function* () {
        yield head(20 * million.length);
        for (let n = 0; n < 20; n++) {
          sent += million.length;
          yield million;
        }
      })(),
    ),
  );
  const asking = new Asking(`http://${server.authority}`);
  expect(await asking.failure()).toMatch(/resource_exhausted/);
  await server.untilAlone();
  expect(sent).toBeLessThan(onItsWay);
});

test("a message of a watch that has 20 MB is not read", async () => {
  await using server = await HostileServer.answering((stream) =>
    pour(stream, [message(""), head(20 * million.length), million]),
  );
  const { client, aborting } = new Asking(`http://${server.authority}`);
  const following = client.follow(
    { method: Watch.method.watch, request: {}, signal: aborting.signal },
    readAll,
  );
  await expect(following).rejects.toThrow(/resource_exhausted/);
  await server.untilAlone();
});

test("a redirection is not followed", async () => {
  await using elsewhere = await HostileServer.accepting(() => undefined);
  await using server = await HostileServer.answering((stream) => {
    stream.respond({ ":status": 302, location: `http://${elsewhere.authority}/` }, { endStream: true });
  });
  const asking = new Asking(`http://${server.authority}`);
  expect(await asking.failure()).toMatch(/HTTP 302/);
  await server.untilAlone();
  expect(elsewhere.connections).toBe(0);
});

test("what etcd says of a refusal is told in at most 200 characters, and its connection stays", async () => {
  await using server = await HostileServer.answering((stream) => {
    const refusal = { "grpc-status": "7", "grpc-message": `etcdserver:${" no".repeat(1_000)}` };
    stream.respond({ ...grpc, ...refusal }, { endStream: true });
  });
  const asking = new Asking(`http://${server.authority}`);
  const refusal = await asking.failure();
  expect(refusal).toMatch(/^etcd's Range failed: \[permission_denied\] etcdserver: no no/);
  expect(refusal.length).toBeLessThan(250);
  await asking.failure();
  expect(server.connections).toBe(1);
  asking.client.close();
  await server.untilAlone();
});

const oddServers: readonly { readonly name: string; readonly onSocket: (socket: Socket) => void }[] = [
  { name: "hangs up", onSocket: (socket) => socket.end() },
  { name: "resets the connection", onSocket: (socket) => socket.resetAndDestroy() },
  { name: "speaks HTTP/1.1", onSocket: (socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n") },
  { name: "says something at random", onSocket: (socket) => socket.write(Buffer.alloc(1_000, 7)) },
];

test.for(["http", "https"].flatMap((scheme) => oddServers.map((odd) => ({ scheme, ...odd }))))(
  "a server under $scheme that $name has failed, and no connection to it is left",
  async ({ scheme, onSocket }) => {
    await using server = await HostileServer.accepting(onSocket);
    const asking = new Asking(`${scheme}://${server.authority}`);
    expect(await asking.failure()).toMatch(/etcd's Range failed: /);
    await server.untilAlone();
    expect([server.connections, asking.clock.scheduled]).toEqual([1, 0]);
  },
);

const silences = [
  { name: "accepts and says nothing", scheme: "http", start: () => HostileServer.accepting(() => undefined) },
  {
    name: "says nothing in the handshake of TLS",
    scheme: "https",
    start: () => HostileServer.accepting(() => undefined),
  },
  {
    name: "says nothing to a request",
    scheme: "http",
    start: () => HostileServer.answering(() => undefined),
  },
  {
    name: "says nothing after half a message",
    scheme: "http",
    start: () =>
      HostileServer.answering((stream) => {
        stream.respond(grpc);
        stream.write(head(100));
      }),
  },
];

test.for(silences)(
  "a server that $name has failed after two seconds, and no connection to it is left",
  async ({ scheme, start }) => {
    await using server = await start();
    const asking = new Asking(`${scheme}://${server.authority}`);
    const failure = asking.failure();
    await server.untilConnected();
    await asking.clock.advance(2_000);
    expect(await failure).toMatch(/no answer within 2000 ms/);
    await server.untilAlone();
    expect(asking.clock.scheduled).toBe(0);
  },
);

test.for(silences)(
  "who gives up on a server that $name has no connection to it",
  async ({ scheme, start }) => {
    await using server = await start();
    const asking = new Asking(`${scheme}://${server.authority}`);
    const failure = asking.failure();
    await server.untilConnected();
    asking.aborting.abort(new Error("leaving"));
    expect(await failure).toMatch(/leaving/);
    asking.client.close();
    await server.untilAlone();
    expect(asking.clock.scheduled).toBe(0);
  },
);

test("a watch that has no news ends with the connection that another call has given up, and says why", async () => {
  await using server = await HostileServer.answering((stream) => stream.respond(grpc));
  const asking = new Asking(`http://${server.authority}`);
  const { client, aborting, clock } = asking;
  const following = client.follow(
    { method: Watch.method.watch, request: {}, signal: aborting.signal },
    readAll,
  );
  const why = following.then(
    () => undefined,
    (error: unknown) => inspect(error),
  );
  const failure = asking.failure();
  await server.untilConnected();
  await clock.advance(2_000);
  expect([await failure, await why]).toEqual(
    Array(2).fill(expect.stringMatching(/no answer within 2000 ms/)),
  );
  await server.untilAlone();
  expect(server.connections).toBe(1);
});

test("a way that is no socket ends with the connection, too", async () => {
  await using server = await HostileServer.answering(() => undefined);
  const asking = new Asking(`http://${server.authority}`, {
    dial: async (endpoint, signal) => {
      const socket = await dialTcp(endpoint, signal);
      return Duplex.from({ readable: socket, writable: socket });
    },
  });
  const failure = asking.failure();
  await server.untilConnected();
  await asking.clock.advance(2_000);
  expect(await failure).toMatch(/no answer within 2000 ms/);
  await server.untilAlone();
});

test("a way that is opened when nobody waits for it any more is closed", async () => {
  await using server = await HostileServer.answering(() => undefined);
  const dialled = Promise.withResolvers<void>();
  const asking = new Asking(`http://${server.authority}`, {
    dial: async (endpoint) => {
      await dialled.promise;
      return dialTcp(endpoint, new AbortController().signal);
    },
  });
  const failure = asking.failure();
  await asking.clock.advance(2_000);
  expect(await failure).toMatch(/no answer within 2000 ms/);
  dialled.resolve();
  await server.untilConnected();
  await server.untilAlone();
});

test("a watch that is given up is closed, and the connection goes on", async () => {
  const closed = Promise.withResolvers<void>();
  await using server = await HostileServer.answering((stream) => {
    stream.respond(grpc);
    stream.once("close", closed.resolve);
  });
  const { client, aborting } = new Asking(`http://${server.authority}`);
  const following = client.follow(
    { method: Watch.method.watch, request: {}, signal: aborting.signal },
    readAll,
  );
  await server.untilConnected();
  aborting.abort(new Error("enough"));
  await expect(following).rejects.toThrow(/enough/);
  await closed.promise;
  expect(server.connections).toBe(1);
  client.close();
  await server.untilAlone();
});
