import { RemoteError } from "../../remote-error.ts";
import type {
  Connection,
  ConnectionHandlers,
  ConnectOptions,
  HostAndPort,
  InboundConnection,
  Listener,
  Transport,
} from "../transport.ts";
import { BusyPoll } from "./busy-poll.ts";
import { makeEarlyBuffer } from "./early-buffer.ts";
import { grpcConnect } from "./grpc-client.ts";
import { type GrpcSettings, type GrpcTransportOptions, resolveGrpcOptions } from "./grpc-options.ts";
import { GrpcServer } from "./grpc-server.ts";
import { isLoopback } from "./loopback.ts";

/**
 * Frames over gRPC on HTTP/2: what Proto.Actor Go speaks.
 *
 * @example
 * import { readFileSync } from "node:fs";
 * import {
 *   configureRemote,
 *   GrpcTransport,
 *   type GrpcTransportOptions,
 *   type TlsIdentity,
 * } from "@ts-grain/remote";
 *
 * // Certificates that are renewed while the process runs.
 * const readIdentity = (): TlsIdentity => ({
 *   certificate: readFileSync("member.pem"),
 *   privateKey: readFileSync("member.key"),
 *   authorities: readFileSync("authority.pem"),
 * });
 *
 * function listenSecured() {
 *   const options: GrpcTransportOptions = { tls: readIdentity, maxConnections: 64 };
 *   const transport = new GrpcTransport(options);
 *   process.on("SIGHUP", () => transport.reloadTls());
 *   return configureRemote("0.0.0.0", 8090, {
 *     transport,
 *     advertisedHost: "member-1.example:8090",
 *   });
 * }
 */
export class GrpcTransport implements Transport {
  readonly #settings: GrpcSettings;
  readonly #busyPoll: BusyPoll;
  readonly #servers = new Set<GrpcServer>();

  /** @throws RemoteError "invalid_options" if the TLS options are incomplete. */
  constructor(options: GrpcTransportOptions = {}) {
    this.#settings = resolveGrpcOptions(options);
    this.#busyPoll = new BusyPoll(this.#settings.busyPollMs);
    makeEarlyBuffer();
  }

  /** @throws RemoteError "listen_failed"; "invalid_options" for a host that other machines reach, without `tls` or `insecure`. */
  async listen(at: HostAndPort, accept: (connection: InboundConnection) => void): Promise<Listener> {
    const { tls, insecure } = this.#settings;
    if (tls === undefined && !insecure && !isLoopback(at.host)) {
      throw new RemoteError(
        "invalid_options",
        `listening on ${at.host} needs the option tls, or insecure: true`,
      );
    }
    const server = new GrpcServer({ settings: this.#settings, busyPoll: this.#busyPoll, accept });
    const listener = await server.listen(at);
    this.#servers.add(server);
    const close: Listener["close"] = (options) => {
      this.#servers.delete(server);
      return listener.close(options);
    };
    return {
      host: listener.host,
      port: listener.port,
      isInsecure: tls === undefined && !isLoopback(at.host),
      get turnedAway() {
        return listener.turnedAway;
      },
      close,
    };
  }

  async connect(
    address: string,
    handlers: ConnectionHandlers,
    options: ConnectOptions = {},
  ): Promise<Connection> {
    return grpcConnect({ address, settings: this.#settings, busyPoll: this.#busyPoll }, handlers, options);
  }

  /** Uses renewed certificates from now on, if `tls` is a function. Connections that stand go on with the old ones. */
  reloadTls(): void {
    for (const server of this.#servers) server.reloadTls();
  }
}
