import type { Member, ProviderContext } from "@ts-grain/cluster";
import { EntryReader, type MemberDirectory } from "@ts-grain/cluster/provider";
import type { EtcdClient } from "./etcd-client.ts";
import { untilChange } from "./etcd-watch.ts";
import { KV } from "./gen/etcdserverpb/rpc_pb.ts";
import { readMemberEntry } from "./member-entry.ts";

/** What a directory is about. */
export interface EtcdDirectoryOptions {
  /** What the keys of all members begin with; ends with a slash. */
  readonly prefix: string;
  readonly context: Pick<ProviderContext, "clusterName" | "logger" | "clock">;
  readonly ttlMs: number;
}

/**
 * The keys below a prefix. A watch only says that it is time to read them all again, and so does a quarter of the TTL:
 * thus an etcd that does not answer any more, or not for its majority, is noticed before it can take every member for
 * dead, and neither a compaction nor a watch that hangs can hide a change.
 */
export class EtcdDirectory implements MemberDirectory {
  readonly #client: EtcdClient;
  readonly #options: EtcdDirectoryOptions;
  readonly #reader: EntryReader;

  constructor(client: EtcdClient, options: EtcdDirectoryOptions) {
    this.#client = client;
    this.#options = options;
    const { clusterName, logger } = options.context;
    this.#reader = new EntryReader(logger, (entry) => readMemberEntry(entry, clusterName));
  }

  async *lists(signal: AbortSignal): AsyncIterable<readonly Member[]> {
    const { prefix, ttlMs, context } = this.#options;
    const keys = { key: Buffer.from(prefix), rangeEnd: Buffer.from(afterPrefix(prefix)) };
    let revision = 0n;
    for (;;) {
      const { header, kvs } = await this.#client.call({ method: KV.method.range, request: keys, signal });
      const next = header?.revision ?? 0n;
      if (next <= 0n) throw new Error("etcd's list of keys says no revision");
      // An etcd that counts anew has lost its memory, or is another one.
      if (next < revision) throw new Error(`etcd's revision went back from ${revision} to ${next}`);
      revision = next;
      yield this.#reader.members(kvs.map(({ value }) => Buffer.from(value).toString()));
      const change = { ...keys, startRevision: revision + 1n, waitMs: ttlMs / 4 };
      await untilChange(this.#client, change, { clock: context.clock, signal });
    }
  }
}

/** The first key that does not begin with a prefix. */
function afterPrefix(prefix: string): string {
  const last = prefix.length - 1;
  return prefix.slice(0, last) + String.fromCharCode(prefix.charCodeAt(last) + 1);
}
