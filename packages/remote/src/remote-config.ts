import type { DescFile, DescMessage } from "@bufbuild/protobuf";
import type { Props } from "@ts-grain/actor";
import type { ConnectPolicy } from "./endpoint/endpoint-services.ts";
import type { Membership } from "./endpoint/membership.ts";
import type { OutboxLimits } from "./endpoint/outbox.ts";
import { RemoteError } from "./remote-error.ts";
import { checkBusyPollMs } from "./transport/grpc/busy-poll.ts";
import type { TlsIdentity } from "./transport/grpc/grpc-options.ts";
import { parseAddress, type Transport } from "./transport/transport.ts";
import type { BatchLimits } from "./wire/batch-reader.ts";

/**
 * The times and sizes of a remote. Each is at least 1.
 *
 * @example
 * import { configureRemote, type RemoteNumbers, remoteDefaults } from "@ts-grain/remote";
 *
 * const patient: RemoteNumbers = {
 *   ...remoteDefaults,
 *   connectAttempts: 20,
 *   maxReconnectDelayMs: 30_000,
 * };
 * const config = configureRemote("localhost", 0, patient);
 */
export interface RemoteNumbers {
  /** Milliseconds from dialling a peer to its answer. Default 3 000. */
  readonly connectTimeoutMs: number;
  /** Attempts to connect, one after the other, after which a peer counts as gone. At least 1. Default 5. */
  readonly connectAttempts: number;
  /** Milliseconds of the shortest pause between two attempts; it doubles with each. Default 50. */
  readonly reconnectDelayMs: number;
  /** Milliseconds of the longest pause between two attempts. Default 5 000. */
  readonly maxReconnectDelayMs: number;
  /** Milliseconds that a peer which dialled us has to say who it is. Default 5 000. */
  readonly greetingTimeoutMs: number;
  /** Bytes that may wait for one peer; above, messages to it are dead letters with reason "overloaded", and above a quarter and a frame more a peer that makes another watch loses its connection. Default 16 MiB. */
  readonly maxBufferBytes: number;
  /** Bytes of a frame that we send or take; bounds a single message. Default 4 MiB, which is what Go takes. */
  readonly maxFrameBytes: number;
  /** Messages in a frame that we take, and in one that we send. Default 1 000. */
  readonly maxBatchMessages: number;
  /** Fields, list and map entries of all messages in a frame that we take: small bytes can make many objects. Default 131 072. */
  readonly maxBatchElements: number;
  /**
   * Bytes of a type's name, an address or a process's id that we take. Who sends a longer one loses its connection, so all members should have the
   * same; a grain's id has 512 bytes of its identity in it. Default 1 024.
   */
  readonly maxNameBytes: number;
  /** Headers of one message that we take; who sends more loses its connection. Default 64. */
  readonly maxHeaders: number;
  /** Bytes of all headers of one message that we take; who sends more loses its connection. Default 8 KiB. */
  readonly maxHeaderBytes: number;
  /** Watches of our actors that one process may have; more are refused, and counted. Peers of ts-grain try again, those of Go are told. Default 32 768. */
  readonly maxPeerWatches: number;
}

/**
 * How a remote listens, connects and protects itself.
 *
 * @example
 * import { readFileSync } from "node:fs";
 * import { configureRemote, type RemoteOptions } from "@ts-grain/remote";
 *
 * function secured(clusterToken: string): RemoteOptions {
 *   const tls = {
 *     certificate: readFileSync("member.pem"),
 *     privateKey: readFileSync("member.key"),
 *     authorities: readFileSync("authority.pem"),
 *   };
 *   return { advertisedHost: "member-1.example:8090", tls, clusterToken };
 * }
 * const configure = (token: string) => configureRemote("0.0.0.0", 8090, secured(token));
 */
