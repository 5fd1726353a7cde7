import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { Transform } from "node:stream";

/** How a link is made. */
export interface FlakyLinkOptions {
  /** What passes from who connects to its target. Default: anything. */
  readonly bytesPerSecond?: number;
}

/** A TCP port in front of another one, whose connections can be broken or go dead without a word. */
export class FlakyLink implements AsyncDisposable {
  /** Where the connections go. */
  targetPort = 0;
  /** Connections that it has joined. */
  connections = 0;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #bytesPerSecond: number | undefined;
  #isFrozen = false;

  private constructor({ bytesPerSecond }: FlakyLinkOptions) {
    this.#bytesPerSecond = bytesPerSecond;
    this.#server = createServer((socket) => this.#join(socket));
  }

  static async start(options: FlakyLinkOptions = {}): Promise<FlakyLink> {
    const link = new FlakyLink(options);
    link.#server.listen(0, "127.0.0.1");
    await once(link.#server, "listening");
    return link;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** Resets all connections. */
  reset(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  /** From now on nothing passes and nobody is told; new connections are accepted and then silent, too. */
  freeze(): void {
    this.#isFrozen = true;
    for (const socket of this.#sockets) socket.unpipe().pause();
  }

  /** New connections pass again. */
  thaw(): void {
    this.#isFrozen = false;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.reset();
    this.#server.close();
    await once(this.#server, "close");
  }

  #join(near: Socket): void {
    this.#keep(near);
    if (this.#isFrozen) return;
    this.connections++;
    const far = connect(this.targetPort, "127.0.0.1");
    this.#keep(far);
    const slow = this.#bytesPerSecond && slowdown(this.#bytesPerSecond);
    (slow ? near.pipe(slow) : near).pipe(far).pipe(near);
    near.once("close", () => far.destroy());
    far.once("close", () => near.destroy());
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on("error", () => {});
    socket.once("close", () => this.#sockets.delete(socket));
  }
}

/** Lets so much pass, and more only then. */
function slowdown(bytesPerSecond: number): Transform {
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      setTimeout(() => done(null, chunk), (chunk.length / bytesPerSecond) * 1_000);
    },
  });
}
