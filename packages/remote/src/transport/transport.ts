/**
 * Carries frames between processes. The dialling side sends messages; the listening side only answers the handshake and
 * says goodbye. Each frame is one encoded `remote.RemoteMessage`.
 *
 * What every transport keeps, and the conformance suite in `@ts-grain/remote/testing` checks: frames arrive whole, once, and in the
 * order in which they were sent; what cannot be kept ends the connection. `onClose` comes exactly once, after the last
 * frame, and nothing comes after it. No callback runs inside `connect`, `send` or `close`.
 *
 * @example
 * import type {
 *   Connection,
 *   ConnectionHandlers,
 *   ConnectOptions,
 *   HostAndPort,
 *   InboundConnection,
 *   Listener,
 *   Transport,
 * } from "@ts-grain/remote";
 *
 * // Tells over which addresses another transport connects.
 * class LoggedTransport implements Transport {
 *   readonly #inner: Transport;
 *
 *   constructor(inner: Transport) {
 *     this.#inner = inner;
 *   }
 *
 *   async listen(
 *     at: HostAndPort,
 *     accept: (connection: InboundConnection) => void,
 *   ): Promise<Listener> {
 *     return await this.#inner.listen(at, (connection) => {
 *       console.error(`${connection.peer.source} has connected`);
 *       accept(connection);
 *     });
 *   }
 *
 *   async connect(
 *     address: string,
 *     handlers: ConnectionHandlers,
 *     options?: ConnectOptions,
 *   ): Promise<Connection> {
 *     console.error(`connecting to ${address}`);
 *     return await this.#inner.connect(address, handlers, options);
 *   }
 * }
 */
export interface Transport {
  /**
   * Accepts connections at a host and port; port 0 picks a free one.
   *
   * @throws RemoteError "listen_failed".
   */
  listen(at: HostAndPort, accept: (connection: InboundConnection) => void): Promise<Listener>;

  /**
   * Opens a connection to a listener's address, `host:port`. Aborting gives up; rejects with the signal's reason.
   *
   * @throws RemoteError "connect_failed".
   */
  connect(address: string, handlers: ConnectionHandlers, options?: ConnectOptions): Promise<Connection>;
}

/**
 * Where to listen.
 *
 * @see {@link Transport}
 */
export interface HostAndPort {
  readonly host: string;
  readonly port: number;
}

/**
 * Options of {@link Transport.connect}.
 *
 * @see {@link Transport}
 */
export interface ConnectOptions {
  readonly signal?: AbortSignal | undefined;
}

/**
 * A place that accepts connections.
 *
 * @see {@link Transport}
 */
export interface Listener extends HostAndPort {
  /** Connections so far for which there was no room, or that ended before they were admitted. */
  readonly turnedAway?: number | undefined;
  /** Whether other machines can reach it and nothing but their word says who they are. Default: unknown. */
  readonly isInsecure?: boolean | undefined;
  /**
   * Accepts no more and ends the connections that are still open. Settles when all are gone: peers have so many milliseconds to take what was
   * sent and to end their side, too. Default 2 000.
   */
  close(options?: { readonly timeoutMs?: number | undefined }): Promise<void>;
}

/**
 * What a connection tells its user.
 *
 * @see {@link Transport}
 */
export interface ConnectionHandlers {
  /** A frame arrived. Its bytes belong to the receiver. */
  onFrame(frame: Uint8Array): void;
  /** `send` returned false, and now there is room again. */
  onWritable(): void;
  /**
   * The connection ended: without an error if the other side closed it, and with a {@link SilenceError}, or one whose cause it is, if that may not know. Its own `close` is not reported.
   */
  onClose(error: Error | undefined): void;
}

/**
 * One end of a connection.
 *
 * @see {@link Transport}
 */
export interface Connection {
  /**
   * Sends a frame; the caller does not touch the bytes again. False means that the frame was taken but the next should wait
   * for `onWritable`. After the end, frames are dropped. It may be told how many messages are in the frame, for `unproven`.
   */
  send(frame: Uint8Array, messages?: number): boolean;
  /** Whether a frame would be dropped, as one side has ended the connection. Without it frames are dropped until `onClose` has come. */
  readonly hasEnded?: boolean | undefined;
  /**
   * Messages in frames that were sent and may not have come to the other side's `onFrame`: what may be lost if the connection
   * breaks, or was if it has. It may count too many, and never too few. Default: unknown.
   */
  readonly unproven?: number | undefined;
  /** Ends the connection after what was sent has left. Nothing is called any more. Calling it again does nothing. */
  close(): void;
  /** Resolves when the connection has ended and what was sent has come to the other side, or is given up. Default: at once, when it is closed. */
  readonly closed?: Promise<void> | undefined;
  /** The peer takes frequent probes: from now on a link that went dead without a word is noticed within seconds. */
  probe(): void;
}

/**
 * The listening side's end.
 *
 * @see {@link Transport}
 */
export interface InboundConnection extends Connection {
  /** Who is at the other end, as far as the transport can vouch for it. */
  readonly peer: TransportPeer;
  /** Begins to receive. Call it inside `accept`. */
  receive(handlers: ConnectionHandlers): void;
  /** The peer has shown who it is: lifts the limits under which strangers stand, such as small frames and a deadline. */
  admit(): void;
}

/**
 * What a transport knows about the other end.
 *
 * @example
 * import type { InboundConnection, TransportPeer } from "@ts-grain/remote";
 *
 * const describe = ({ source, names = [] }: TransportPeer): string =>
 *   `${source} (${names.join(", ") || "unproven"})`;
 * const logPeer = (connection: InboundConnection): void =>
 *   console.error(describe(connection.peer));
 */
export interface TransportPeer {
  /** For logs: where the connection comes from. */
  readonly source: string;
  /** Names that the peer proved with a certificate; undefined without mutual TLS. */
  readonly names?: readonly string[] | undefined;
}

/**
 * Splits `host:port`; undefined if it is not that. An IPv6 host keeps its brackets.
 *
 * @example
 * import { type HostAndPort, parseAddress } from "@ts-grain/remote";
 *
 * const address: HostAndPort | undefined = parseAddress("[::1]:8090");
 * console.log(address?.host, address?.port); // prints: [::1] 8090
 */
export function parseAddress(address: string): HostAndPort | undefined {
  const colon = address.lastIndexOf(":");
  const port = Number(address.slice(colon + 1));
  if (colon <= 0 || !/^\d{1,5}$/.test(address.slice(colon + 1)) || port > 65_535) return undefined;
  return { host: address.slice(0, colon), port };
}
