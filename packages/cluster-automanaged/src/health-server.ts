import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Member } from "@ts-grain/cluster";
import type { MemberRegistration } from "@ts-grain/cluster/provider";
import { healthPath, writeHealthReport } from "./health-report.ts";

/** What a stranger may take of the process: connections at once, bytes of a request's head, milliseconds to send it. */
const maxConnections = 100;
const maxHeaderSize = 4_096;
const requestTimeoutMs = 2_000;

/** What is said of the member. */
export interface HealthServerOptions {
  readonly self: Member;
  readonly clusterName: string;
}

/** Says who this member is to everybody who asks. */
export class HealthServer implements MemberRegistration {
  readonly #listen: { readonly host: string; readonly port: number };
  readonly #report: string;
  #server: Server | undefined;

  constructor(listen: { readonly host: string; readonly port: number }, options: HealthServerOptions) {
    this.#listen = listen;
    this.#report = writeHealthReport({ ...options, healthPort: listen.port });
  }

  async refresh(): Promise<void> {
    if (this.#server?.listening) return;
    const limits = {
      maxHeaderSize,
      headersTimeout: requestTimeoutMs,
      requestTimeout: requestTimeoutMs,
      connectionsCheckingInterval: requestTimeoutMs / 2,
    };
    const server = createServer(limits, (request, response) => this.#answer(request, response));
    server.maxConnections = maxConnections;
    await once(server.listen(this.#listen), "listening");
    // It goes on listening when it cannot take a connection.
    server.on("error", () => {});
    this.#server = server;
  }

  async remove(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (!server?.listening) return;
    const closed = once(server, "close");
    server.close();
    server.closeAllConnections();
    await closed;
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const isKnown = request.url === healthPath;
    const status = !isKnown ? 404 : request.method === "GET" ? 200 : 405;
    const headers = { "Content-Type": "application/json", Connection: "close" };
    response.writeHead(status, headers).end(status === 200 ? this.#report : "");
  }
}
