import { once } from "node:events";
import { createServer, type ServerHttp2Stream } from "node:http2";
import type { AddressInfo } from "node:net";

/** A listener that takes nothing. */
export interface Glutton extends Disposable {
  readonly address: string;
  /** Of those who have connected. */
  readonly streams: readonly ServerHttp2Stream[];
}

/** A peer that takes a greeting, answers it, and then reads no more: its window closes and never opens again. */
export async function startGlutton(): Promise<Glutton> {
  const streams: ServerHttp2Stream[] = [];
  const server = createServer();
  server.on("session", (session) => session.on("error", () => {}));
  server.on("stream", (stream: ServerHttp2Stream) => {
    streams.push(stream);
    stream.on("error", () => {});
    stream.respond({ ":status": 200, "content-type": "application/grpc" });
    stream.once("data", () => {
      stream.pause();
      // ConnectResponse with the member id "glutton", in a RemoteMessage, in a gRPC message.
      stream.write(Buffer.from("000000000b1a091207676c7574746f6e", "hex"));
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const dispose = (): void => {
    for (const { session } of streams) session?.destroy();
    server.close();
  };
  return { address, streams, [Symbol.dispose]: dispose };
}
