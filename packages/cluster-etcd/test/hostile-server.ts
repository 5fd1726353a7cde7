import { once } from "node:events";
import { createServer as createHttp2Server, type ServerHttp2Stream } from "node:http2";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";

/** A server on loopback that does with its clients as it is told. */
export class HostileServer implements AsyncDisposable {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** How many clients came. */
  connections = 0;
  #onChange = (): void => undefined;

  private constructor(server: Server) {
    this.#server = server;
    server.on("connection", (socket: Socket) => this.#keep(socket));
  }

  /** Of HTTP/2, told what to answer to a request. */
  static async answering(
    answer: (stream: ServerHttp2Stream, server: HostileServer) => void,
  ): Promise<HostileServer> {
    const http2 = createHttp2Server();
    const server = new HostileServer(http2);
    http2.on("session", (session) => session.on("error", () => undefined));
    http2.on("stream", (stream) => {
      stream.on("error", () => undefined);
      answer(stream, server);
    });
    return server.#listen();
  }

  /** Of TCP, told what to do with a connection. */
  static async accepting(onSocket: (socket: Socket) => void): Promise<HostileServer> {
    // A peer that ended is seen only by who reads.
    const server = new HostileServer(createServer((socket) => onSocket(socket.resume())));
    return server.#listen();
  }

  get authority(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Ends all connections in the middle of whatever they do. */
  reset(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  /** Resolves when a client is connected. */
  untilConnected(): Promise<void> {
    return this.#until(() => this.#sockets.size > 0);
  }

  /** Resolves when no client is connected any more. */
  untilAlone(): Promise<void> {
    return this.#until(() => this.#sockets.size === 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.reset();
    this.#server.close();
    await once(this.#server, "close");
  }

  async #listen(): Promise<this> {
    await once(this.#server.listen(0, "127.0.0.1"), "listening");
    return this;
  }

  #keep(socket: Socket): void {
    this.connections++;
    this.#sockets.add(socket);
    socket.on("error", () => undefined);
    socket.once("close", () => {
      this.#sockets.delete(socket);
      this.#onChange();
    });
    this.#onChange();
  }

  async #until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      const change = Promise.withResolvers<void>();
      this.#onChange = change.resolve;
      await change.promise;
    }
  }
}
