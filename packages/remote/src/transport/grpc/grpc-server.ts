import {
  createSecureServer,
  createServer,
  type Http2SecureServer,
  type Http2Server,
  type Http2Session,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
  type ServerOptions,
} from "node:http2";
import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import { RemoteError } from "../../remote-error.ts";
import type { HostAndPort, InboundConnection, Listener } from "../transport.ts";
import type { BusyPoll } from "./busy-poll.ts";
import { certificateNames } from "./certificate-names.ts";
import { ConnectionGuard, type GuardedConnection } from "./connection-guard.ts";
import { GrpcConnection } from "./grpc-connection.ts";
import type { GrpcSettings } from "./grpc-options.ts";
import {
  flowControlBytes,
  grpcStatus,
  isGrpc,
  receivePath,
  strangerFlowControlBytes,
  strangerFrameBytes,
} from "./grpc-protocol.ts";
import { secureContext, tlsServerOptions } from "./tls-settings.ts";

/** What a peer may make Node's HTTP/2 do for it. Each bound ends the session that goes beyond. */
const http2Limits: ServerOptions = {
  maxSessionMemory: 8,
  maxHeaderListPairs: 32,
  maxOutstandingPings: 4,
  maxSettings: 16,
  maxSendHeaderBlockLength: 4_096,
  maxSessionInvalidFrames: 10,
  maxSessionRejectedStreams: 10,
  streamResetBurst: 20,
  streamResetRate: 5,
  unknownProtocolTimeout: 1_000,
  settings: {
    enablePush: false,
    initialWindowSize: strangerFlowControlBytes,
    maxConcurrentStreams: 4,
    maxHeaderListSize: 8_192,
  },
};

/** Milliseconds that a stranger has to take our last words and to end the stream, too. */
const strangerLeaveMs = 100;
/** Milliseconds that all have when the listener is closed. */
const closeTimeoutMs = 2_000;

interface Serving {
  readonly connection: GrpcConnection;
  readonly source: string;
}

interface Caller {
  readonly socket: Socket;
  readonly guarded: GuardedConnection;
  /** Whether it is no stranger any more. */
  isAdmitted: boolean;
}

/** What a server is made with. */
interface Service {
  readonly settings: GrpcSettings;
  readonly busyPoll: BusyPoll;
  readonly accept: (connection: InboundConnection) => void;
}

/** Serves `/remote.Remoting/Receive`, one stream on each connection, and nothing else. */
export class GrpcServer {
  readonly #settings: GrpcSettings;
  readonly #busyPoll: BusyPoll;
  readonly #accept: (connection: InboundConnection) => void;
  readonly #server: Http2Server | Http2SecureServer;
  readonly #guard: ConnectionGuard;
  /** By the socket's far end, which is all that a session tells of its socket. */
  readonly #callers = new Map<string, Caller>();
  readonly #connections = new Map<Http2Session, Serving>();
  #turnedAway = 0;

