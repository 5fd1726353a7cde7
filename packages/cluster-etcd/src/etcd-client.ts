import type {
  DescMessage,
  DescMethodServerStreaming,
  DescMethodUnary,
  MessageInitShape,
  MessageShape,
} from "@bufbuild/protobuf";
import { Code, type Transport } from "@connectrpc/connect";
import type { ProviderContext } from "@ts-grain/cluster";
import { within } from "@ts-grain/cluster/provider";
import type { EtcdConnection } from "./etcd-connection.ts";
import { EtcdFailure } from "./etcd-failure.ts";
import type { EtcdConfig } from "./etcd-options.ts";
import { Auth } from "./gen/etcdserverpb/rpc_pb.ts";

/** Milliseconds in which etcd answers; without a majority it does not. */
const answerTimeoutMs = 2_000;

/** One request with one answer. */
export interface EtcdCall<Input extends DescMessage, Output extends DescMessage> {
  readonly method: DescMethodUnary<Input, Output>;
  readonly request: MessageInitShape<Input>;
  readonly signal: AbortSignal;
}

/** One request with answers that go on for as long as the signal lets them. */
export interface EtcdStream<Input extends DescMessage, Output extends DescMessage> {
  readonly method: DescMethodServerStreaming<Input, Output>;
  readonly request: MessageInitShape<Input>;
  readonly signal: AbortSignal;
}

type Headers = Readonly<Record<string, string>>;

/** What is done through a connection. */
interface Exchange<T> {
  readonly method: { readonly name: string };
  readonly signal: AbortSignal;
  readonly run: (transport: Transport, headers: Headers) => Promise<T>;
}

/** Calls one endpoint of an etcd cluster through one connection, and the next one after it has failed. */
export class EtcdClient {
  readonly #config: EtcdConfig;
  readonly #clock: ProviderContext["clock"];
  #endpointIndex = 0;
  #connection: EtcdConnection | undefined;
  #token: string | undefined;

  constructor(config: EtcdConfig, clock: ProviderContext["clock"]) {
    this.#config = config;
    this.#clock = clock;
  }

  /** Resolves with the answer. @throws EtcdFailure when there is none in time, or it is an error. */
  call<I extends DescMessage, O extends DescMessage>(call: EtcdCall<I, O>): Promise<MessageShape<O>> {
    return this.#withLogin(this.#inTime(call));
  }

  /** Resolves when the answers have been read. @throws EtcdFailure when they break off. */
  follow<I extends DescMessage, O extends DescMessage>(
    { method, request, signal }: EtcdStream<I, O>,
    read: (answers: AsyncIterable<MessageShape<O>>) => Promise<void>,
  ): Promise<void> {
    return this.#withLogin({
      method,
      signal,
      async run(transport, headers) {
        const requests = oneRequest(request);
        const { message } = await transport.stream(method, signal, undefined, headers, requests);
        await read(message);
      },
    });
  }

  /** Leaves nothing open. No call may come after it. */
  close(): void {
    this.#connection?.end(new Error("the session has ended"));
  }

  async #withLogin<T>(exchange: Exchange<T>): Promise<T> {
    const { login } = this.#config;
    if (!login) return this.#exchange(exchange, {});
    try {
      return await this.#exchange(exchange, await this.#authorization(login, exchange.signal));
    } catch (error) {
      if (!(error instanceof EtcdFailure && error.refusal === Code.Unauthenticated)) throw error;
      // The token has run out.
      this.#token = undefined;
      return this.#exchange(exchange, await this.#authorization(login, exchange.signal));
    }
  }

  async #authorization(request: NonNullable<EtcdConfig["login"]>, signal: AbortSignal): Promise<Headers> {
    const call = { method: Auth.method.authenticate, request, signal };
    this.#token ??= (await this.#exchange(this.#inTime(call), {})).token;
    return { token: this.#token };
  }

  #inTime<I extends DescMessage, O extends DescMessage>(call: EtcdCall<I, O>): Exchange<MessageShape<O>> {
    const { method, request, signal } = call;
    return {
      method,
      signal,
      run: (transport, headers) =>
        within(answerTimeoutMs, { clock: this.#clock, signal }, async (inTime) => {
          return (await transport.unary(method, inTime, undefined, headers, request)).message;
        }),
    };
  }

  async #exchange<T>({ method, signal, run }: Exchange<T>, headers: Headers): Promise<T> {
    const connection = this.#connect();
    try {
      return await run(connection.transport, headers);
    } catch (error) {
      const failure = new EtcdFailure(method.name, error);
      if (!signal.aborted && failure.refusal === undefined) this.#giveUp(connection, failure);
      throw failure;
    }
  }

  #connect(): EtcdConnection {
    if (this.#connection?.isClosed) {
      this.#connection.end(new Error("etcd has closed the connection"));
      this.#connection = undefined;
    }
    const { endpoints, connect } = this.#config;
    this.#connection ??= connect(endpoints[this.#endpointIndex % endpoints.length]!);
    return this.#connection;
  }

  #giveUp(connection: EtcdConnection, failure: EtcdFailure): void {
    // Calls fail together; only one of them may move on.
    if (this.#connection !== connection) return;
    this.#connection = undefined;
    this.#endpointIndex++;
    connection.end(failure);
  }
}

async function* oneRequest<T>(request: T): AsyncIterable<T> {
  yield request;
}
