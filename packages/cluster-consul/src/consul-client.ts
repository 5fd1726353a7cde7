import type { IncomingMessage } from "node:http";
import type { ProviderContext } from "@ts-grain/cluster";
import { type JsonAnswer, within } from "@ts-grain/cluster/provider";
import type Consul from "consul";
import { ConsulExchange } from "./consul-exchange.ts";
import type { ConsulConfig } from "./consul-options.ts";
import { openConsul } from "./open-consul.ts";

/** Milliseconds in which the agent answers what it need not wait for. */
const agentTimeoutMs = 3_000;

/** A call of one of the library's methods, which must be given the exchange as its `ctx`. */
export type ConsulCall = (consul: Consul, exchange: { readonly ctx: ConsulExchange }) => Promise<unknown>;

/** What bounds a call. */
export interface ConsulCallOptions {
  readonly signal: AbortSignal;
  /** Default 3,000. */
  readonly timeoutMs?: number | undefined;
  /** Sent beside what the library itself sends. */
  readonly query?: Readonly<Record<string, string>> | undefined;
}

/** Sends requests to a Consul agent, by its client library. */
export class ConsulClient {
  readonly #consul: Consul;
  readonly #clock: ProviderContext["clock"];

  constructor(config: ConsulConfig, clock: ProviderContext["clock"]) {
    this.#consul = openConsul(config);
    this.#clock = clock;
  }

  /** Resolves with the answer, whatever its status; rejects when none of at most 8 MiB came in time. */
  send(
    call: ConsulCall,
    { signal, timeoutMs = agentTimeoutMs, query = {} }: ConsulCallOptions,
  ): Promise<JsonAnswer> {
    return within(timeoutMs, { clock: this.#clock, signal }, async (inTime) => {
      const ctx = new ConsulExchange(query);
      inTime.addEventListener("abort", () => ctx.giveUp(inTime.reason), { once: true });
      try {
        const [response] = (await call(this.#consul, { ctx })) as readonly [LibraryResponse];
        return readAnswer(response);
      } catch (error) {
        if (isRefusal(error)) return readAnswer(error.response);
        throw ctx.failure ?? error;
      }
    });
  }
}

/** A response of the library whose body it has not decoded, undefined if it is empty. */
type LibraryResponse = IncomingMessage & { readonly body?: Uint8Array };

/** Whether the library rejects because of the status of a complete answer. */
function isRefusal(error: unknown): error is Error & { readonly response: LibraryResponse } {
  return error instanceof Error && "isResponse" in error;
}

function readAnswer({ statusCode = 0, headers, body }: LibraryResponse): JsonAnswer {
  const pairs = Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)]);
  return { status: statusCode, headers: new Headers(pairs), text: new TextDecoder().decode(body) };
}
