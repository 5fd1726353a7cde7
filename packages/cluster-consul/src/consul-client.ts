import type { ProviderContext } from "@ts-grain/cluster";
import { type JsonAnswer, requestJson } from "@ts-grain/cluster/provider";
import type { ConsulConfig } from "./consul-options.ts";

/** Milliseconds in which the agent answers what it need not wait for. */
const agentTimeoutMs = 3_000;

/** One request to the agent. */
export interface ConsulRequest {
  readonly method: "GET" | "PUT";
  /** With its query, from `/v1`. */
  readonly path: string;
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly signal: AbortSignal;
  /** Default 3,000. */
  readonly timeoutMs?: number | undefined;
}

/** Sends requests to a Consul agent. */
export class ConsulClient {
  readonly #config: ConsulConfig;
  readonly #clock: ProviderContext["clock"];

  constructor(config: ConsulConfig, clock: ProviderContext["clock"]) {
    this.#config = config;
    this.#clock = clock;
  }

  /** Resolves with the answer, whatever its status; rejects when none came in time. */
  send({ method, path, body, signal, timeoutMs = agentTimeoutMs }: ConsulRequest): Promise<JsonAnswer> {
    const { baseUrl, token, fetch } = this.#config;
    const headers = token === undefined || token === "" ? {} : { "X-Consul-Token": token };
    const request = { url: baseUrl + path, method, headers, body, timeoutMs };
    return requestJson(fetch, request, { clock: this.#clock, signal });
  }
}