export interface RemoteOptions extends Partial<RemoteNumbers> {
  /** The address that peers know us by, `host:port`, taken word for word. Default: host and port that are listened on. */
  readonly advertisedHost?: string | undefined;
  /**
   * Mutual TLS: every peer shows a certificate, and its names include the host of the address that it goes by. To renew
   * certificates while running, make the {@link GrpcTransport} yourself. Default: plain text.
   */
  readonly tls?: TlsIdentity | undefined;
  /**
   * Allows to listen in plain text on an address that other machines reach, where anybody can then speak as any member.
   * Default false: only loopback.
   */
  readonly insecure?: boolean | undefined;
  /** Keeps members of differently named clusters apart. Default: none, which takes all. */
  readonly clusterName?: string | undefined;
  /**
   * A secret of at least 16 characters that all members share and prove to each other without telling it. Go members know
   * no such proof and stay out. Default: none.
   */
  readonly clusterToken?: string | undefined;
  /**
   * Milliseconds for which the event loop looks for more before it sleeps, while peers send so often: requests between processes
   * take a fraction of their time, and the process uses its core more. 0: it sleeps at once. At most 100. Default 0.2; 0 for a
   * process with a quota of processor time, as {@link GrpcTransportOptions} has it.
   */
  readonly busyPollMs?: number | undefined;
  /** Carries the frames; `tls`, `insecure` and `busyPollMs` then mean nothing. Default: gRPC over HTTP/2. */
  readonly transport?: Transport | undefined;
  /** Message types that may travel, as {@link TypeRegistry.register} takes them. */
  readonly types?: readonly (DescFile | DescMessage)[] | undefined;
  /** What peers may spawn here, by the name of its kind. They may also stop it. Default nothing. */
  readonly spawnable?: ReadonlyMap<string, Props> | undefined;
  /** Processes that peers may address, as {@link Remote.expose} takes them. Default none. */
  readonly exposed?: readonly string[] | undefined;
  /**
   * Who may answer a request that was sent to a peer. "asked": this peer, on its own connection; what it hands on to others comes back through it. "anyone":
   * whoever was told the request's id, which has 128 random bits. A peer of Proto.Actor Go that forwards a request to a third process needs
   * this: that process answers by itself, and is refused otherwise. Default "asked".
   */
  readonly answersFrom?: "asked" | "anyone" | undefined;
}

/**
 * Resolved options: every field is there. Made by {@link configureRemote}.
 *
 * @example
 * import { ActorSystem } from "@ts-grain/actor";
 * import { Remote, type RemoteConfig } from "@ts-grain/remote";
 *
 * async function startSystem(config: RemoteConfig): Promise<Remote> {
 *   return await Remote.start(new ActorSystem(), config);
 * }
 */
export interface RemoteConfig {
  readonly host: string;
  readonly port: number;
  readonly advertisedHost: string | undefined;
  readonly tls: TlsIdentity | undefined;
  readonly insecure: boolean;
  /** Undefined leaves the choice to the transport. */
  readonly busyPollMs: number | undefined;
  readonly membership: Membership;
  /** Undefined leaves the choice to who starts the remote: a cluster takes its provider's, a remote alone gRPC. */
  readonly transport: Transport | undefined;
  readonly types: readonly (DescFile | DescMessage)[];
  readonly exposed: readonly string[];
  readonly answersFrom: "asked" | "anyone";
  readonly spawnable: ReadonlyMap<string, Props>;
  readonly connect: ConnectPolicy;
  readonly greetingTimeoutMs: number;
  readonly outbox: OutboxLimits;
  readonly batchLimits: BatchLimits;
  readonly maxPeerWatches: number;
}

/**
 * Defaults of the numbers in {@link RemoteOptions}.
 *
 * @example
 * import { configureRemote, remoteDefaults } from "@ts-grain/remote";
 *
 * const config = configureRemote("localhost", 0, {
 *   maxBufferBytes: 4 * remoteDefaults.maxBufferBytes,
 * });
 */
