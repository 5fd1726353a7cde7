import type { Logger, Timer } from "@ts-grain/actor";
import type { ConnectRequest } from "../gen/remote/remote_pb.ts";
import type { InboundConnection } from "../transport/transport.ts";
import { malformed } from "../wire/byte-reader.ts";
import { connectResponseFrame, disconnectRequestFrame, readFrame } from "../wire/frame.ts";
import type { BatchDispatcher } from "./batch-dispatcher.ts";
import type { EndpointServices } from "./endpoint-services.ts";
import { judgeGreeting, type Peer } from "./peer-greeting.ts";

/** What a session works with. */
export interface SessionOptions {
  readonly services: EndpointServices;
  readonly dispatcher: BatchDispatcher;
  readonly isBlocked: (systemId: string) => boolean;
  /** Milliseconds that a peer has for its greeting. */
  readonly greetingTimeoutMs: number;
  readonly onEnd: (session: InboundSession) => void;
}

/** What a peer sends on a connection that it opened: first who it is, then batches. Whatever breaks the protocol ends the connection, and only it. */
export class InboundSession {
  readonly #connection: InboundConnection;
  readonly #options: SessionOptions;
  readonly #logger: Logger;
  readonly #greetingTimer: Timer;
  #peer: Peer | undefined;
  #hasEnded = false;

  constructor(connection: InboundConnection, options: SessionOptions) {
    this.#connection = connection;
    this.#options = options;
    this.#logger = options.services.logger;
    this.#greetingTimer = options.services.clock.schedule(options.greetingTimeoutMs, () =>
      this.#hangUp(malformed("the peer did not say who it is in time")),
    );
    connection.receive({
      onFrame: (frame) => this.#received(frame),
      onWritable: () => {},
      onClose: () => this.#ended(),
    });
  }

  /** The peer, once it has said who it is. */
  get peer(): Peer | undefined {
    return this.#peer;
  }

  /** Says goodbye and closes. */
  disconnect(): void {
    if (this.#hasEnded) return;
    this.#connection.send(disconnectRequestFrame());
    this.#close();
  }

  #received(bytes: Uint8Array): void {
    if (this.#hasEnded) return;
    try {
      const frame = readFrame(bytes);
      if (frame.kind === "batch") {
        if (this.#peer === undefined) throw malformed("a batch came before the greeting");
        this.#options.dispatcher.dispatch({ peer: this.#peer, frame: bytes, body: frame.body });
      } else if (frame.kind === "connect_request") {
        this.#greet(frame.request);
      } else if (frame.kind !== "unknown") {
        throw malformed(`a ${frame.kind} came from the dialling side`);
      }
    } catch (error) {
      this.#hangUp(error);
    }
  }

  #greet(request: ConnectRequest): void {
    const { services, isBlocked } = this.#options;
    const greeting = judgeGreeting(request, {
      self: services.self,
      isBlocked,
      known: this.#peer,
      names: this.#connection.peer.names,
    });
    if (greeting.kind === "refused") throw malformed(greeting.why);
    const memberId = services.self.systemId;
    this.#connection.send(connectResponseFrame({ memberId, blocked: greeting.kind === "blocked" }));
    if (greeting.kind === "blocked") {
      this.#close();
      return;
    }
    this.#greetingTimer.cancel();
    this.#connection.admit();
    this.#peer = greeting.peer;
  }

  #hangUp(error: unknown): void {
    this.#logger.warn(
      { peer: this.#peer, source: this.#connection.peer.source, error },
      "a peer's connection was closed",
    );
    this.#close();
  }

  #close(): void {
    this.#connection.close();
    this.#ended();
  }

  #ended(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#greetingTimer.cancel();
    this.#options.onEnd(this);
  }
}
