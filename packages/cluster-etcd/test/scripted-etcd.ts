import { once } from "node:events";
import { create, type DescMethod, type Message, toJson } from "@bufbuild/protobuf";
import { Code, ConnectError, createRouterTransport, type Transport } from "@connectrpc/connect";
import { seededRandom } from "@ts-grain/actor";
import { RecordingLogger, VirtualClock } from "@ts-grain/actor/testing";
import type { Member, ProviderContext, ProviderSession } from "@ts-grain/cluster";
import { resolveEtcdOptions } from "../src/etcd-config.ts";
import { joinEtcd } from "../src/etcd-session.ts";
import { Auth, type Compare, KV, Lease, type PutRequest, Watch } from "../src/gen/etcdserverpb/rpc_pb.ts";
import type { EtcdProviderOptions } from "../src/index.ts";

export const alice: Member = {
  id: "alice",
  host: "10.0.0.1",
  port: 9_000,
  kinds: ["Bulb"],
  dialect: "ts-grain",
};
const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString();

interface RecordedCall {
  readonly endpoint: string;
  readonly method: DescMethod;
  readonly token: string | null;
  /** Undefined of a stream. */
  readonly message: Message | undefined;
  readonly atMs: number;
}

/** An etcd in memory that answers as it is told, and at once; its watches tell nothing. */
export class ScriptedEtcd {
  readonly clock = new VirtualClock();
  readonly logger = new RecordingLogger();
  readonly published: (readonly Member[])[] = [];
  readonly calls: RecordedCall[] = [];
  readonly values = new Map<string, string>();
  /** The leases of keys that have one. */
  readonly leases = new Map<string, bigint>();
  /** The keys that were written, each time that they were. */
  readonly puts: string[] = [];
  /** How often a lease was granted; the first has the id 77. */
  granted = 0;
  /** What is said of the time that a lease has left which has run out. */
  saidOfNoTime: { readonly TTL?: bigint } = {};
  /** What a method answers in place of what it should; undefined: that. What is thrown is its error. */
  readonly odd = new Map<DescMethod, () => Record<string, unknown> | undefined>();
  readonly #lapsed = new Set<bigint>();
  readonly down = new Set<string>();
  readonly silent = new Set<string>();
  /** Methods that are never answered. */
  readonly hanging = new Set<DescMethod>();
  /** Until when a watch, once it was created, has no news. */
  watch: (signal: AbortSignal) => Promise<void> = untilAborted;
  revision = 5n;
  token: string | undefined;
  /** Of the connections that were made, in their order: where they lead to, and what became of them. */
  readonly connections: { readonly endpoint: string; isClosed: boolean; isEnded: boolean }[] = [];

  /** Time passes until it has joined. */
  async join(options: EtcdProviderOptions = {}): Promise<ProviderSession> {
    const joining = this.startJoining(options);
    for (let waits = 0; this.published.length === 0 && waits < 100; waits++) await this.clock.advance(100);
    return joining;
  }

  startJoining(options: EtcdProviderOptions = {}): Promise<ProviderSession> {
    const config = {
      ...resolveEtcdOptions(options),
      connect: (endpoint: string) => this.#connect(new URL(endpoint).host),
    };
    const context: ProviderContext = {
      clusterName: "c",
      clock: this.clock,
      random: seededRandom(1),
      logger: this.logger,
      onMembers: (members) => this.published.push(members),
    };
    return joinEtcd(config, { self: alice, context });
  }

  /** A lease runs out, and its keys go with it. */
  lapse(lease: bigint): void {
    this.#lapsed.add(lease);
    for (const [key, its] of this.leases) if (its === lease) this.values.delete(key);
  }

  /** What was asked of a method, as JSON. */
  asked(method: DescMethod): readonly unknown[] {
    return this.calls
      .filter((call) => call.method === method)
      .map(({ message }) => message && toJson(method.input, message));
  }

  get open(): readonly string[] {
    return this.connections.filter(({ isEnded }) => !isEnded).map(({ endpoint }) => endpoint);
  }

  #connect(endpoint: string) {
    const connection = { endpoint, isClosed: false, isEnded: false };
    this.connections.push(connection);
    const ending = new AbortController();
    return {
      transport: this.#transport(endpoint, ending.signal),
      get isClosed(): boolean {
        return connection.isClosed;
      },
      end: (reason: Error) => {
        connection.isEnded = true;
        ending.abort(reason);
      },
    };
  }

  #transport(endpoint: string, ended: AbortSignal): Transport {
    return createRouterTransport(
      ({ service }) => {
        service(Auth, { authenticate: () => ({ token: this.token ?? "" }) });
        service(KV, {
          range: () => this.#list(),
          deleteRange: () => ({}),
          txn: ({ compare, failure }) => {
            if (!compare.every((each) => this.#holds(each)))
              for (const { request } of failure) if (request.value) this.#put(request.value);
            return {};
          },
        });
        service(Lease, {
          leaseGrant: () => ({ ID: 77n + BigInt(this.granted++) }),
          leaseRevoke: () => ({}),
          leaseKeepAlive: ({ ID }) => ({ ID, ...(this.#lapsed.has(ID) ? this.saidOfNoTime : { TTL: 10n }) }),
        });
        service(Watch, {
          watch: (_request, { signal }) => this.#watchUntil(AbortSignal.any([signal, ended])),
        });
      },
      {
        transport: {
          interceptors: [
            (next) => async (request) => {
              const { method, header, signal } = request;
              const token = header.get("token");
              const message = request.stream ? undefined : request.message;
              this.calls.push({ endpoint, method, token, message, atMs: this.clock.nowMs() });
              if (this.down.has(endpoint)) throw new Error("connection refused");
              if (this.silent.has(endpoint) || this.hanging.has(method))
                await untilAborted(AbortSignal.any([signal, ended]));
              if (this.token !== undefined && method !== Auth.method.authenticate && token !== this.token)
                throw etcdError("invalid auth token", Code.Unauthenticated);
              const odd = this.odd.get(method)?.();
              const response = await next(request);
              return odd && !response.stream
                ? { ...response, message: create(method.output, odd) }
                : response;
            },
          ],
        },
      },
    );
  }

  async *#watchUntil(ended: AbortSignal): AsyncIterable<Record<string, never>> {
    yield {};
    await this.watch(ended);
    yield {};
  }

  #list(): object {
    const kvs = [...this.values].map(([key, value]) => ({
      key: Buffer.from(key),
      value: Buffer.from(value),
    }));
    return { header: { revision: this.revision }, kvs };
  }

  #holds({ key, targetUnion }: Compare): boolean {
    return this.values.has(textOf(key)) && this.leases.get(textOf(key)) === targetUnion.value;
  }

  #put({ key, value, lease }: PutRequest): void {
    this.puts.push(textOf(key));
    this.values.set(textOf(key), textOf(value));
    this.leases.set(textOf(key), lease);
  }
}

/** What the client is told when etcd says so. */
export function etcdError(message: string, code: Code): ConnectError {
  return new ConnectError(`etcdserver: ${message}`, code, { "grpc-status": `${code}` });
}

async function untilAborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, "abort");
  signal.throwIfAborted();
}
