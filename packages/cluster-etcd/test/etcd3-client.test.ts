// What a provider promises and the client library `etcd3` does not keep: evidence for a decision, no part of the provider.
import { execFile } from "node:child_process";
import { once } from "node:events";
import { createServer as createHttp2Server } from "node:http2";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { promisify } from "node:util";
import { systemClock } from "@ts-grain/actor";
import { expect, test } from "vitest";

const run = promisify(execFile);

/** A program that gives up one request after half a second and closes its client. */
const givesUp = `
  const { Etcd3 } = require("etcd3");
  const etcd = new Etcd3({ hosts: process.argv[1] });
  const call = etcd.kv.range({ key: Buffer.from("a") }, { deadline: Date.now() + 500 });
  call.catch((error) => console.log(error.message)).finally(() => etcd.close());
`;

async function portOf(server: Server): Promise<number> {
  await once(server.listen(0, "127.0.0.1"), "listening");
  return (server.address() as AddressInfo).port;
}

/** Accepts connections and says nothing on them. */
class SilentServer implements AsyncDisposable {
  readonly sockets = new Set<Socket>();
  readonly #server = createServer((socket) => this.#keep(socket));

  start(): Promise<number> {
    return portOf(this.#server);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await promisify(this.#server.close.bind(this.#server))();
  }

  #keep(socket: Socket): void {
    this.sockets.add(socket);
    socket.on("error", () => undefined);
    // A peer that ended is seen only by who reads.
    socket.resume().once("close", () => this.sockets.delete(socket));
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => void systemClock.schedule(ms, resolve));
}

test.fails("a client that was closed keeps no process alive whose server says nothing in the handshake of TLS", {
  timeout: 20_000,
}, async () => {
  await using server = new SilentServer();
  const port = await server.start();
  await run(process.execPath, ["-e", givesUp, `https://127.0.0.1:${port}`], { timeout: 10_000 });
});

test.fails("a client that was closed has no connection any more", { timeout: 20_000 }, async () => {
  await using server = new SilentServer();
  const port = await server.start();
  const { Etcd3 } = await import("etcd3");
  const etcd = new Etcd3({ hosts: `http://127.0.0.1:${port}` });
  const asked = etcd.kv.range({ key: Buffer.from("a") }, { deadline: systemClock.nowMs() + 500 });
  await expect(asked).rejects.toThrow();
  etcd.close();
  await pause(5_000);
  expect(server.sockets.size).toBe(0);
});

test.fails("a server that takes no token is not asked again and again within one call", async () => {
  let calls = 0;
  const server = createHttp2Server();
  server.on("stream", (stream) => {
    calls++;
    // Ends the loop, which has no end of its own.
    const message = calls < 1_000 ? "etcdserver: invalid auth token" : "enough";
    const headers = { ":status": 200, "content-type": "application/grpc", "grpc-status": "16" };
    stream.respond({ ...headers, "grpc-message": message }, { endStream: true });
  });
  const { Etcd3 } = await import("etcd3");
  const etcd = new Etcd3({ hosts: `http://127.0.0.1:${await portOf(server)}` });
  try {
    await expect(etcd.kv.range({ key: Buffer.from("a") })).rejects.toThrow();
  } finally {
    etcd.close();
    server.close();
  }
  expect(calls).toBeLessThan(3);
});

test.fails("it can be loaded where no code may be made of strings", async () => {
  await run(process.execPath, ["--disallow-code-generation-from-strings", "-e", 'require("etcd3")']);
});
