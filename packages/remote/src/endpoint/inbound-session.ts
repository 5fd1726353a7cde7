import type { Logger, Timer } from "@ts-grain/actor";
import type { ConnectRequest } from "../gen/remote/remote_pb.ts";
import { RemoteError } from "../remote-error.ts";
import { SilenceError } from "../transport/silence-error.ts";
import type { InboundConnection } from "../transport/transport.ts";
import { RecentTables } from "../wire/batch-reader.ts";
import { limitExceeded, malformed } from "../wire/byte-reader.ts";
import { disconnectRequestFrame, type PartingReason, readFrame } from "../wire/frame.ts";
import type { BatchDispatcher } from "./batch-dispatcher.ts";
import type { EndpointServices } from "./endpoint-services.ts";
import { type Arrival, Intake } from "./intake.ts";
import { ListenHandshake } from "./listen-handshake.ts";
import type { Peer } from "./peer.ts";
import { unguessableBytes } from "./unguessable-id.ts";

/** Each is answered, and a peer need not take the answers: more would wait for it than it costs to ask. */
const maxGreetings = 100;

const isAboutFrames: ReadonlySet<string> = new Set(["malformed_frame", "limit_exceeded"]);

/** What a session works with. */
export interface SessionOptions {
  readonly services: EndpointServices;
  readonly dispatcher: BatchDispatcher;
  readonly isBlocked: (systemId: string) => boolean;
  /** Whether somebody at another address has a connection open under a peer's id. */
  readonly isElsewhere: (peer: Peer) => boolean;
  /** Milliseconds that a peer has for its greeting. */
  readonly greetingTimeoutMs: number;
  /** The peer has shown who it is. */
  readonly onWelcome: (peer: Peer) => void;
  readonly onEnd: (how: SessionEnd) => void;
}

/** Whether the peer knows that its connection has ended, or may not. */
export type SessionEnd = "seen by both" | "in silence";

/** What a peer sends on a connection that it opened: first who it is, then batches. Whatever breaks the protocol ends the connection, and only it. */
export class InboundSession {
  readonly #connection: InboundConnection;
  readonly #options: SessionOptions;
  readonly #logger: Logger;
  readonly #handshake: ListenHandshake;
  readonly #greetingTimer: Timer;
  readonly #recent = new RecentTables();
  readonly #intake: Intake;
  #peer: Peer | undefined;
  #greetings = 0;
  #hasEnded = false;

  constructor(connection: InboundConnection, options: SessionOptions) {
    this.#connection = connection;
    this.#options = options;
    this.#logger = options.services.logger;
    this.#handshake = new ListenHandshake({
      self: options.services.self,
      membership: options.services.membership,
      nonce: unguessableBytes(32),
      names: connection.peer.names,
      isBlocked: options.isBlocked,
    });
    this.#greetingTimer = options.services.clock.schedule(options.greetingTimeoutMs, () =>
      this.#hangUp(new RemoteError("handshake_failed", "the peer did not say who it is in time")),
    );
    this.#intake = new Intake({
      open: (frame) => this.#open(frame),
      onError: (error) => this.#hangUp(error),
      later: options.services.later,
    });
    connection.receive({
      onFrame: (frame) => this.#intake.push(frame),
      onWritable: () => {},
      onClose: (error) => this.#closed(error),
    });
  }

  /** The peer, once it has said who it is. */
  get peer(): Peer | undefined {
    return this.#peer;
  }

  /** Says goodbye and closes. */
  disconnect(reason?: PartingReason): void {
    if (this.#hasEnded) return;
    this.#connection.send(disconnectRequestFrame(reason));
    this.close();
  }

  #open(bytes: Uint8Array): Arrival | undefined {
    if (this.#hasEnded) return undefined;
    const frame = readFrame(bytes);
    if (frame.kind === "batch") {
      if (this.#peer === undefined) throw malformed("a batch came before the greeting");
      const { body } = frame;
      return this.#options.dispatcher.open({ peer: this.#peer, frame: bytes, body, recent: this.#recent });
    }
    if (frame.kind === "connect_request") this.#greet(frame.request);
    else if (frame.kind !== "unknown") throw malformed(`a ${frame.kind} came from the dialling side`);
    else if (this.#peer === undefined) throw malformed("a frame of an unknown kind came before the greeting");
    return undefined;
  }

  #greet(request: ConnectRequest): void {
    if (++this.#greetings > maxGreetings) throw limitExceeded("the peer greets again and again");
    const step = this.#handshake.requested(request);
    if (step.kind === "refused") throw new RemoteError("handshake_failed", step.why);
    // Only once the peer has proved itself: others are not told who is connected.
    if (step.kind === "welcome" && this.#options.isElsewhere(step.peer))
      throw new RemoteError("handshake_failed", "the peer's id is that of another, at another address");
    this.#connection.send(step.frame);
    if (step.kind === "blocked") {
      this.#options.services.refusals.greetings++;
      this.close();
    }
    if (step.kind !== "welcome") return;
    if (this.#peer !== undefined) return;
    this.#greetingTimer.cancel();
    this.#connection.admit();
    this.#connection.probe();
    this.#options.onWelcome(step.peer);
    this.#peer = step.peer;
  }

  #hangUp(error: unknown): void {
    const { refusals, clock } = this.#options.services;
    if (error instanceof RemoteError && error.code === "handshake_failed") refusals.greetings++;
    else refusals.frames++;
    const unlogged = refusals.nextLine(clock.nowMs());
    if (unlogged !== undefined)
      this.#logger.warn(
        { peer: this.#peer, source: this.#connection.peer.source, error, unlogged },
        "a peer's connection was closed",
      );
    this.close();
  }

  /** What the transport itself finds to be no frame, or too long a one, it ends the connection for. */
  #closed(error: Error | undefined): void {
    const { cause } = error ?? {};
    if (cause instanceof RemoteError && isAboutFrames.has(cause.code))
      this.#options.services.refusals.frames++;
    const isSilent = error instanceof SilenceError || cause instanceof SilenceError;
    this.#ended(isSilent ? "in silence" : "seen by both");
  }

  /** Closes without a word; the peer may try again. */
  close(): void {
    this.#connection.close();
    this.#ended();
  }

  #ended(how: SessionEnd = "seen by both"): void {
    if (this.#hasEnded) return;
    // What has arrived is not lost, and comes before what the peer sends on another connection.
    this.#intake.drain();
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    if (this.#peer) this.#options.services.peerTypes.forget(this.#peer);
    this.#greetingTimer.cancel();
    this.#options.onEnd(how);
  }
}
