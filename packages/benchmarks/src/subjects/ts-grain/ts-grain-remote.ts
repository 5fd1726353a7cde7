import { type ActorContext, ActorSystem, PID, propsFromFunction } from "@ts-grain/actor";
import { configureRemote, type MessageCodec, Remote } from "@ts-grain/remote";
import {
  type CountRequest,
  type CountResponse,
  file_tsgrain_benchmarks_v1_hello,
  type HelloRequest,
  type HelloResponse,
  type Ping,
  type Pong,
} from "../../gen/tsgrain/benchmarks/v1/hello_pb.ts";
import { answerHello, countRequest, helloRequest } from "../hello.ts";
import { type RemoteProgram, type RemoteSubject, sendInSlices } from "../remote-subject.ts";

/** Our runtime's remote, with every option at its default; with messages encoded by these codecs, if any are given. */
export function tsGrainRemote(codecs: readonly MessageCodec[] = []): RemoteProgram {
  /** One, however many it talks to. */
  let client: Promise<Started> | undefined;
  return {
    async serve() {
      const { system, remote } = await start(codecs);
      system.root.spawnNamed(propsFromFunction(receiveHello()), "hello");
      remote.expose("hello");
      return remote.address;
    },
    async connect(address) {
      client ??= start(codecs);
      const { system } = await client;
      return new RemoteActorClient(system, new PID(address, "hello"));
    },
  };
}

interface Started {
  readonly system: ActorSystem;
  readonly remote: Remote;
}

async function start(codecs: readonly MessageCodec[]): Promise<Started> {
  const system = new ActorSystem();
  const remote = await Remote.start(system, configureRemote("127.0.0.1", 0));
  remote.types.register(file_tsgrain_benchmarks_v1_hello, { knownBy: "every peer" });
  for (const codec of codecs) remote.types.useCodec(codec);
  return { system, remote };
}

const ping: Ping = { $typeName: "tsgrain.benchmarks.v1.Ping" };
const pong: Pong = { $typeName: "tsgrain.benchmarks.v1.Pong" };

/** Answers questions and pings; counts pings, and what nobody wants an answer to. */
function receiveHello(): (context: ActorContext) => void {
  let count = 0;
  return (context) => {
    const message = context.message as HelloRequest | Ping | CountRequest;
    switch (message.$typeName) {
      case "tsgrain.benchmarks.v1.HelloRequest":
        if (context.sender === undefined) count++;
        else context.respond(answerHello(message));
        break;
      case "tsgrain.benchmarks.v1.Ping":
        count++;
        context.respond(pong);
        break;
      case "tsgrain.benchmarks.v1.CountRequest":
        context.respond({ $typeName: "tsgrain.benchmarks.v1.CountResponse", count });
        count = 0;
    }
  };
}

class RemoteActorClient implements RemoteSubject {
  readonly #system: ActorSystem;
  readonly #hello: PID;

  constructor(system: ActorSystem, hello: PID) {
    this.#system = system;
    this.#hello = hello;
  }

  ask(number: number): Promise<HelloResponse> {
    return this.#system.root.requestAsync<HelloResponse>(this.#hello, helloRequest(number));
  }

  tell(messages: number): Promise<number> {
    const { root } = this.#system;
    const send = (count: number) => {
      for (let number = 0; number < count; number++) root.send(this.#hello, helloRequest(number));
    };
    return sendInSlices(messages, { send, readCount: this.#readCount });
  }

  async exchange(pings: number): Promise<number> {
    const { root } = this.#system;
    let pongs = 0;
    const receive = (context: ActorContext) => {
      const { message } = context;
      if (message === "count") context.respond(pongs);
      else if ((message as Pong).$typeName === "tsgrain.benchmarks.v1.Pong") pongs++;
    };
    const player = root.spawn(propsFromFunction(receive));
    const send = (count: number) => {
      for (let index = 0; index < count; index++) root.requestWithSender(this.#hello, ping, player);
    };
    await sendInSlices(pings, { send, readCount: this.#readCount });
    // Pongs that came are before this question in the player's mailbox.
    const counted = await root.requestAsync<number>(player, "count");
    root.stop(player);
    return counted;
  }

  readonly #readCount = async (): Promise<number> =>
    (await this.#system.root.requestAsync<CountResponse>(this.#hello, countRequest())).count;
}
