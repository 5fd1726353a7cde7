import type { Clock } from "@ts-grain/actor";
import { systemClock } from "@ts-grain/actor";
import { RemoteError } from "../../remote-error.ts";
import { checkBusyPollMs } from "./busy-poll.ts";
import { hasCpuQuota } from "./cpu-quota.ts";

/**
 * A member's certificate and what it trusts, all in PEM.
 *
 * @see {@link GrpcTransport}
 */
export interface TlsIdentity {
  /** This member's certificate, followed by those between it and an authority. Its names include the advertised host. */
  readonly certificate: string | Uint8Array;
  readonly privateKey: string | Uint8Array;
  /** The authorities that sign members' certificates. No other is trusted, the system's neither. */
  readonly authorities: string | Uint8Array;
}

/**
 * How {@link GrpcTransport} listens and connects.
 *
 * @see {@link GrpcTransport}
 */
export interface GrpcTransportOptions {
  /** Mutual TLS 1.3: every peer shows a certificate of one of the authorities. A function is asked again by `reloadTls` and for each connection that is opened. Default: plain text. */
  readonly tls?: TlsIdentity | (() => TlsIdentity) | undefined;
  /** Allows to listen in plain text on an address that other machines reach, where anybody can then speak as any member. Default false. */
  readonly insecure?: boolean | undefined;
  /** Bytes of the longest frame that is taken. Default 4 MiB. */
  readonly maxFrameBytes?: number | undefined;
  /** Connections that peers may have open at once. Default 256. */
  readonly maxConnections?: number | undefined;
  /** Connections whose peer has not said who it is yet; for one more the oldest of the source that has most is closed. Default 64. */
  readonly maxPending?: number | undefined;
  /** The same from one source address. Default 16. */
  readonly maxPendingPerSource?: number | undefined;
  /** Milliseconds in which a peer must say who it is. Default 5 000. */
  readonly pendingTimeoutMs?: number | undefined;
  /**
   * Milliseconds for which the event loop goes on looking for what arrives, while peers send so often, before it sleeps. A
   * request to another process then takes a fraction of its time, and the process uses its core more. 0: it sleeps at once.
   * At most 100. Default 0.2; 0 for a process with a quota of processor time (of its Linux cgroup, or of one above), which looking would use up.
   */
  readonly busyPollMs?: number | undefined;
  /** Measures time-outs. Default: the system's clock. */
  readonly clock?: Clock | undefined;
}

/** Options after defaults. */
export interface GrpcSettings {
  readonly tls: (() => TlsIdentity) | undefined;
  readonly insecure: boolean;
  readonly maxFrameBytes: number;
  readonly maxConnections: number;
  readonly maxPending: number;
  readonly maxPendingPerSource: number;
  readonly pendingTimeoutMs: number;
  readonly busyPollMs: number;
  readonly clock: Clock;
}

/** A peer on the same machine, woken from sleep, answers in less. */
const defaultBusyPollMs = 0.2;

/** @throws RemoteError "invalid_options" if the TLS options are incomplete. */
export function resolveGrpcOptions(options: GrpcTransportOptions): GrpcSettings {
  const { tls } = options;
  const read = typeof tls === "function" ? tls : tls && (() => tls);
  if (read !== undefined) checked(read());
  const { busyPollMs = hasCpuQuota() ? 0 : defaultBusyPollMs } = options;
  checkBusyPollMs(busyPollMs);
  return {
    tls: read && (() => checked(read())),
    insecure: options.insecure ?? false,
    maxFrameBytes: options.maxFrameBytes ?? 4 * 1024 * 1024,
    maxConnections: options.maxConnections ?? 256,
    maxPending: options.maxPending ?? 64,
    maxPendingPerSource: options.maxPendingPerSource ?? 16,
    pendingTimeoutMs: options.pendingTimeoutMs ?? 5_000,
    busyPollMs,
    clock: options.clock ?? systemClock,
  };
}

/** Half of an identity would mean half of the protection: refuses it, at the start and later. */
function checked(identity: TlsIdentity): TlsIdentity {
  for (const name of ["certificate", "privateKey", "authorities"] as const) {
    if (!identity[name]?.length) throw new RemoteError("invalid_options", `tls.${name} is missing`);
  }
  return identity;
}
