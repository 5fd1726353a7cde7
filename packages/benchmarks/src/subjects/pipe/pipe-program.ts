import { once } from "node:events";
import { connect, createServer, type ServerHttp2Stream } from "node:http2";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { CountResponseSchema, type HelloResponse } from "../../gen/tsgrain/benchmarks/v1/hello_pb.ts";
import { answerHello, helloRequest } from "../hello.ts";
import { type RemoteProgram, type RemoteSubject, sendInSlices } from "../remote-subject.ts";
import type { HelloCodec } from "./hello-codec.ts";
import { type Name, processName, typeName } from "./name.ts";
import { numberTag, Pipe, type Route } from "./pipe.ts";

/** Places of the types in {@link typeNames}. */
const types = { request: 0, response: 1, ping: 2, pong: 3, readCount: 4, count: 5 } as const;
const typeNames = ["HelloRequest", "HelloResponse", "Ping", "Pong", "CountRequest", "CountResponse"].map(
  (name) => `tsgrain.benchmarks.v1.${name}`,
);

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
  const names = typeNames.map(typeName);
  let count = 0;
  let route: Route | undefined;
  /** The way back to the present sender. */
  const back = (type: Name): Route => {
    if (route?.type !== type || route.target !== pipe.sender)
      route = { type, target: pipe.sender!, sender: undefined, number: numberTag.answered };
    return route;
  };
  const receive = (type: number, number: number) => {
    if (type === types.request) {
      const request = codec.readRequest(pipe.bytes, pipe.start, pipe.end);
      if (pipe.sender === undefined) {
        if (request.name !== "") count++;
      } else {
        const response = answerHello(request);
        const write = (bytes: Buffer, at: number) => codec.writeResponse(response, bytes, at);
        pipe.send(back(names[types.response]!), number, write);
      }
    } else if (type === types.ping) {
      if (codec.readPing().$typeName !== "tsgrain.benchmarks.v1.Ping") return;
      count++;
      pipe.send(back(names[types.pong]!), number);
    } else {
      const response = toBinary(CountResponseSchema, {
        $typeName: "tsgrain.benchmarks.v1.CountResponse",
        count,
      });
      pipe.send(back(names[types.count]!), number, (bytes, at) => {
        bytes.set(response, at);
        return at + response.length;
      });
      count = 0;
    }
  };
  const pipe = new Pipe(stream, { types: typeNames, processes: new Map([["hello", receive]]) });
}

async function connectPipe(address: string, codec: HelloCodec): Promise<RemoteSubject> {
  const session = connect(`http://${address}`, { settings: { initialWindowSize: windowBytes } });
  await once(session, "connect");
  session.setLocalWindowSize(windowBytes);
  const stream = session.request({ ":method": "POST", ":path": "/" }, { endStream: false });
  return new PipeClient(stream, codec, address);
}

/** What a client sends, each with who sends it. */
function routesTo(address: string) {
  const hello = processName(address, "hello");
  const [futures, player] = ["futures", "player"].map((id) => processName("127.0.0.1:1", id));
  const route = (type: number, sender: Name | undefined): Route => ({
    type: typeName(typeNames[type]!),
    target: hello,
    sender,
    number: numberTag.asking,
  });
  return {
    ask: route(types.request, futures),
    tell: route(types.request, undefined),
    ping: route(types.ping, player),
    readCount: route(types.readCount, futures),
  };
}

class PipeClient implements RemoteSubject {
  readonly #pipe: Pipe;
  readonly #codec: HelloCodec;
  readonly #routes: ReturnType<typeof routesTo>;
  readonly #waiting: ((response: HelloResponse) => void)[] = [];
  readonly #freeIds: number[] = [];
  readonly #counts: ((count: number) => void)[] = [];
  #pongs = 0;

  constructor(stream: Duplex, codec: HelloCodec, address: string) {
    this.#codec = codec;
    this.#routes = routesTo(address);
    const processes = new Map([
      ["futures", this.#onReply],
      ["player", this.#onPong],
    ]);
    this.#pipe = new Pipe(stream, { types: typeNames, processes });
  }

  ask(number: number): Promise<HelloResponse> {
    return new Promise((resolve) => {
      const id = this.#freeIds.pop() ?? this.#waiting.length;
      this.#waiting[id] = resolve;
      const request = helloRequest(number);
      this.#pipe.send(this.#routes.ask, id, (bytes, at) => this.#codec.writeRequest(request, bytes, at));
    });
  }

  tell(messages: number): Promise<number> {
    const send = (count: number) => {
      for (let number = 0; number < count; number++) {
        const request = helloRequest(number);
        this.#pipe.send(this.#routes.tell, 0, (bytes, at) => this.#codec.writeRequest(request, bytes, at));
      }
    };
    return sendInSlices(messages, { send, readCount: this.#readCount });
  }

  async exchange(pings: number): Promise<number> {
    this.#pongs = 0;
    const send = (count: number) => {
      for (let ping = 0; ping < count; ping++) this.#pipe.send(this.#routes.ping, 0);
    };
    await sendInSlices(pings, { send, readCount: this.#readCount });
    return this.#pongs;
  }

  readonly #readCount = (): Promise<number> =>
    new Promise((resolve) => {
      this.#counts.push(resolve);
      this.#pipe.send(this.#routes.readCount, 0);
    });

  readonly #onReply = (type: number, id: number): void => {
    const { bytes, start, end } = this.#pipe;
    if (type === types.count) {
      this.#counts.shift()!(fromBinary(CountResponseSchema, bytes.subarray(start, end)).count);
    } else {
      this.#freeIds.push(id);
      this.#waiting[id]!(this.#codec.readResponse(bytes, start, end));
    }
  };

  readonly #onPong = (): void => {
    if (this.#codec.readPong().$typeName === "tsgrain.benchmarks.v1.Pong") this.#pongs++;
  };
}
