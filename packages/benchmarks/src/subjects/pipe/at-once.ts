import { answerHello } from "../hello.ts";
import type { Handling } from "./handling.ts";
import { typeNames, types } from "./hello-types.ts";
import { Pipe } from "./pipe.ts";
import { wayBack, writeCount } from "./way-back.ts";

/** Handles each message where it is read. */
export const atOnce: Handling = {
  answer(stream, codec) {
    const back = wayBack();
    let count = 0;
    const receive = (type: number, number: number) => {
      if (type === types.request) {
        const request = codec.readRequest(pipe.bytes, pipe.start, pipe.end);
        if (pipe.sender === undefined) {
          if (request.name !== "") count++;
        } else {
          const response = answerHello(request);
          const write = (bytes: Buffer, at: number) => codec.writeResponse(response, bytes, at);
          pipe.send(back(types.response, pipe.sender), number, write);
        }
      } else if (type === types.ping) {
        if (codec.readPing().$typeName !== "tsgrain.benchmarks.v1.Ping") return;
        count++;
        pipe.send(back(types.pong, pipe.sender!), number);
      } else {
        pipe.send(back(types.count, pipe.sender!), number, writeCount(count));
        count = 0;
      }
    };
    const pipe = new Pipe(stream, { types: typeNames, processes: new Map([["hello", receive]]) });
  },

  openPlayer() {
    let count = 0;
    return {
      receive({ $typeName }) {
        if ($typeName === "tsgrain.benchmarks.v1.Pong") count++;
      },
      readCount() {
        const counted = count;
        count = 0;
        return Promise.resolve(counted);
      },
    };
  },
};
