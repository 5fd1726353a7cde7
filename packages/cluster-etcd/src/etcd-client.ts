import type {
  DescMessage,
  DescMethodServerStreaming,
  DescMethodUnary,
  MessageInitShape,
  MessageShape,
} from "@bufbuild/protobuf";
import type { Transport } from "@connectrpc/connect";
import type { ProviderContext } from "@ts-grain/cluster";
import { within } from "@ts-grain/cluster/provider";
import type { EtcdConfig } from "./etcd-config.ts";
import type { EtcdConnection } from "./etcd-connection.ts";
import { EtcdFailure } from "./etcd-failure.ts";
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

/** A connection, and how much goes on through it. */
interface Line {
  readonly connection: EtcdConnection;
  exchanges: number;
}

/**
 * Calls one endpoint of an etcd cluster through one connection, and the next one after a call has failed. What goes on through
 * the connection before, such as a watch, comes to its own end there: one slow answer says nothing about it.
 */
export class EtcdClient {
  readonly #config: EtcdConfig;
  readonly #clock: ProviderContext["clock"];
  #endpointIndex = 0;
  /** Through which calls go. */
  #line: Line | undefined;
  /** All that are open. */
  readonly #lines = new Set<Line>();
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
    for (const { connection } of this.#lines) connection.end(new Error("the session has ended"));
    this.#lines.clear();
  }

  async #withLogin<T>(exchange: Exchange<T>): Promise<T> {
    const { login } = this.#config;
    if (!login) return this.#exchange(exchange, {});
    try {
      return await this.#exchange(exchange, await this.#authorization(login, exchange.signal));
    } catch (error) {
      if (!(error instanceof EtcdFailure && error.isTokenRefused)) throw error;
      // It has run out.
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
    const line = this.#openLine();
    line.exchanges++;
    try {
      return await run(line.connection.transport, headers);
    } catch (error) {
      const failure = new EtcdFailure(method.name, error);
      if (!signal.aborted && failure.refusal === undefined) this.#moveOn(line);
      throw failure;
    } finally {
      line.exchanges--;
      this.#endIfUnused(line);
    }
  }

  #openLine(): Line {
    // What goes on through one that etcd has closed in order may still come to its end.
    if (this.#line?.connection.isClosed) this.#leave(this.#line);
    if (this.#line === undefined) {
      const { endpoints, connect } = this.#config;
      this.#line = { connection: connect(endpoints[this.#endpointIndex % endpoints.length]!), exchanges: 0 };
      this.#lines.add(this.#line);
    }
    return this.#line;
  }

  #moveOn(line: Line): void {
    // Calls fail together; only one of them may move on.
    if (this.#line !== line) return;
    this.#endpointIndex++;
    this.#leave(line);
  }

  #leave(line: Line): void {
    this.#line = undefined;
    this.#endIfUnused(line);
  }

  #endIfUnused(line: Line): void {
    if (this.#line === line || line.exchanges > 0 || !this.#lines.delete(line)) return;
    line.connection.end(new Error("another connection has taken its place"));
  }
}

async function* oneRequest<T>(request: T): AsyncIterable<T> {
  yield request;
}
