import { EventEmitter } from "node:events";
import type { ClientRequest, IncomingMessage } from "node:http";

/** More than the list of a thousand members takes. */
const maxBytes = 8 * 1024 * 1024;

/**
 * One request and its answer. The library knows it as a request's `ctx`, and gives that up when it emits "cancel". By
 * itself it reads on however long an answer is, and waits for ever for one whose connection ends too early.
 */
export class ConsulExchange extends EventEmitter {
  /** Tells the library to resolve with the response, not with its body alone. */
  readonly includeResponse = true;
  /** Sent beside what the library itself sends. */
  readonly query: Readonly<Record<string, string>>;
  #failure: unknown;

  constructor(query: Readonly<Record<string, string>>) {
    super();
    this.query = query;
  }

  /** Why it was given up; undefined if it was not. */
  get failure(): unknown {
    return this.#failure;
  }

  /** Ends the connection, and lets the library's promise reject. Of several reasons the first counts. */
  giveUp(reason: unknown): void {
    this.#failure ??= reason;
    this.emit("cancel");
  }

  /** Sees to it that the request ends, and its connection with it, whatever comes as an answer. */
  guard(request: ClientRequest): void {
    let response: IncomingMessage | undefined;
    request.on("response", (incoming) => {
      response = incoming;
      let bytes = 0;
      incoming.on("data", ({ byteLength }: Uint8Array) => {
        bytes += byteLength;
        if (bytes > maxBytes) this.giveUp(new Error(`an answer of more than ${maxBytes} bytes`));
      });
    });
    // The library leaves a connection open that the user's agent has timed out.
    request.on("error", (error) => this.giveUp(error));
    request.on("close", () => {
      if (!response?.complete) this.giveUp(new Error("the answer broke off"));
    });
  }
}
