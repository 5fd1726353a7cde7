import { RemoteError } from "../remote-error.ts";
import type {
  Connection,
  ConnectionHandlers,
  InboundConnection,
  Listener,
  Transport,
} from "../transport/transport.ts";

/**
 * What a case works with: an object for the dialling and one for the listening side, on the same network.
 *
 * @see {@link transportConformance}
 */
export interface TransportPair {
  readonly dialler: Transport;
  readonly listener: Transport;
}

/**
 * One rule that every transport keeps.
 *
 * @see {@link transportConformance}
 */
export interface TransportCase {
  readonly name: string;
  /** Rejects if the transport breaks the rule. */
  readonly run: (pair: TransportPair) => Promise<void>;
}

/**
 * The rules of the {@link Transport} port, as data: run each case with any test runner.
 *
 * @example
 * import { GrpcTransport } from "@ts-grain/remote";
 * import { type TransportPair, transportConformance } from "@ts-grain/remote/testing";
 * import { test } from "vitest";
 *
 * test.for(transportConformance)("$name", async ({ run }) => {
 *   const pair: TransportPair = { dialler: new GrpcTransport(), listener: new GrpcTransport() };
 *   await run(pair);
 * });
 */
export const transportConformance: readonly TransportCase[] = [
  {
    name: "frames arrive whole and in order in both directions",
    run: async (pair) => {
      await using link = await Link.open(pair);
      const sent = Array.from({ length: 200 }, (_, n) => bytes(n, n * 37));
      for (const frame of sent) link.outward.send(frame.slice());
      for (const frame of sent) link.homeward.send(frame.slice());
      expectFrames(await link.accepted.frames(sent.length), sent);
      expectFrames(await link.dialled.frames(sent.length), sent);
    },
  },
  {
    name: "an empty frame is a frame",
    run: async (pair) => {
      await using link = await Link.open(pair);
      link.outward.send(new Uint8Array(0));
      link.outward.send(bytes(1, 3));
      expectFrames(await link.accepted.frames(2), [new Uint8Array(0), bytes(1, 3)]);
    },
  },
  {
    name: "a frame of a mebibyte arrives",
    run: async (pair) => {
      await using link = await Link.open(pair);
      const frame = bytes(7, 1024 * 1024);
      link.outward.send(frame.slice());
      expectFrames(await link.accepted.frames(1), [frame]);
    },
  },
  {
    name: "send asks to wait when much is under way, takes the frame nevertheless, and says when there is room again",
    run: async (pair) => {
      await using link = await Link.open(pair);
      let sent = 0;
      while (link.outward.send(bytes(sent++, 256 * 1024)) && sent < 1024);
      expect(sent < 1024, "send never asked to wait");
      await link.dialled.writable;
      const received = await link.accepted.frames(sent);
      expect(received.length === sent, `${sent} frames were sent and ${received.length} arrived`);
    },
  },
  {
    name: "closing delivers what was sent and then tells the other side, once and without an error",
    run: async (pair) => {
      await using link = await Link.open(pair);
      link.outward.send(bytes(1, 10));
      link.outward.close();
      link.outward.close();
      expect((await link.accepted.closed) === undefined, "the close was reported as an error");
      expectFrames(await link.accepted.frames(1), [bytes(1, 10)]);
      expect(link.accepted.closeCount === 1, "the close was reported more than once");
    },
  },
  {
    name: "a connection has ended, by what it says, only when the other side has all that was sent",
    run: async (pair) => {
      await using link = await Link.open(pair);
      const sent = Array.from({ length: 24 }, (_, n) => bytes(n, 256 * 1024));
      for (const frame of sent) link.outward.send(frame.slice());
      link.outward.close();
      await link.outward.closed;
      expect(link.accepted.received === sent.length, `only ${link.accepted.received} frames had arrived`);
    },
  },
  {
    name: "closing delivers also what was sent after send had asked to wait",
    run: async (pair) => {
      await using link = await Link.open(pair);
      const sent = Array.from({ length: 24 }, (_, n) => bytes(n, 1024 * 1024));
      for (const frame of sent) link.outward.send(frame.slice());
      link.outward.close();
      await link.accepted.closed;
      expectFrames(await link.accepted.frames(sent.length), sent);
    },
  },
  {
    name: "the listening side can close, and its last frame arrives before the end",
    run: async (pair) => {
      await using link = await Link.open(pair);
      link.homeward.send(bytes(2, 10));
      link.homeward.close();
      await link.dialled.closed;
      expectFrames(await link.dialled.frames(1), [bytes(2, 10)]);
    },
  },
  {
    name: "who closes hears nothing more, and its frames are dropped",
    run: async (pair) => {
      await using link = await Link.open(pair);
      link.outward.close();
      link.outward.send(bytes(1, 10));
      await link.accepted.closed;
      expect(link.dialled.closeCount === 0, "the own close was reported");
      expect(link.accepted.received === 0, "a frame came after the end");
    },
  },
  {
    name: "closing the listener ends its connections and frees its address",
    run: async (pair) => {
      await using link = await Link.open(pair);
      await link.listener.close();
      await link.dialled.closed;
      const again = await pair.listener.listen(
        { host: link.listener.host, port: link.listener.port },
        () => {},
      );
      await again.close();
    },
  },
  {
    name: "connecting to an address where nobody listens fails with connect_failed",
    run: async (pair) => {
      // One that was free a moment ago might be somebody's by now.
      const error = await rejection(pair.dialler.connect("127.0.0.1:1", new Recorder()));
      expect(RemoteError.is(error) && error.code === "connect_failed", `it failed with ${String(error)}`);
    },
  },
  {
    name: "listening on a taken port fails with listen_failed",
    run: async (pair) => {
      await using link = await Link.open(pair);
      const { host, port } = link.listener;
      const error = await rejection(pair.listener.listen({ host, port }, () => {}));
      expect(RemoteError.is(error) && error.code === "listen_failed", `it failed with ${String(error)}`);
    },
  },
  {
    name: "an aborted connect rejects with the signal's reason",
    run: async (pair) => {
      await using link = await Link.open(pair);
      const reason = new Error("enough");
      const connecting = pair.dialler.connect(link.address, new Recorder(), {
        signal: AbortSignal.abort(reason),
      });
      expect((await rejection(connecting)) === reason, "it did not reject with the reason");
    },
  },
];