  constructor({ settings, busyPoll, accept }: Service) {
    this.#settings = settings;
    this.#busyPoll = busyPoll;
    this.#accept = accept;
    this.#guard = new ConnectionGuard(settings);
    const { tls } = settings;
    this.#server = tls
      ? createSecureServer({ ...http2Limits, ...tlsServerOptions(tls()) })
      : createServer(http2Limits);
    this.#server.on("connection", (socket: Socket) => this.#entered(socket));
    this.#server.on("session", (session: ServerHttp2Session) => this.#prepare(session));
    this.#server.on("stream", (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) =>
      this.#opened(stream, headers),
    );
    this.#server.on("tlsClientError", (_error: Error, socket: Socket) => socket.destroy());
  }

  /** @throws RemoteError "listen_failed". */
  async listen({ host, port }: HostAndPort): Promise<Listener> {
    const bound = Promise.withResolvers<void>();
    this.#server.on("error", bound.reject);
    this.#server.listen(port, host, bound.resolve);
    try {
      await bound.promise;
    } catch (cause) {
      throw new RemoteError("listen_failed", `cannot listen on ${host}:${port}`, { cause });
    }
    const address = this.#server.address();
    const turnedAway = () => this.#turnedAway;
    return {
      host,
      port: typeof address === "object" ? address!.port : port,
      get turnedAway() {
        return turnedAway();
      },
      close: (options) => this.#close(options),
    };
  }

  /** Shows a renewed certificate to who connects from now on. */
  reloadTls(): void {
    const { tls } = this.#settings;
    if (tls && "setSecureContext" in this.#server) this.#server.setSecureContext(secureContext(tls()));
  }

  #entered(socket: Socket): void {
    socket.on("error", () => {});
    const guarded = this.#guard.enter(socket.remoteAddress ?? "", () => socket.destroy());
    if (guarded === undefined) {
      this.#turnedAway++;
      socket.destroy();
      return;
    }
    const source = sourceOf(socket);
    const caller = { socket, guarded, isAdmitted: false };
    this.#callers.set(source, caller);
    socket.once("close", () => {
      this.#callers.delete(source);
      guarded.release();
      if (!caller.isAdmitted) this.#turnedAway++;
    });
  }

  #prepare(session: ServerHttp2Session): void {
    session.on("error", () => {});
    session.once("close", () => this.#connections.delete(session));
  }

  #opened(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
    stream.on("error", () => {});
    const { session } = stream;
    if (!session || session.destroyed) return;
    const isOurs =
      headers[":method"] === "POST" && headers[":path"] === receivePath && isGrpc(headers["content-type"]);
    if (!isOurs) refuse(stream, grpcStatus.unimplemented);
    else if (this.#connections.has(session)) refuse(stream, grpcStatus.resourceExhausted);
    else this.#accept(this.#connect(stream, session));
  }

  #connect(stream: ServerHttp2Stream, session: Http2Session): InboundConnection {
    stream.respond({ ":status": 200, "content-type": "application/grpc" }, { waitForTrailers: true });
    // Go keeps a stream that ended with OK in its table as if it lived.
    stream.once("wantTrailers", () => stream.sendTrailers({ "grpc-status": grpcStatus.unavailable }));
    const source = sourceOf(session.socket);
    const caller = this.#callers.get(source);
    const connection = new GrpcConnection({
      stream,
      session,
      socket: caller?.socket,
      clock: this.#settings.clock,
      maxFrameBytes: strangerFrameBytes,
      busyPoll: undefined,
      end: () => stream.end(),
      failure: () =>
        stream.rstCode ? new Error(`the stream was reset with code ${stream.rstCode}`) : undefined,
    });
    this.#connections.set(session, { connection, source });
    return {
      peer: { source, names: namesOf(session.socket) },
      receive: (handlers) => connection.receive(handlers),
      admit: () => {
        connection.admit(this.#settings.maxFrameBytes, this.#busyPoll);
        widen(session);
        if (caller) admit(caller);
      },
      send: (frame) => connection.send(frame),
      close: () => {
        connection.close();
        if (!caller || caller.isAdmitted) return;
        // What it still sends is not taken. A peer's is, as its end comes last.
        stream.pause();
        this.#expelSoon(caller);
      },
      probe: () => connection.probe(),
    };
  }

  /** A stranger that goes on sending would have as long as a peer to take its leave. */
  #expelSoon({ socket }: Caller): void {
    const timer = this.#settings.clock.schedule(strangerLeaveMs, () => socket.destroy());
    socket.once("close", () => timer.cancel());
  }

  async #close({ timeoutMs = closeTimeoutMs }: Parameters<Listener["close"]>[0] = {}): Promise<void> {
    const closed = Promise.withResolvers<void>();
    this.#server.close(() => closed.resolve());
    const serving = [...this.#connections.values()];
    const sources = new Set(serving.map(({ source }) => source));
    for (const { connection } of serving) connection.close();
    for (const [source, { socket }] of this.#callers) if (!sources.has(source)) socket.destroy();
    // Who takes little by little, or never ends its side, would hold us for longer.
    const timer = this.#settings.clock.schedule(timeoutMs, () => {
      for (const { socket } of this.#callers.values()) socket.destroy();
    });
    await closed.promise;
    timer.cancel();
  }
}

/** Opens the windows for a peer: the session's own, and by the setting that of the stream which is open already. */
function widen(session: Http2Session): void {
  if (session.destroyed) return;
  session.setLocalWindowSize(flowControlBytes);
  session.settings({ initialWindowSize: flowControlBytes });
}

function admit(caller: Caller): void {
  caller.isAdmitted = true;
  caller.guarded.admit();
}

function refuse(stream: ServerHttp2Stream, status: string): void {
  stream.respond(
    { ":status": 200, "content-type": "application/grpc", "grpc-status": status },
    { endStream: true },
  );
}

function sourceOf({ remoteAddress, remotePort }: Pick<Socket, "remoteAddress" | "remotePort">): string {
  return `${remoteAddress}:${remotePort}`;
}

function namesOf(socket: Socket): readonly string[] | undefined {
  // A session hands out a stand-in for its socket, which passes calls on but is no instance of TLSSocket.
  const { getPeerCertificate } = socket as Partial<TLSSocket>;
  return getPeerCertificate && certificateNames(getPeerCertificate.call(socket).subjectaltname);
}
