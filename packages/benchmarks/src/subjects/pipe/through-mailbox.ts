import type { CountRequest, HelloRequest, Ping, Pong } from "../../gen/tsgrain/benchmarks/v1/hello_pb.ts";
import { BareActor, type Behaviour } from "../floor/bare-actor.ts";
import { BareLoop } from "../floor/bare-loop.ts";
import { answerHello, countRequest } from "../hello.ts";
import type { Handling } from "./handling.ts";
import type { HelloCodec } from "./hello-codec.ts";
import { typeNames, types } from "./hello-types.ts";
import type { Name } from "./name.ts";
import { Pipe } from "./pipe.ts";
import { type FindWayBack, wayBack, writeCount } from "./way-back.ts";

/**
 * Puts each message into a bare mailbox, from which its handler gets it: the least that makes an actor of who receives.
 * No registry, no deadlines, no supervision, no checks.
 */
export const throughMailbox: Handling = {
  answer(stream, codec) {
    const asker = askers();
    const receive = (type: number, number: number) => {
      const { sender } = pipe;
      hello.send(readMessage(pipe, type, codec), sender && asker(sender, number));
    };
    const pipe = new Pipe(stream, { types: typeNames, processes: new Map([["hello", receive]]) });
    const hello = new BareActor(new BareLoop(), new Hello(pipe, codec));
  },

  openPlayer() {
    const player = new BareActor(new BareLoop(), new PongCounter());
    return {
      receive: (pong) => player.send(pong),
      // Pongs that came are before this question in the mailbox.
      readCount: () => new Promise((resolve) => player.send("count", resolve)),
    };
  },
};

type Message = HelloRequest | Ping | CountRequest;

function readMessage(pipe: Pipe, type: number, codec: HelloCodec): Message {
  if (type === types.ping) return codec.readPing();
  return type === types.request ? codec.readRequest(pipe.bytes, pipe.start, pipe.end) : countRequest();
}

/** Who asks, and the number of the request. */
interface Asker {
  readonly sender: Name;
  readonly number: number;
}

/** Keeps the last asker, as one-way messages all bear the same number. */
function askers(): (sender: Name, number: number) => Asker {
  let last: Asker | undefined;
  return (sender, number) => {
    if (last?.sender !== sender || last.number !== number) last = { sender, number };
    return last;
  };
}

class Hello implements Behaviour {
  readonly #pipe: Pipe;
  readonly #codec: HelloCodec;
  readonly #back: FindWayBack = wayBack();
  #count = 0;

  constructor(pipe: Pipe, codec: HelloCodec) {
    this.#pipe = pipe;
    this.#codec = codec;
  }

  receive(received: unknown, sentBy: unknown): void {
    const message = received as Message;
    const asker = sentBy as Asker | undefined;
    if (message.$typeName === "tsgrain.benchmarks.v1.Ping") {
      this.#count++;
      this.#pipe.send(this.#back(types.pong, asker!.sender), asker!.number);
    } else if (message.$typeName === "tsgrain.benchmarks.v1.CountRequest") {
      this.#pipe.send(this.#back(types.count, asker!.sender), asker!.number, writeCount(this.#count));
      this.#count = 0;
    } else if (asker === undefined) {
      if (message.name !== "") this.#count++;
    } else {
      const response = answerHello(message);
      const write = (bytes: Buffer, at: number) => this.#codec.writeResponse(response, bytes, at);
      this.#pipe.send(this.#back(types.response, asker.sender), asker.number, write);
    }
  }
}

class PongCounter implements Behaviour {
  #count = 0;

  receive(message: unknown, answer: unknown): void {
    if ((message as Pong).$typeName === "tsgrain.benchmarks.v1.Pong") {
      this.#count++;
    } else {
      (answer as (count: number) => void)(this.#count);
      this.#count = 0;
    }
  }
}
