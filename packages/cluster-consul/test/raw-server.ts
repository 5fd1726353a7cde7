import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** What a server does with a connection on which a request has come; a number is that of the request, from 1. */
export type RawAnswer = (socket: Socket, request: number) => void;

/** A server on loopback that answers with whatever bytes it likes. */
export class RawServer implements AsyncDisposable {
  readonly #server: Server;
  readonly #open = new Set<Socket>();
  /** How many connections were made. */
  connections = 0;
  /** How many requests came. */
  requests = 0;

  private constructor(answer: RawAnswer) {
    this.#server = createServer((socket) => {
      this.connections++;
      this.#open.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => this.#open.delete(socket));
      socket.on("data", () => answer(socket, ++this.requests));
    });
  }

  static async start(answer: RawAnswer): Promise<RawServer> {
    const server = new RawServer(answer);
    await once(server.#server.listen(0, "127.0.0.1"), "listening");
    return server;
  }

  get address(): string {
    const address = this.#server.address();
    return `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
  }

  /** Connections that nobody has ended. */
  get open(): number {
    return this.#open.size;
  }

  /** Resolves with the milliseconds until no connection is open any more. */
  async untilClosed(): Promise<number> {
    const startMs = performance.now();
    while (this.#open.size > 0) await sleep(5);
    return performance.now() - startMs;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#open) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** The head of an answer that holds a list, with the headers that are given besides. */
export function head(...headers: readonly string[]): string {
  const all = ["HTTP/1.1 200 OK", "Content-Type: application/json", "X-Consul-Index: 7", ...headers];
  return `${all.join("\r\n")}\r\n\r\n`;
}
