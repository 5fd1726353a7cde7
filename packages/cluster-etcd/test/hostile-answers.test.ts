// What an etcd that is none, or lost its mind, answers to the provider's client: through real sockets.
import { constants, type ServerHttp2Stream } from "node:http2";
import { pipeline, Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { Asking } from "./asking.ts";
import { grpc, head } from "./grpc-frames.ts";
import { HostileServer } from "./hostile-server.ts";

const million = Buffer.alloc(1_000_000);
/** More than what lies in the buffers of both sides while somebody reads no further. */
const onItsWay = 9 * million.length;

function message(text: string | Buffer, flags = 0): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([head(bytes.length, flags), bytes]);
}

function pour(stream: ServerHttp2Stream, chunks: Iterable<Buffer>): void {
  stream.respond(grpc);
  pipeline(Readable.from(chunks), stream, () => undefined);
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
  const asking = new Asking(`http://${server.authority}`);
  const following = asking.watch();
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
