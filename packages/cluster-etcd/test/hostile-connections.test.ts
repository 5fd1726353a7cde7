// What servers that hang up or hang do to the connections of the provider's client.
import type { Socket } from "node:net";
import { Duplex } from "node:stream";
import { inspect } from "node:util";
import { expect, test } from "vitest";
import { dialTcp } from "../src/etcd-connection.ts";
import { Asking } from "./asking.ts";
import { grpc, head } from "./grpc-frames.ts";
import { HostileServer } from "./hostile-server.ts";

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

test("a watch goes on when another call through its connection is not answered, and the connection ends with it", async () => {
  await using server = await HostileServer.answering((stream) => stream.respond(grpc));
  const asking = new Asking(`http://${server.authority}`);
  let isOver = false;
  const following = asking.watch().catch((error: unknown) => {
    isOver = true;
    return inspect(error);
  });
  const failure = asking.failure();
  await server.untilConnected();
  await asking.clock.advance(2_000);
  expect(await failure).toMatch(/no answer within 2000 ms/);
  expect([isOver, server.connections]).toEqual([false, 1]);
  asking.aborting.abort(new Error("the wait is over"));
  expect(await following).toMatch(/the wait is over/);
  await server.untilAlone();
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
  const asking = new Asking(`http://${server.authority}`);
  const following = asking.watch();
  await server.untilConnected();
  asking.aborting.abort(new Error("enough"));
  await expect(following).rejects.toThrow(/enough/);
  await closed.promise;
  expect(server.connections).toBe(1);
  asking.client.close();
  await server.untilAlone();
});
