import type { ProviderContext } from "@ts-grain/cluster";
import { type JsonAnswer, parseAnswer, requestJson, textOf } from "@ts-grain/cluster/provider";
import type { EtcdConfig } from "./etcd-options.ts";

/** Milliseconds in which etcd answers; without a majority it does not. */
const answerTimeoutMs = 2_000;

/** One call of etcd's JSON gateway. */
export interface EtcdCall {
  /** Below `/v3/`. */
  readonly method: string;
  readonly body: object;
  readonly signal: AbortSignal;
}

/** What etcd did not do, by its own word. */
export class EtcdRefusal extends Error {
  readonly status: number;

  constructor(method: string, { status, text }: JsonAnswer) {
    super(`etcd refused ${method}: HTTP status ${status}: ${text.slice(0, 200)}`);
    this.status = status;
  }
}

/** Calls one endpoint of an etcd cluster, and the next one after it has failed. */
export class EtcdClient {
  readonly #config: EtcdConfig;
  readonly #clock: ProviderContext["clock"];
  #endpointIndex = 0;
  #token: string | undefined;

  constructor(config: EtcdConfig, clock: ProviderContext["clock"]) {
    this.#config = config;
    this.#clock = clock;
  }

  /** Resolves with the answer. @throws EtcdRefusal when it is an error. */
  async call(call: EtcdCall): Promise<unknown> {
    let answer = await this.#send(call);
    if (answer.status === 401 && this.#config.login) {
      // The token has run out.
      this.#token = undefined;
      answer = await this.#send(call);
    }
    return parseOrRefuse(call.method, answer);
  }

  /** Resolves with an answer that goes on for as long as the signal lets it. */
  async open({ method, body, signal }: EtcdCall): Promise<Response> {
    const { fetch } = this.#config;
    const headers = { "Content-Type": "application/json", ...(await this.#authorization(signal)) };
    const options = {
      method: "POST",
      headers,
      body: JSON.stringify(body),
      signal,
      redirect: "error",
    } as const;
    return fetch(`${this.#endpoint}/v3/${method}`, options);
  }

  get #endpoint(): string {
    const { endpoints } = this.#config;
    return endpoints[this.#endpointIndex % endpoints.length]!;
  }

  async #send(call: EtcdCall): Promise<JsonAnswer> {
    return this.#post(call, await this.#authorization(call.signal));
  }

  async #authorization(signal: AbortSignal): Promise<Readonly<Record<string, string>>> {
    const { login } = this.#config;
    if (!login) return {};
    const method = "auth/authenticate";
    this.#token ??= textOf(
      parseOrRefuse(method, await this.#post({ method, body: login, signal }, {})),
      "token",
    );
    return { Authorization: this.#token };
  }

  async #post(
    { method, body, signal }: EtcdCall,
    headers: Readonly<Record<string, string>>,
  ): Promise<JsonAnswer> {
    const index = this.#endpointIndex;
    const url = `${this.#endpoint}/v3/${method}`;
    const request = { url, method: "POST", headers, body, timeoutMs: answerTimeoutMs } as const;
    try {
      const answer = await requestJson(this.#config.fetch, request, { clock: this.#clock, signal });
      if (answer.status >= 500) throw new EtcdRefusal(method, answer);
      return answer;
    } catch (error) {
      // Calls fail together; only one of them may move on.
      if (this.#endpointIndex === index && !signal.aborted) this.#endpointIndex++;
      throw error;
    }
  }
}

function parseOrRefuse(method: string, answer: JsonAnswer): unknown {
  if (answer.status !== 200) throw new EtcdRefusal(method, answer);
  return parseAnswer(answer);
}
