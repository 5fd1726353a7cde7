import type { DescFile, DescMessage } from "@bufbuild/protobuf";
import type { ConnectPolicy } from "./endpoint/endpoint-services.ts";
import type { OutboxLimits } from "./endpoint/outbox.ts";
import { RemoteError } from "./remote-error.ts";
import { parseAddress, type Transport } from "./transport/transport.ts";
import type { BatchLimits } from "./wire/batch-reader.ts";

/** How a remote listens, connects and protects itself. */
export interface RemoteOptions {
  /** The address that peers know us by, `host:port`, taken word for word. Default: host and port that are listened on. */
  readonly advertisedHost?: string | undefined;
  /** Carries the frames. Default: what who starts the remote chooses. */
  readonly transport?: Transport | undefined;
  /** Message types that may travel, as {@link TypeRegistry.register} takes them. */
  readonly types?: readonly (DescFile | DescMessage)[] | undefined;
  /** Processes that peers may address, as {@link Remote.expose} takes them. Default none. */
  readonly exposed?: readonly string[] | undefined;
  /** Milliseconds from dialling a peer to its answer. Default 3 000. */
  readonly connectTimeoutMs?: number | undefined;
  /** Attempts to connect, one after the other, after which a peer counts as gone. At least 1. Default 5. */
  readonly connectAttempts?: number | undefined;
  /** Milliseconds of the shortest pause between two attempts; it doubles with each. Default 50. */
  readonly reconnectDelayMs?: number | undefined;
  /** Milliseconds of the longest pause between two attempts. Default 5 000. */
  readonly maxReconnectDelayMs?: number | undefined;
  /** Milliseconds that a peer which dialled us has to say who it is. Default 5 000. */
  readonly greetingTimeoutMs?: number | undefined;
  /** Bytes that may wait for one peer; above, messages to it are dead letters with reason "overloaded". Default 16 MiB. */
  readonly maxBufferBytes?: number | undefined;
  /** Bytes of a frame that we send or take; bounds a single message. Default 4 MiB, which is what Go takes. */
  readonly maxFrameBytes?: number | undefined;
  /** Messages in a frame that we take, and in one that we send. Default 1 000. */
  readonly maxBatchMessages?: number | undefined;
}

/** Resolved options: every field is there. Made by {@link configureRemote}. */
export interface RemoteConfig {
  readonly host: string;
  readonly port: number;
  readonly advertisedHost: string | undefined;
  /** Undefined leaves the choice to who starts the remote: a cluster takes its provider's. */
  readonly transport: Transport | undefined;
  readonly types: readonly (DescFile | DescMessage)[];
  readonly exposed: readonly string[];
  readonly connect: ConnectPolicy;
  readonly greetingTimeoutMs: number;
  readonly outbox: OutboxLimits;
  readonly batchLimits: BatchLimits;
}

/** Defaults of the numbers in {@link RemoteOptions}. */
export const remoteDefaults = {
  connectTimeoutMs: 3_000,
  connectAttempts: 5,
  reconnectDelayMs: 50,
  maxReconnectDelayMs: 5_000,
  greetingTimeoutMs: 5_000,
  maxBufferBytes: 16 * 1024 * 1024,
  maxFrameBytes: 4 * 1024 * 1024,
  maxBatchMessages: 1_000,
} as const;

/** Bytes after which a batch is closed: larger ones cost latency and win nothing. */
const batchBytes = 64 * 1024;
/** A connection that held this long begins again with short pauses. */
const settledAfterMs = 10_000;

/**
 * Describes a remote that listens on a host and port; port 0 picks a free one.
 *
 * @throws RemoteError "invalid_options", naming the option.
 */
export function configureRemote(host: string, port: number, options: RemoteOptions = {}): RemoteConfig {
  const { advertisedHost, transport, types = [], exposed = [] } = options;
  const numbers = resolveNumbers(options);
  if (!(Number.isInteger(port) && port >= 0 && port <= 65_535))
    throw invalid(`port must be 0 to 65535, got ${port}`);
  if (advertisedHost !== undefined && parseAddress(advertisedHost) === undefined) {
    throw invalid(`advertisedHost must be host:port, got ${advertisedHost}`);
  }
  const { maxFrameBytes, maxBatchMessages, maxBufferBytes } = numbers;
  return {
    host,
    port,
    advertisedHost,
    transport,
    types,
    exposed,
    connect: {
      timeoutMs: numbers.connectTimeoutMs,
      maxFailures: numbers.connectAttempts,
      settledAfterMs,
      backoff: { initialMs: numbers.reconnectDelayMs, maxMs: numbers.maxReconnectDelayMs },
    },
    greetingTimeoutMs: numbers.greetingTimeoutMs,
    outbox: {
      maxFrameBytes,
      maxBatchMessages,
      maxBufferBytes,
      maxBatchBytes: Math.min(batchBytes, maxFrameBytes),
    },
    batchLimits: {
      maxEnvelopes: maxBatchMessages,
      maxNameBytes: 1024,
      maxHeaders: 64,
      maxHeaderBytes: 8 * 1024,
    },
  };
}

type Numbers = { readonly [K in keyof typeof remoteDefaults]: number };

function resolveNumbers(options: RemoteOptions): Numbers {
  const entries = Object.entries(remoteDefaults).map(([name, fallback]) => {
    const value = options[name as keyof Numbers] ?? fallback;
    if (!(value >= 1)) throw invalid(`${name} must be at least 1, got ${value}`);
    return [name, value];
  });
  return Object.fromEntries(entries) as Numbers;
}

function invalid(why: string): RemoteError {
  return new RemoteError("invalid_options", why);
}
