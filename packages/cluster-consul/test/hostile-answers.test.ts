import { execFile } from "node:child_process";
import { Agent } from "node:http";
import type { Socket } from "node:net";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { ObservedMembers } from "@ts-grain/cluster/testing";
import { ConsulProvider, type ConsulProviderOptions } from "@ts-grain/cluster-consul";
import { expect, test } from "vitest";
import { firstError } from "./first-error.ts";
import { head, type RawAnswer, RawServer } from "./raw-server.ts";

const megabyte = Buffer.alloc(1_000_000, " ");

/** Writes the same again and again, as fast as it is read. */
function pour(socket: Socket, bytes: Buffer | string): void {
  const more = () => {
    while (socket.writable && socket.write(bytes));
  };
  socket.on("drain", more);
  more();
}

const list = "[]";
const cases: Readonly<Record<string, { readonly answer: RawAnswer; readonly error: RegExp }>> = {
  "20 MB": {
    answer(socket) {
      socket.write(head("Content-Length: 20000002") + list);
      for (let written = 0; written < 20; written++) socket.write(megabyte);
    },
    error: /an answer of more than 8388608 bytes/,
  },
  "a list that never ends": {
    answer(socket) {
      socket.write(head("Transfer-Encoding: chunked"));
      pour(socket, `${megabyte.length.toString(16)}\r\n${megabyte.toString()}\r\n`);
    },
    error: /an answer of more than 8388608 bytes/,
  },
  "an error that never ends": {
    answer(socket) {
      socket.write("HTTP/1.1 500 Internal Server Error\r\n\r\n");
      pour(socket, megabyte);
    },
    error: /an answer of more than 8388608 bytes/,
  },
  "headers that never end": {
    answer(socket) {
      socket.write("HTTP/1.1 200 OK\r\n");
      pour(socket, `X-Much: ${"x".repeat(1_000)}\r\n`);
    },
    error: /Header overflow/,
  },
  "half a list, and a reset": {
    answer(socket) {
      socket.write(head("Content-Length: 1000") + list, () => socket.resetAndDestroy());
    },
    error: /the answer broke off|ECONNRESET/,
  },
  "half a list, and an end": {
    answer: (socket) => void socket.end(head("Content-Length: 1000") + list),
    error: /the answer broke off/,
  },
  "a list in chunks, and an end before the last": {
    answer: (socket) => void socket.end(`${head("Transfer-Encoding: chunked")}2\r\n${list}\r\n`),
    error: /the answer broke off/,
  },
  "a chunk of no length": {
    answer: (socket) => void socket.end(`${head("Transfer-Encoding: chunked")}?\r\n${list}\r\n`),
    error: /chunk size/,
  },
  "a reset": { answer: (socket) => void socket.resetAndDestroy(), error: /ECONNRESET|socket hang up/ },
  "an end": { answer: (socket) => void socket.end(), error: /socket hang up/ },
  "another protocol": { answer: (socket) => void socket.end("SSH-2.0-x\r\n"), error: /Parse Error/ },
  "a change of protocol": {
    answer: (socket) =>
      void socket.write("HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"),
    error: /the answer broke off/,
  },
  "a list that is longer than announced": {
    answer: (socket) => void socket.end(head("Content-Length: 1") + list),
    error: /Parse Error/,
  },
};

test.each(Object.entries(cases))(
  "%s in answer to a query is an error that says so before its time is over, and leaves no connection",
  async (_name, { answer, error }) => {
    await using server = await RawServer.start(answer);
    expect(await firstError({ address: server.address })).toMatch(error);
    await server.untilClosed();
  },
);

const slow: Readonly<Record<string, RawAnswer>> = {
  nothing: () => {},
  "a head alone": (socket) => void socket.write(head("Content-Length: 1000")),
  "half a list": (socket) => void socket.write(head("Content-Length: 1000") + list),
  "a byte now and then": (socket) => {
    socket.write(head("Content-Length: 1000"));
    const timer = setInterval(() => socket.write(" "), 50);
    socket.on("close", () => clearInterval(timer));
  },
  "a promise to go on, now and then": (socket) => {
    const timer = setInterval(() => socket.write("HTTP/1.1 100 Continue\r\n\r\n"), 50);
    socket.on("close", () => clearInterval(timer));
  },
};

test.concurrent.each(Object.entries(slow))(
  "a query to which %s comes is given up when its time is over, with its connection",
  async (_name, answer) => {
    await using server = await RawServer.start(answer);
    const options = { address: server.address, ttlMs: 400, refreshMs: 100 };
    expect(await firstError(options)).toMatch(/no answer within 2106.25 ms/);
    await server.untilClosed();
  },
);

test.concurrent("a redirection is not followed, so that the token goes nowhere else", async () => {
  await using elsewhere = await RawServer.start(
    (socket) => void socket.end(head("Content-Length: 2") + list),
  );
  await using server = await RawServer.start((socket) => {
    const to = `Location: ${elsewhere.address}/v1/health/service/hostile\r\nContent-Length: 0`;
    socket.end(`HTTP/1.1 307 Temporary Redirect\r\n${to}\r\n\r\n`);
  });
  expect(await firstError({ address: server.address, token: "secret" })).toMatch(/HTTP status 307/);
  expect(elsewhere.connections).toBe(0);
});

test.concurrent("a connection that an agent of the user's times out is ended, and an error says so", async () => {
  await using server = await RawServer.start(() => {});
  const agent = new Agent({ timeout: 100 });
  expect(await firstError({ address: server.address, agent })).toMatch(/timed out/);
  await server.untilClosed();
});

function join(options: ConsulProviderOptions) {
  // Queries that wait do so for a quarter of a minute.
  return new ConsulProvider({ ttlMs: 60_000, ...options }).joinAsClient(
    new ObservedMembers("waiting").context,
  );
}

/** Answers the first query, which does not wait, and nothing to those that do. */
const once: RawAnswer = (socket, request) => {
  if (request === 1) socket.end(head("Content-Length: 2") + list);
};

test.concurrent.each(["leave", "abandon"] as const)(
  "a client that is told to %s ends the query under way at once",
  async (end) => {
    await using server = await RawServer.start(once);
    const session = await join({ address: server.address });
    while (server.open === 0) await new Promise(setImmediate);
    await session[end]();
    expect(await server.untilClosed()).toBeLessThan(2_000);
  },
);

test.concurrent.each(["leave", "abandon"])(
  "nothing keeps a process alive whose client was told to %s while a query was under way",
  { timeout: 60_000 },
  async (end) => {
    await using server = await RawServer.start(once);
    const program = fileURLToPath(new URL("ending-program.ts", import.meta.url));
    const args = ["--conditions=@ts-grain/source", program, server.address, end];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    expect(stdout).toBe("joined\nended\n");
    expect(server.connections).toBe(2);
  },
);

test.concurrent("an agent of the user's that keeps its connections is used as it is, one for all queries", async () => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  await using server = await RawServer.start((socket, request) => {
    if (request < 4) socket.write(head("Content-Length: 2") + list);
  });
  const session = await join({ address: server.address, agent });
  while (server.requests < 4) await new Promise(setImmediate);
  await session.leave();
  agent.destroy();
  expect(server.connections).toBe(1);
});
