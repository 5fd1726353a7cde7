import type { Http2Session, Http2Stream } from "node:http2";
import type { Socket } from "node:net";
import { type Clock, platformEventLoop, type Timer } from "@ts-grain/actor";
import { RemoteError } from "../../remote-error.ts";
import { InFlight } from "../in-flight.ts";
import { SilenceError } from "../silence-error.ts";
import type { Connection, ConnectionHandlers } from "../transport.ts";
import type { BusyPoll } from "./busy-poll.ts";
import { GrpcDeframer, withPrefix } from "./grpc-deframer.ts";
import { flowControlBytes } from "./grpc-protocol.ts";
import { ProofOfArrival } from "./proof-of-arrival.ts";
import { SendProgress } from "./send-progress.ts";
import { SignsOfLife } from "./signs-of-life.ts";
import { StuckSending } from "./stuck-sending.ts";

/** What both ends of a stream are made with. */
export interface GrpcConnectionOptions {
  readonly stream: Http2Stream;
  readonly session: Http2Session;
  /** Beneath the session, and beneath TLS. */
  readonly socket: Socket | undefined;
  readonly clock: Clock;
  readonly maxFrameBytes: number;
  /** Hears of what arrives; undefined for a stranger. */
  readonly busyPoll: BusyPoll | undefined;
  /** How this end of the stream says that it is done. */
  readonly end: () => void;
  /** Why the other side ended the stream, if that was not as it should be. Asked at its end. */
  readonly failure: () => Error | undefined;
}

/**
 * Unsent bytes in the stream above which `send` asks to wait; larger writes also save system calls. The end of a burst that
 * is held back leaves only when the event loop has its turn, which may be after the next burst was encoded.
 */
const highWaterBytes = 512 * 1024;
/** Bytes that are handed over in one turn of the event loop, about: Node itself reads megabytes in one. */
const turnBytes = 128 * 1024;
/** Milliseconds without progress that the other side has to take what was sent and to end the stream, too; and in all. */
const closing = { pauseMs: 2_000, totalMs: 10_000 } as const;
/** Milliseconds in which a frame that has begun must be complete. */
const stalledFrameMs = 30_000;

/** One end of a `/remote.Remoting/Receive` stream on an HTTP/2 session of its own. */
export class GrpcConnection implements Connection {
  readonly #options: GrpcConnectionOptions;
  readonly #deframer: GrpcDeframer;
  #busyPoll: BusyPoll | undefined;
  #handlers: ConnectionHandlers | undefined;
  #error: Error | undefined;
  #timer: Timer | undefined;
  readonly #signs: SignsOfLife;
  readonly #stuck: StuckSending;
  /** What was given to the stream. */
  readonly #inFlight = new InFlight();
  #isProving = false;
  readonly #proof = new ProofOfArrival(flowControlBytes);
  #isEnding = false;
  readonly #gone = Promise.withResolvers<void>();
  /** How many frames had come when the present timer was set for the one after them; −1 without one. */
  #framesTimed = -1;
  #receivedInTurn = 0;
  #isTurnAwaited = false;

