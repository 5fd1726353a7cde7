import type { Responder } from "./local-subject.ts";

/** One of two processes that talk to each other, as far as the remote workloads need it. */
export interface RemoteProgram {
  /** Listens on loopback, answers what it is sent, and resolves with `host:port`. */
  serve(): Promise<string>;
  connect(address: string): Promise<RemoteSubject>;
}

/** A connection to the process that serves. */
export interface RemoteSubject extends Responder {
  /** Sends HelloRequests one way, and resolves with how many came. */
  tell(messages: number): Promise<number>;
  /** Sends Pings, and resolves with how many Pongs came back. */
  exchange(pings: number): Promise<number>;
}

/** How a subject sends many messages. */
export interface Slices {
  readonly send: (messages: number) => void;
  /** Asks the other process how many came since it was asked last. */
  readonly readCount: () => Promise<number>;
}

const sliceMessages = 20_000;

/**
 * Sends in slices with no more than two of them under way, as nobody's buffers are endless, and resolves with how many
 * came.
 */
export async function sendInSlices(messages: number, { send, readCount }: Slices): Promise<number> {
  let came = 0;
  let earlier = Promise.resolve(0);
  for (let left = messages; left > 0; left -= sliceMessages) {
    send(Math.min(left, sliceMessages));
    const slice = readCount();
    came += await earlier;
    earlier = slice;
  }
  return came + (await earlier);
}

/** What only asks and answers: it has no workload with one-way messages. */
export function onlyRequests(ask: Responder["ask"]): RemoteSubject {
  const refuse = () => Promise.reject(new Error("this subject has no one-way messages"));
  return { ask, tell: refuse, exchange: refuse };
}
