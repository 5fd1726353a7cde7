import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  type IncomingHttpHeaders,
  type IncomingHttpStatusHeader,
  type SecureClientSessionOptions,
} from "node:http2";
import { connect as connectTcp, isIP, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { RemoteError } from "../../remote-error.ts";
import { type Connection, type ConnectionHandlers, type ConnectOptions, parseAddress } from "../transport.ts";
import type { BusyPoll } from "./busy-poll.ts";
import { GrpcConnection } from "./grpc-connection.ts";
import type { GrpcSettings } from "./grpc-options.ts";
import { flowControlBytes, receivePath } from "./grpc-protocol.ts";
import { secureContext } from "./tls-settings.ts";

/** What a peer that we dialled may make Node's HTTP/2 do: it sends hardly anything. */
const http2Limits: SecureClientSessionOptions = {
  // Counts what we have to send as well, all of which is handed over at a graceful end; in megabytes.
  maxSessionMemory: 128,
  maxHeaderListPairs: 64,
  maxOutstandingPings: 4,
  peerMaxConcurrentStreams: 1,
  settings: { enablePush: false, initialWindowSize: flowControlBytes, maxHeaderListSize: 8_192 },
};

/** Whom to dial, and how. */
interface Dialling {
  readonly address: string;
  readonly settings: GrpcSettings;
  readonly busyPoll: BusyPoll;
}

/** Dials a peer and opens its `/remote.Remoting/Receive` stream. */
export async function grpcConnect(
  { address, settings, busyPoll }: Dialling,
  handlers: ConnectionHandlers,
  { signal }: ConnectOptions,
): Promise<Connection> {
  signal?.throwIfAborted();
  const socket = openSocket(address, settings);
  const session = openSession(`${settings.tls ? "https" : "http"}://${address}`, socket);
  try {
    await established(session, address, signal);
  } catch (error) {
    session.destroy();
    // A session does not end a socket that still connects.
    socket.destroy();
    throw error;
  }
  const stream = session.request(
    {
      ":method": "POST",
      ":path": receivePath,
      "content-type": "application/grpc",
      te: "trailers",
      "user-agent": "ts-grain",
    },
    { endStream: false },
  );
  const failure = failureOf(stream);
  const connection = new GrpcConnection({
    stream,
    session,
    socket,
    clock: settings.clock,
    maxFrameBytes: settings.maxFrameBytes,
    busyPoll,
    end: () => stream.end(),
    failure,
  });
  connection.receive(handlers);
  return connection;
}

function openSocket(address: string, { tls }: GrpcSettings): Socket {
  const parsed = parseAddress(address);
  if (!parsed) throw new RemoteError("connect_failed", `${address} is no address`);
  const { port } = parsed;
  // IPv6 stands in brackets.
  const host = parsed.host.replace(/^\[(.*)\]$/, "$1");
  if (!tls) return connectTcp({ host, port });
  const name = isIP(host) ? {} : { servername: host };
  return connectTls({ ...secureContext(tls()), ...name, host, port, ALPNProtocols: ["h2"] });
}

function openSession(authority: string, socket: Socket): ClientHttp2Session {
  const session = connect(authority, { ...http2Limits, createConnection: () => socket });
  // What goes wrong after the connection stands ends the stream, which tells.
  session.on("error", () => {});
  return session;
}

async function established(
  session: ClientHttp2Session,
  address: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const connected = Promise.withResolvers<void>();
  const refuse = (cause?: Error) =>
    connected.reject(new RemoteError("connect_failed", `cannot connect to ${address}`, { cause }));
  const abort = () => connected.reject(signal!.reason);
  session.once("connect", () => connected.resolve());
  session.once("error", refuse);
  session.once("close", () => refuse());
  signal?.addEventListener("abort", abort, { once: true });
  try {
    await connected.promise;
    session.setLocalWindowSize(flowControlBytes);
  } finally {
    signal?.removeEventListener("abort", abort);
  }
}

/** Watches how the peer answers, and says at the end what was wrong with it. */
function failureOf(stream: ClientHttp2Stream): () => Error | undefined {
  let failure: Error | undefined;
  const judge = (headers: IncomingHttpHeaders & IncomingHttpStatusHeader) => {
    const httpStatus = headers[":status"];
    const grpcStatus = headers["grpc-status"];
    if (httpStatus !== undefined && httpStatus !== 200) failure = new Error(`HTTP status ${httpStatus}`);
    else if (grpcStatus !== undefined && grpcStatus !== "0")
      failure = new Error(`gRPC status ${String(grpcStatus)}`);
  };
  stream.on("response", judge);
  stream.on("trailers", judge);
  return () =>
    failure ?? (stream.rstCode ? new Error(`the stream was reset with code ${stream.rstCode}`) : undefined);
}
