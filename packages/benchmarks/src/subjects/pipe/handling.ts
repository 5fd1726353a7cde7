import type { Duplex } from "node:stream";
import type { Pong } from "../../gen/tsgrain/benchmarks/v1/hello_pb.ts";
import type { HelloCodec } from "./hello-codec.ts";

/** What lies between a message's arrival on a pipe and its handler. */
export interface Handling {
  /** Answers what comes on a stream. */
  answer(stream: Duplex, codec: HelloCodec): void;
  openPlayer(): Player;
}

/** Who gets the pongs that come back. */
export interface Player {
  receive(pong: Pong): void;
  /** How many came since it was asked last. */
  readCount(): Promise<number>;
}
