import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { text } from "node:stream/consumers";
import { freePorts } from "@ts-grain/cluster/testing";

/** A request that has come completely, and where its answer goes. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly body: string;
  readonly response: ServerResponse;
}

const host = "127.0.0.1";

/** An HTTP server on the loopback interface that can hang, end without a word, and begin again at the same port. */
export class FaultyHttpServer {
  readonly url: string;
  readonly #port: number;
  readonly #server: Server = createServer();
  readonly #sockets = new Set<Socket>();
  #thawing: PromiseWithResolvers<void> | undefined;

  private constructor(port: number) {
    this.#port = port;
    this.url = `http://${host}:${port}`;
    this.#server.on("connection", (socket) => this.#keep(socket));
  }

  /** Resolves when it listens. */
  static async start(answer: (exchange: Exchange) => void): Promise<FaultyHttpServer> {
    const [port] = await freePorts(1);
    const server = new FaultyHttpServer(port!);
    server.#server.on("request", (request, response) => void server.#receive({ request, response, answer }));
    await server.restart();
    return server;
  }

  /** Lets it accept connections and requests, and send nothing. */
  freeze(): void {
    if (this.#thawing) return;
    this.#thawing = Promise.withResolvers();
    for (const socket of this.#sockets) socket.cork();
  }

  /** Lets it go on, with all that it was asked meanwhile. */
  thaw(): void {
    for (const socket of this.#thawing ? this.#sockets : []) socket.uncork();
    this.#thawing?.resolve();
    this.#thawing = undefined;
  }

  /** Cuts every connection. */
  dropConnections(): void {
    this.#server.closeAllConnections();
  }

  /** Refuses connections from now on, and cuts those that are open. What it was asked and has not begun is lost. */
  async kill(): Promise<void> {
    this.#thawing = undefined;
    if (!this.#server.listening) return;
    const closed = once(this.#server, "close");
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  /** Listens again after it was killed. */
  async restart(): Promise<void> {
    await once(this.#server.listen(this.#port, host), "listening");
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket);
    if (this.#thawing) socket.cork();
    socket.once("close", () => this.#sockets.delete(socket));
  }

  /** A request that was sent completely is carried out when the server goes on, whether anybody still waits or not. */
  async #receive({
    request,
    response,
    answer,
  }: Omit<Exchange, "body"> & { readonly answer: (exchange: Exchange) => void }): Promise<void> {
    const body = await text(request).catch(() => undefined);
    await this.#thawing?.promise;
    if (body !== undefined) answer({ request, response, body });
  }
}