  constructor(options: GrpcConnectionOptions) {
    this.#options = options;
    this.#busyPoll = options.busyPoll;
    this.#deframer = new GrpcDeframer(options.maxFrameBytes, (frame) => this.#handlers?.onFrame(frame));
    const { clock } = options;
    const progress = new SendProgress(options.socket);
    this.#signs = new SignsOfLife({
      clock,
      ask: (answered) => this.#ping(answered),
      hasShown: () => progress.hasMoved(),
      onSilence: () => this.destroy(new SilenceError(`no sign of life for ${SignsOfLife.patienceMs} ms`)),
    });
    this.#stuck = new StuckSending({
      clock,
      left: () => (options.stream.writableLength === 0 ? undefined : progress.takenBytes),
      onStuck: () => this.#lose("the other side takes nothing any more"),
    });
  }

  /** Begins to receive. */
  receive(handlers: ConnectionHandlers): void {
    this.#handlers = handlers;
    const { stream } = this.#options;
    stream.on("data", (chunk: Uint8Array) => this.#received(chunk));
    stream.on("drain", () => this.#handlers?.onWritable());
    stream.on("error", (error) => {
      this.#error ??= error;
    });
    stream.on("end", () => this.#peerEnded());
    stream.on("close", () => this.#closed());
  }

  /** The other side is no stranger any more. Holds from the next frame on. */
  admit(maxFrameBytes: number, busyPoll: BusyPoll): void {
    this.#deframer.maxBytes = maxFrameBytes;
    this.#busyPoll = busyPoll;
  }

  get hasEnded(): boolean {
    const { stream } = this.#options;
    return this.#isEnding || stream.destroyed || !stream.writable;
  }

  get closed(): Promise<void> {
    return this.#gone.promise;
  }

  get unproven(): number {
    return this.#inFlight.messages;
  }

  send(frame: Uint8Array, messages = 0): boolean {
    const { stream } = this.#options;
    if (this.hasEnded) return true;
    const framed = withPrefix(frame);
    this.#inFlight.sent(framed.length, messages);
    this.#stuck.sent();
    return stream.write(framed) || stream.writableLength < highWaterBytes;
  }

  close(): void {
    this.#handlers = undefined;
    // Probes would count as bytes that still leave.
    this.#signs.stop();
    if (this.#isEnding) return;
    this.#endOwnSide();
    this.#awaitEnd(closing.totalMs);
  }

  probe(): void {
    // Over a slow link our own questions wait behind all that was sent before them; those of the other side come at once.
    this.#options.session.on("ping", this.#signs.heard);
    this.#signs.start();
  }

  /** Ends the stream at once. */
  destroy(error: Error): void {
    this.#error ??= error;
    this.#options.stream.destroy();
    this.#options.session.destroy();
  }

  #received(chunk: Uint8Array): void {
    this.#busyPoll?.arrived();
    this.#signs.heard();
    this.#takeTurns(chunk.length);
    try {
      this.#deframer.push(chunk);
    } catch (error) {
      this.destroy(error as Error);
      return;
    }
    if (!this.#isEnding) this.#timeFrame();
  }

  /** A frame that has begun has so long, however its bytes come. */
  #timeFrame(): void {
    const { isInside, completed } = this.#deframer;
    if (isInside && completed === this.#framesTimed) return;
    this.#timer?.cancel();
    this.#framesTimed = isInside ? completed : -1;
    if (isInside) this.#destroyAfter(stalledFrameMs, "a frame was not completed in time");
  }

  /** So that others have their turn, too, while a peer sends as fast as it can. A little may come in any number of turns before they are counted. */
  #takeTurns(bytes: number): void {
    this.#receivedInTurn += bytes;
    if (this.#receivedInTurn > turnBytes / 4 && !this.#isTurnAwaited) {
      this.#isTurnAwaited = true;
      platformEventLoop.later(this.#nextTurn);
    }
    if (this.#receivedInTurn > turnBytes) this.#options.stream.pause();
  }

  readonly #nextTurn = (): void => {
    const isPaused = this.#receivedInTurn > turnBytes;
    this.#isTurnAwaited = false;
    this.#receivedInTurn = 0;
    if (isPaused) this.#options.stream.resume();
  };

  #peerEnded(): void {
    if (!this.#isEnding) this.#endOwnSide();
  }

  #endOwnSide(): void {
    this.#isEnding = true;
    this.#options.end();
  }

  #closed(): void {
    this.#timer?.cancel();
    this.#signs.stop();
    this.#stuck.stop();
    const handlers = this.#handlers;
    this.#handlers = undefined;
    this.#options.session.close();
    this.#sever();
    this.#gone.resolve();
    const cause = this.#error ?? this.#options.failure();
    handlers?.onClose(
      cause && new RemoteError("connection_lost", `the stream ended: ${cause.message}`, { cause }),
    );
  }

  /** A session that has closed waits until the other side has taken its last bytes, which over a dead link is for ever. */
  #sever(): void {
    const { socket, clock } = this.#options;
    if (!socket || socket.destroyed) return;
    const timer = clock.schedule(closing.pauseMs, () => socket.destroy());
    socket.once("close", () => timer.cancel());
  }

  /** Destroys what does not end by itself, but not while bytes still leave. */
  #awaitEnd(leftMs: number): void {
    const { session, clock } = this.#options;
    const before = bytesSent(session);
    this.#timer?.cancel();
    this.#timer = clock.schedule(closing.pauseMs, () => {
      if (leftMs > closing.pauseMs && bytesSent(session) !== before) this.#awaitEnd(leftMs - closing.pauseMs);
      else this.#lose("the other side did not end the stream");
    });
  }

  #destroyAfter(delayMs: number, why: string): void {
    this.#timer?.cancel();
    this.#timer = this.#options.clock.schedule(delayMs, () => this.#lose(why));
  }

  #lose(why: string): void {
    this.destroy(new RemoteError("connection_lost", why));
  }

  #ping(answered: () => void): void {
    const { session } = this.#options;
    if (session.destroyed) return;
    // Several that wait for an answer may have it in one turn of the other side, which proves less.
    const left = this.#isProving ? undefined : (this.#left() ?? this.#inFlight.sentBytes);
    this.#isProving = true;
    session.ping((error) => {
      if (error !== null) return;
      if (left !== undefined) {
        this.#inFlight.arrived(this.#proof.answered(left));
        this.#isProving = false;
      }
      answered();
    });
  }

  #left(): number | undefined {
    const { writableLength } = this.#options.stream;
    return writableLength === 0 ? undefined : this.#inFlight.sentBytes - writableLength;
  }
}

function bytesSent(session: Http2Session): number {
  return session.destroyed ? 0 : session.socket.bytesWritten;
}
