import { once } from "node:events";
import { connect, createServer, type ServerHttp2Stream } from "node:http2";
import type { AddressInfo } from "node:net";
import type { HelloResponse } from "../../gen/tsgrain/benchmarks/v1/hello_pb.ts";
import { answerHello, helloRequest } from "../hello.ts";
import { type RemoteProgram, type RemoteSubject, sendInSlices } from "../remote-subject.ts";
import type { HelloCodec } from "./hello-codec.ts";
import { Pipe } from "./pipe.ts";

/** What envelopes are. */
const kinds = { request: 0, response: 1, tell: 2, readCount: 3, count: 4, ping: 5, pong: 6 } as const;

/** Wide enough that HTTP/2's flow control never holds anything back. */
const windowBytes = 32 * 1024 * 1024;

/** One HTTP/2 stream between two processes, with batches of envelopes on it: no actors, no deadlines. */
export function pipeProgram(codec: HelloCodec): RemoteProgram {
  return { serve: () => serve(codec), connect: (address) => connectPipe(address, codec) };
}

async function serve(codec: HelloCodec): Promise<string> {
  const server = createServer({ settings: { initialWindowSize: windowBytes } });
  server.on("session", (session) => session.setLocalWindowSize(windowBytes));
  server.on("stream", (stream) => answer(stream, codec));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function answer(stream: ServerHttp2Stream, codec: HelloCodec): void {
  stream.respond();
  // The client simply ends.
  stream.on("error", () => {});
  let count = 0;
  const read = () => codec.readRequest(pipe.bytes, pipe.start, pipe.end);
  const pipe = new Pipe(stream, (kind, id) => {
    if (kind === kinds.request) {
      const response = answerHello(read());
      pipe.send(kinds.response, id, (bytes, at) => codec.writeResponse(response, bytes, at));
    } else if (kind === kinds.tell) {
      if (read().name !== "") count++;
    } else if (kind === kinds.ping) {
      count++;
      pipe.send(kinds.pong, id);
    } else {
      pipe.send(kinds.count, count);
      count = 0;
    }
  });
}

async function connectPipe(address: string, codec: HelloCodec): Promise<RemoteSubject> {
  const session = connect(`http://${address}`, { settings: { initialWindowSize: windowBytes } });
  await once(session, "connect");
  session.setLocalWindowSize(windowBytes);
  return new PipeClient(session.request({ ":method": "POST", ":path": "/" }, { endStream: false }), codec);
}

class PipeClient implements RemoteSubject {
  readonly #pipe: Pipe;
  readonly #codec: HelloCodec;
  readonly #waiting: ((response: HelloResponse) => void)[] = [];
  readonly #freeIds: number[] = [];
  readonly #counts: ((count: number) => void)[] = [];
  #pongs = 0;

  constructor(stream: ConstructorParameters<typeof Pipe>[0], codec: HelloCodec) {
    this.#codec = codec;
    this.#pipe = new Pipe(stream, (kind, id) => this.#onEnvelope(kind, id));
  }

  ask(number: number): Promise<HelloResponse> {
    return new Promise((resolve) => {
      const id = this.#freeIds.pop() ?? this.#waiting.length;
      this.#waiting[id] = resolve;
      const request = helloRequest(number);
      this.#pipe.send(kinds.request, id, (bytes, at) => this.#codec.writeRequest(request, bytes, at));
    });
  }

  tell(messages: number): Promise<number> {
    const send = (count: number) => {
      for (let number = 0; number < count; number++) {
        const request = helloRequest(number);
        this.#pipe.send(kinds.tell, 0, (bytes, at) => this.#codec.writeRequest(request, bytes, at));
      }
    };
    return sendInSlices(messages, { send, readCount: this.#readCount });
  }

  async exchange(pings: number): Promise<number> {
    this.#pongs = 0;
    const send = (count: number) => {
      for (let ping = 0; ping < count; ping++) this.#pipe.send(kinds.ping, 0);
    };
    await sendInSlices(pings, { send, readCount: this.#readCount });
    return this.#pongs;
  }

  readonly #readCount = (): Promise<number> =>
    new Promise((resolve) => {
      this.#counts.push(resolve);
      this.#pipe.send(kinds.readCount, 0);
    });

  #onEnvelope(kind: number, id: number): void {
    if (kind === kinds.pong) {
      this.#pongs++;
    } else if (kind === kinds.response) {
      this.#freeIds.push(id);
      this.#waiting[id]!(this.#codec.readResponse(this.#pipe.bytes, this.#pipe.start, this.#pipe.end));
    } else {
      this.#counts.shift()!(id);
    }
  }
}
