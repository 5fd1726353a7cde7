import type { Member, ProviderContext } from "@ts-grain/cluster";
import { EntryReader, type JsonAnswer, type MemberDirectory, parseAnswer } from "@ts-grain/cluster/provider";
import type { ConsulClient } from "./consul-client.ts";
import { readHealthEntry } from "./health-entry.ts";

/** Milliseconds beyond its wait after which a blocking query is not answered any more. */
const graceMs = 2_000;
/** Milliseconds since the answering server has heard of its leader, after which its list is too old to believe. */
const staleMs = 5_000;

/** What a directory is about. */
export interface ConsulDirectoryOptions {
  readonly context: Pick<ProviderContext, "clusterName" | "logger">;
  readonly ttlMs: number;
}

/** The passing instances of a service. */
export class ConsulDirectory implements MemberDirectory {
  readonly #client: ConsulClient;
  readonly #options: ConsulDirectoryOptions;
  readonly #reader: EntryReader;

  constructor(client: ConsulClient, options: ConsulDirectoryOptions) {
    this.#client = client;
    this.#options = options;
    const { clusterName, logger } = options.context;
    this.#reader = new EntryReader(logger, (entry) => readHealthEntry(entry, clusterName));
  }

  async *lists(signal: AbortSignal): AsyncIterable<readonly Member[]> {
    let index = 0;
    for (;;) {
      const answer = await this.#ask(index, signal);
      const entries = parseAnswer(answer);
      if (!Array.isArray(entries)) throw new Error("Consul's list of instances is no list");
      refuseStale(answer.headers);
      const next = Number(answer.headers.get("x-consul-index"));
      // A server that counts anew has lost its memory, or is another one.
      if (!(next >= index)) throw new Error(`Consul's index went back from ${index} to ${next}`);
      yield this.#reader.members(entries);
      index = next;
    }
  }

  /**
   * A query waits for a quarter of the TTL at most, so that a Consul which does not answer any more is noticed before it
   * can take every member for dead: its list is not believed then.
   */
  #ask(index: number, signal: AbortSignal): Promise<JsonAnswer> {
    const { context, ttlMs } = this.#options;
    const waitMs = Math.ceil(ttlMs / 4);
    const query = { service: context.clusterName, ...(index > 0 && { index, wait: `${waitMs}ms` }) };
    // Consul itself adds up to a sixteenth, by chance.
    const timeoutMs = waitMs * (17 / 16) + graceMs;
    return this.#client.send((consul, exchange) => consul.health.service({ ...query, ...exchange }), {
      signal,
      timeoutMs,
    });
  }
}

function refuseStale(headers: Headers): void {
  const contactMs = Number(headers.get("x-consul-lastcontact") ?? 0);
  const knowsLeader = headers.get("x-consul-knownleader") !== "false";
  if (!knowsLeader || contactMs > staleMs)
    throw new Error(
      `Consul's list is stale: leader ${knowsLeader ? `heard of ${contactMs} ms ago` : "unknown"}`,
    );
}
