import { once } from "node:events";
import { type ClientHttp2Session, connect as connectHttp2 } from "node:http2";
import { connect as connectTcp, isIP } from "node:net";
import { addAbortSignal, type Duplex } from "node:stream";
import { connect as connectTls, type SecureContext } from "node:tls";
import type { Transport } from "@connectrpc/connect";
import { createGrpcTransport, type GrpcTransportOptions } from "@connectrpc/connect-node";

/** More than the list of a thousand members takes. */
const maxBytes = 8 * 1024 * 1024;

/** What calls of one endpoint go through. It fails once and for all: nothing opens it again. */
export interface EtcdConnection {
  readonly transport: Transport;
  /** Whether the other side takes no calls through it any more. */
  readonly isClosed: boolean;
  /** Fails what is under way, for the reason, and leaves nothing open. */
  end(reason: Error): void;
}

/**
 * Opens the way to an endpoint, without TLS. Connected when it resolves; the signal aborts when nobody waits for it
 * any more.
 */
export type EtcdDial = (endpoint: URL, signal: AbortSignal) => Promise<Duplex>;

/** How connections to endpoints are made. */
export interface EtcdDialling {
  readonly dial: EtcdDial;
  /** Certificates and key for endpoints with `https`. Undefined: those that the platform trusts. */
  readonly secureContext: SecureContext | undefined;
}

/** gRPC over a connection of HTTP/2. It is dialled at once; what fails then fails its calls. */
export class GrpcConnection implements EtcdConnection {
  readonly transport: Transport;
  readonly #url: URL;
  readonly #dialling: EtcdDialling;
  readonly #ending = new AbortController();
  #session: ClientHttp2Session | undefined;

  constructor(endpoint: string, dialling: EtcdDialling) {
    this.#url = new URL(endpoint);
    this.#dialling = dialling;
    const opening = this.#open();
    // It may fail before a call asks for it.
    opening.catch(() => undefined);
    // In place of the library's own, which opens connections again by itself.
    const sessionManager: GrpcTransportOptions["sessionManager"] = {
      authority: this.#url.origin,
      async request(method, path, headers) {
        return (await opening).request({ ...headers, ":method": method, ":path": path });
      },
      notifyResponseByteRead: () => undefined,
    };
    const options = { baseUrl: endpoint, sessionManager, readMaxBytes: maxBytes, acceptCompression: [] };
    this.transport = createGrpcTransport(options);
  }

  get isClosed(): boolean {
    return this.#session !== undefined && (this.#session.closed || this.#session.destroyed);
  }

  end(reason: Error): void {
    this.#ending.abort(reason);
  }

  async #open(): Promise<ClientHttp2Session> {
    const { signal } = this.#ending;
    const socket = this.#own(await this.#dialling.dial(this.#url, signal));
    signal.throwIfAborted();
    const stream = this.#url.protocol === "https:" ? this.#own(this.#secure(socket)) : socket;
    const options = { createConnection: () => stream, settings: { enablePush: false } };
    const session = connectHttp2(this.#url, options);
    // Every call under way is told of it.
    session.on("error", () => undefined);
    this.#session = session;
    return session;
  }

  #secure(socket: Duplex): Duplex {
    const host = hostOf(this.#url);
    const { secureContext } = this.#dialling;
    const options = { socket, host, secureContext, ALPNProtocols: ["h2"] };
    return connectTls(isIP(host) ? options : { ...options, servername: host });
  }

  /** A stream that goes when the connection ends, with all that is on it, and whose errors harm nobody. */
  #own(stream: Duplex): Duplex {
    return addAbortSignal(
      this.#ending.signal,
      stream.on("error", () => undefined),
    );
  }
}

/** Dials by TCP. */
export const dialTcp: EtcdDial = async (endpoint, signal) => {
  const port = Number(endpoint.port) || (endpoint.protocol === "https:" ? 443 : 80);
  const socket = connectTcp({ host: hostOf(endpoint), port, noDelay: true, signal });
  await once(socket, "connect");
  return socket;
};

/** Without the brackets that an address of IPv6 has in a URL. */
function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, "");
}
