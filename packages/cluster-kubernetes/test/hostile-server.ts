import { once } from "node:events";
import { createServer } from "node:http";
import { createSecureServer } from "node:http2";
import type { AddressInfo, Server, Socket } from "node:net";
import type { Duplex } from "node:stream";
import { onTestFinished } from "vitest";
import { type Certificate, createCertificate } from "./certificate.ts";

/** What a hostile answer may use, over HTTP/1.1 and over HTTP/2 alike. */
export interface Answer extends NodeJS.EventEmitter {
  writeHead(status: number, headers?: Record<string, string>): unknown;
  write(content: string | Buffer): boolean;
  end(content: string): unknown;
}

interface Asked {
  readonly url?: string | undefined;
  readonly headers: { readonly authorization?: string | undefined };
}

/** A server on the loopback address that answers as it is told, and knows which of its connections are still open. */
export class HostileServer {
  /** The paths that it was asked for. */
  readonly asked: string[] = [];
  /** What they who asked logged in with. */
  readonly logins: unknown[] = [];
  readonly sockets: Set<Socket> = new Set();
  readonly url: string;
  readonly authorityFile: string | undefined;

  private constructor(server: Server, { url, certFile }: { url: string; certFile?: string | undefined }) {
    this.url = url;
    this.authorityFile = certFile;
    server.on("connection", (socket: Socket) => {
      this.sockets.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => this.sockets.delete(socket));
    });
  }

  /** Speaks plain HTTP/1.1, or HTTP/2 over TLS as API servers do. Ends with the test. */
  static async start(
    protocol: "HTTP/1.1" | "HTTP/2",
    answer: (answer: Answer) => void,
  ): Promise<HostileServer> {
    const certificate = protocol === "HTTP/2" ? createCertificate() : undefined;
    const receive = ({ url: path, headers }: Asked, response: Answer): void => {
      hostile.asked.push(path ?? "");
      hostile.logins.push(headers.authorization);
      response.on("error", () => {});
      answer(response);
    };
    const server = createHttpServer(certificate, receive);
    await once(server.listen(0, "127.0.0.1"), "listening");
    const { port } = server.address() as AddressInfo;
    const url = `${certificate ? "https" : "http"}://127.0.0.1:${port}`;
    const hostile = new HostileServer(server, { url, certFile: certificate?.certFile });
    onTestFinished(() => {
      server.close();
      for (const socket of hostile.sockets) socket.destroy();
    });
    return hostile;
  }

  /** Resets every connection. */
  reset(): void {
    for (const socket of this.sockets) socket.resetAndDestroy();
  }
}

function createHttpServer(
  certificate: Certificate | undefined,
  receive: (request: Asked, response: Answer) => void,
): Server {
  if (!certificate) return createServer(receive);
  const server = createSecureServer(certificate, (request, response) => receive(request, response));
  server.on("session", (session) => session.on("error", () => {}));
  server.on("tlsClientError", (_error: Error, socket: Duplex) => socket.on("error", () => {}));
  return server;
}
