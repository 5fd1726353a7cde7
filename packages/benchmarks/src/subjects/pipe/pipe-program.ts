import { once } from "node:events";
import { connect, createServer } from "node:http2";
import type { AddressInfo } from "node:net";
import type { RemoteProgram, RemoteSubject } from "../remote-subject.ts";
import type { Handling } from "./handling.ts";
import type { HelloCodec } from "./hello-codec.ts";
import { PipeClient } from "./pipe-client.ts";

/** Wide enough that HTTP/2's flow control never holds anything back. */
const windowBytes = 32 * 1024 * 1024;

/** One HTTP/2 stream between two processes, with batches of envelopes on it: no deadlines, no lookup. */
export function pipeProgram(codec: HelloCodec, handling: Handling): RemoteProgram {
  return {
    serve: () => serve(codec, handling),
    connect: (address) => connectPipe(address, { codec, handling }),
  };
}

async function serve(codec: HelloCodec, handling: Handling): Promise<string> {
  const server = createServer({ settings: { initialWindowSize: windowBytes } });
  server.on("session", (session) => session.setLocalWindowSize(windowBytes));
  server.on("stream", (stream) => {
    stream.respond();
    // The client simply ends.
    stream.on("error", () => {});
    handling.answer(stream, codec);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function connectPipe(
  address: string,
  { codec, handling }: { readonly codec: HelloCodec; readonly handling: Handling },
): Promise<RemoteSubject> {
  const session = connect(`http://${address}`, { settings: { initialWindowSize: windowBytes } });
  await once(session, "connect");
  session.setLocalWindowSize(windowBytes);
  const stream = session.request({ ":method": "POST", ":path": "/" }, { endStream: false });
  return new PipeClient(stream, { codec, player: handling.openPlayer(), address });
}
