import type { Duplex } from "node:stream";
import { fromBinary } from "@bufbuild/protobuf";
import { CountResponseSchema, type HelloResponse } from "../../gen/tsgrain/benchmarks/v1/hello_pb.ts";
import { helloRequest } from "../hello.ts";
import { type RemoteSubject, sendInSlices } from "../remote-subject.ts";
import type { Player } from "./handling.ts";
import type { HelloCodec } from "./hello-codec.ts";
import { typeNames, types } from "./hello-types.ts";
import { type Name, processName, typeName } from "./name.ts";
import { numberTag, Pipe, type Route } from "./pipe.ts";

export interface PipeClientOptions {
  readonly codec: HelloCodec;
  /** Who gets the pongs. */
  readonly player: Player;
  /** Of the server. */
  readonly address: string;
}

/** Asks and tells the process that serves, over one stream. */
export class PipeClient implements RemoteSubject {
  readonly #pipe: Pipe;
  readonly #codec: HelloCodec;
  readonly #player: Player;
  readonly #routes: ReturnType<typeof routesTo>;
  readonly #waiting: ((response: HelloResponse) => void)[] = [];
  readonly #freeIds: number[] = [];
  readonly #counts: ((count: number) => void)[] = [];

  constructor(stream: Duplex, { codec, player, address }: PipeClientOptions) {
    this.#codec = codec;
    this.#player = player;
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
    const send = (count: number) => {
      for (let ping = 0; ping < count; ping++) this.#pipe.send(this.#routes.ping, 0);
    };
    await sendInSlices(pings, { send, readCount: this.#readCount });
    return this.#player.readCount();
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

  readonly #onPong = (): void => this.#player.receive(this.#codec.readPong());
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
