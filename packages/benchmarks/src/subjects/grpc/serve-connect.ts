import { once } from "node:events";
import { createServer } from "node:http2";
import type { AddressInfo } from "node:net";
import { type ConnectNodeAdapterOptions, connectNodeAdapter } from "@connectrpc/connect-node";

/** HTTP/2's own 64 KiB make a stream of small messages a quarter slower. */
const windowBytes = 1024 * 1024;

/** Serves what connect-node routes on a free port of loopback, and resolves with `host:port`. */
export async function serveConnect(options: ConnectNodeAdapterOptions): Promise<string> {
  const server = createServer({ settings: { initialWindowSize: windowBytes } }, connectNodeAdapter(options));
  server.on("session", (session) => session.setLocalWindowSize(windowBytes));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}
