import { VirtualClock } from "@ts-grain/actor/testing";
import { EtcdClient } from "../src/etcd-client.ts";
import { resolveEtcdOptions } from "../src/etcd-config.ts";
import { KV, Watch } from "../src/gen/etcdserverpb/rpc_pb.ts";
import type { EtcdProviderOptions } from "../src/index.ts";

/** Somebody who asks one server, on a clock that stands still. */
export class Asking {
  readonly clock = new VirtualClock();
  readonly aborting = new AbortController();
  readonly client: EtcdClient;

  constructor(url: string, options: EtcdProviderOptions = {}) {
    this.client = new EtcdClient(resolveEtcdOptions({ ...options, endpoints: [url] }), this.clock);
  }

  range(): Promise<unknown> {
    const { signal } = this.aborting;
    return this.client.call({ method: KV.method.range, request: { key: Buffer.from("a") }, signal });
  }

  /** What was said to who asked, once it was said. */
  failure(): Promise<string> {
    return this.range().then(
      () => "it was answered",
      (error: Error) => `${error.message}, ${String(error.cause)}`,
    );
  }

  /** Resolves when a watch has told all that it tells. */
  watch(): Promise<void> {
    const { signal } = this.aborting;
    return this.client.follow({ method: Watch.method.watch, request: {}, signal }, readAll);
  }
}

async function readAll(answers: AsyncIterable<unknown>): Promise<void> {
  for await (const _answer of answers);
}
