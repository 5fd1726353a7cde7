import { EventEmitter } from "node:events";
import type { ClientRequest, IncomingMessage } from "node:http";

/** More than the list of a thousand members takes. */
const maxBytes = 8 * 1024 * 1024;

/**
 * One request and its answer: what the library calls a `ctx`, by whose event "cancel" it gives a request up. The library
 * itself reads any answer to its end, and waits for ever for the rest of one that breaks off.
 */
export class AgentExchange extends EventEmitter {
  /** Makes the library resolve with the response, not with its body alone. */
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

  /** Ends the connection, so that the library's promise rejects. Later calls change nothing. */
  giveUp(reason: unknown): void {
    this.#failure ??= reason;
    this.emit("cancel");
  }

  /** Sees to it that the request ends, with all that belongs to it, whatever the answer does. */
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
    // A connection that the agent of a user has timed out is open still.
    request.on("error", () => request.destroy());
    request.on("close", () => {
      if (!response?.complete) this.giveUp(new Error("the answer broke off"));
    });
  }
}
