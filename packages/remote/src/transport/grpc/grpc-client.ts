import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  type IncomingHttpHeaders,
  type IncomingHttpStatusHeader,
  type SecureClientSessionOptions,
} from "node:http2";
import { RemoteError } from "../../remote-error.ts";
import type { Connection, ConnectionHandlers, ConnectOptions } from "../transport.ts";
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

/** Dials a peer and opens its `/remote.Remoting/Receive` stream. */
export async function grpcConnect(
  { address, settings }: { readonly address: string; readonly settings: GrpcSettings },
  handlers: ConnectionHandlers,
  { signal }: ConnectOptions,
): Promise<Connection> {
  signal?.throwIfAborted();
  const session = openSession(address, settings);
  await established(session, address, signal);
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
    clock: settings.clock,
    maxFrameBytes: settings.maxFrameBytes,
    end: () => stream.end(),
    failure,
  });
  connection.receive(handlers);
  return connection;
}

function openSession(address: string, { tls }: GrpcSettings): ClientHttp2Session {
  const session = tls
    ? connect(`https://${address}`, { ...http2Limits, ...secureContext(tls()) })
    : connect(`http://${address}`, http2Limits);
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
  } catch (error) {
    session.destroy();
    throw error;
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