export const remoteDefaults: RemoteNumbers = {
  connectTimeoutMs: 3_000,
  connectAttempts: 5,
  reconnectDelayMs: 50,
  maxReconnectDelayMs: 5_000,
  greetingTimeoutMs: 5_000,
  maxBufferBytes: 16 * 1024 * 1024,
  maxFrameBytes: 4 * 1024 * 1024,
  maxBatchMessages: 1_000,
  maxBatchElements: 131_072,
  maxNameBytes: 1_024,
  maxHeaders: 64,
  maxHeaderBytes: 8 * 1024,
  maxPeerWatches: 32_768,
};

/** Bytes after which a batch is closed: larger ones cost latency and win nothing. */
const batchBytes = 64 * 1024;
/** A connection that held this long begins again with short pauses. */
const settledAfterMs = 1_000;

/**
 * Describes a remote that listens on a host and port; port 0 picks a free one.
 *
 * @throws RemoteError "invalid_options", naming the option.
 * @example
 * import { configureRemote } from "@ts-grain/remote";
 *
 * const config = configureRemote("0.0.0.0", 8090, {
 *   advertisedHost: "10.0.0.1:8090",
 *   insecure: true,
 * });
 * console.log(config.host, config.advertisedHost); // prints: 0.0.0.0 10.0.0.1:8090
 */
export function configureRemote(host: string, port: number, options: RemoteOptions = {}): RemoteConfig {
  const { advertisedHost, tls, insecure = false, busyPollMs, transport, types = [], exposed = [] } = options;
  const { clusterName = "", clusterToken: token, answersFrom = "asked" } = options;
  const numbers = resolveNumbers(options);
  if (!(Number.isInteger(port) && port >= 0 && port <= 65_535))
    throw invalid(`port must be 0 to 65535, got ${port}`);
  if (advertisedHost !== undefined && parseAddress(advertisedHost) === undefined) {
    throw invalid(`advertisedHost must be host:port, got ${advertisedHost}`);
  }
  if (token !== undefined && token.length < 16)
    throw invalid("clusterToken must have at least 16 characters");
  if (busyPollMs !== undefined) checkBusyPollMs(busyPollMs);
  if (answersFrom !== "asked" && answersFrom !== "anyone")
    throw invalid(`answersFrom must be "asked" or "anyone", got ${String(answersFrom)}`);
  const { maxFrameBytes, maxBatchMessages, maxBufferBytes } = numbers;
  const batchLimits: BatchLimits = {
    maxEnvelopes: maxBatchMessages,
    maxElements: numbers.maxBatchElements,
    maxNameBytes: numbers.maxNameBytes,
    maxHeaders: numbers.maxHeaders,
    maxHeaderBytes: numbers.maxHeaderBytes,
  };
  return {
    host,
    port,
    advertisedHost,
    tls,
    insecure,
    busyPollMs,
    membership: { clusterName, token },
    transport,
    types,
    exposed,
    answersFrom,
    spawnable: options.spawnable ?? new Map(),
    connect: {
      timeoutMs: numbers.connectTimeoutMs,
      maxFailures: numbers.connectAttempts,
      settledAfterMs,
      backoff: { initialMs: numbers.reconnectDelayMs, maxMs: numbers.maxReconnectDelayMs },
    },
    greetingTimeoutMs: numbers.greetingTimeoutMs,
    outbox: {
      message: batchLimits,
      maxFrameBytes,
      maxBatchMessages,
      maxBufferBytes,
      maxBatchBytes: Math.min(batchBytes, maxFrameBytes),
    },
    batchLimits,
    maxPeerWatches: numbers.maxPeerWatches,
  };
}

function resolveNumbers(options: RemoteOptions): RemoteNumbers {
  const entries = Object.entries(remoteDefaults).map(([name, fallback]) => {
    const value = options[name as keyof RemoteNumbers] ?? fallback;
    if (!(value >= 1)) throw invalid(`${name} must be at least 1, got ${value}`);
    return [name, value];
  });
  return Object.fromEntries(entries) as RemoteNumbers;
}

function invalid(why: string): RemoteError {
  return new RemoteError("invalid_options", why);
}