/** A listener and one connection to it. */
class Link implements AsyncDisposable {
  readonly listener: Listener;
  readonly dialled: Recorder;
  readonly accepted: Recorder;
  readonly outward: Connection;
  readonly homeward: InboundConnection;

  private constructor(parts: Pick<Link, "listener" | "dialled" | "accepted" | "outward" | "homeward">) {
    this.listener = parts.listener;
    this.dialled = parts.dialled;
    this.accepted = parts.accepted;
    this.outward = parts.outward;
    this.homeward = parts.homeward;
  }

  get address(): string {
    return `${this.listener.host}:${this.listener.port}`;
  }

  static async open(pair: TransportPair): Promise<Link> {
    const dialled = new Recorder();
    const accepted = new Recorder();
    const acceptance = Promise.withResolvers<InboundConnection>();
    const listener = await pair.listener.listen({ host: "127.0.0.1", port: 0 }, (connection) => {
      connection.receive(accepted);
      connection.admit();
      acceptance.resolve(connection);
    });
    const outward = await pair.dialler.connect(`${listener.host}:${listener.port}`, dialled);
    return new Link({ listener, dialled, accepted, outward, homeward: await acceptance.promise });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.outward.close();
    await this.listener.close();
  }
}

/** Keeps what a connection tells. */
class Recorder implements ConnectionHandlers {
  closeCount = 0;
  readonly #frames: Uint8Array[] = [];
  readonly #waiting: { readonly count: number; readonly done: (frames: readonly Uint8Array[]) => void }[] =
    [];
  readonly #closed = Promise.withResolvers<Error | undefined>();
  readonly #writable = Promise.withResolvers<void>();

  get received(): number {
    return this.#frames.length;
  }

  get closed(): Promise<Error | undefined> {
    return this.#closed.promise;
  }

  get writable(): Promise<void> {
    return this.#writable.promise;
  }

  /** Settles once so many frames have arrived. */
  frames(count: number): Promise<readonly Uint8Array[]> {
    return new Promise((done) => {
      this.#waiting.push({ count, done });
      this.#settle();
    });
  }

  onFrame(frame: Uint8Array): void {
    this.#frames.push(frame.slice());
    this.#settle();
  }

  onWritable(): void {
    this.#writable.resolve();
  }

  onClose(error: Error | undefined): void {
    this.closeCount++;
    this.#closed.resolve(error);
  }

  #settle(): void {
    for (const { count, done } of this.#waiting) if (this.#frames.length >= count) done(this.#frames);
  }
}

function bytes(seed: number, length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (seed + i) & 0xff);
}

function expect(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(otherwise);
}

function expectFrames(actual: readonly Uint8Array[], expected: readonly Uint8Array[]): void {
  expect(
    actual.length === expected.length,
    `${expected.length} frames were sent and ${actual.length} arrived`,
  );
  expected.forEach((frame, i) => {
    const isSame = actual[i]!.length === frame.length && actual[i]!.every((byte, at) => byte === frame[at]);
    expect(isSame, `frame ${i} arrived changed or in another place`);
  });
}

async function rejection(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error("it did not fail");
}
