import type { Transport } from "@connectrpc/connect";
import type { Member, ProviderSession } from "@ts-grain/cluster";
import { fieldOf, textOf } from "@ts-grain/cluster/provider";
import { ObservedMembers } from "@ts-grain/cluster/testing";
import { EtcdProvider, type EtcdProviderOptions } from "@ts-grain/cluster-etcd";
import { EtcdServer } from "@ts-grain/cluster-etcd/testing";
import { describe, expect, test } from "vitest";
import { resolveEtcdOptions } from "../src/etcd-config.ts";
import type { EtcdConnection } from "../src/etcd-connection.ts";
import { joinEtcd } from "../src/etcd-session.ts";
import { KV, type WatchRequest } from "../src/gen/etcdserverpb/rpc_pb.ts";
import { findEtcd } from "./etcd-program.ts";

const program = findEtcd();
const clusterName = "compaction";
/** A list is due after a quarter of it, much later than news of a watch. */
const longTtlMs = 40_000;

/** The code of gRPC, OUT_OF_RANGE, with which etcd says that it has thrown that away before. */
const alreadyGone = 11;

/** Milliseconds in which a watch, and no list that is due, tells of a change. */
const promptMs = 2_000;

/** An etcd whose history is thrown away, and whose watches can be held up on their way to it. */
class CompactedEtcd implements AsyncDisposable {
  readonly #server: EtcdServer;
  readonly #ttlMs: number;
  /** How often the member that is observed has listed all keys. */
  lists = 0;
  #gate: (PromiseWithResolvers<void> & { readonly fromRevision: bigint }) | undefined;
  #heldUp = Promise.withResolvers<void>();

  private constructor(server: EtcdServer, ttlMs: number) {
    this.#server = server;
    this.#ttlMs = ttlMs;
  }

  static async start(ttlMs = longTtlMs): Promise<CompactedEtcd> {
    return new CompactedEtcd(await EtcdServer.start({ program }), ttlMs);
  }

  /** A member whose lists are counted and whose watches can be held up. */
  join(id: string, { context }: ObservedMembers): Promise<ProviderSession> {
    const config = resolveEtcdOptions(this.#options);
    const connect = (endpoint: string) => this.#observed(config.connect(endpoint));
    return joinEtcd({ ...config, connect }, { self: member(id), context });
  }

  /** A member of whom nothing more is known. */
  joinUnobserved(id: string): Promise<ProviderSession> {
    const { context } = new ObservedMembers(clusterName);
    return new EtcdProvider(this.#options).joinAsMember(member(id), context);
  }

  /** Lets a member join, and watches wait that would tell of anything after that; resolves when one waits. */
  async holdUpAfter(id: string): Promise<ProviderSession> {
    this.#gate = { ...Promise.withResolvers<void>(), fromRevision: BigInt(await this.#revision()) + 2n };
    this.#heldUp = Promise.withResolvers();
    const session = await this.joinUnobserved(id);
    await this.#heldUp.promise;
    return session;
  }

  letGo(): void {
    this.#gate?.resolve();
    this.#gate = undefined;
  }

  /** Throws away all that led to what is now. */
  async compact(): Promise<void> {
    const revision = await this.#revision();
    const answer = await this.#call("kv/compaction", { revision, physical: true });
    expect([undefined, alreadyGone]).toContain(fieldOf(answer, "code"));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.letGo();
    await this.#server[Symbol.asyncDispose]();
  }

  get #options(): EtcdProviderOptions {
    return { endpoints: this.#server.endpoints, ttlMs: this.#ttlMs };
  }

  #observed(connection: EtcdConnection): EtcdConnection {
    const { transport } = connection;
    const observed: Transport = {
      unary: (method, ...call) => {
        if (method.name === KV.method.range.name) this.lists++;
        return transport.unary(method, ...call);
      },
      stream: (method, signal, timeoutMs, header, requests, ...call) =>
        transport.stream(method, signal, timeoutMs, header, this.#heldUpHere(requests), ...call),
    };
    return {
      transport: observed,
      get isClosed() {
        return connection.isClosed;
      },
      end: (reason) => connection.end(reason),
    };
  }

  async *#heldUpHere<T>(requests: AsyncIterable<T>): AsyncIterable<T> {
    for await (const request of requests) {
      const { value } = (request as WatchRequest).requestUnion;
      if (this.#gate && value && value.startRevision >= this.#gate.fromRevision) {
        this.#heldUp.resolve();
        await this.#gate.promise;
      }
      yield request;
    }
  }

  async #revision(): Promise<number> {
    const answer = await this.#call("maintenance/status", {});
    return Number(textOf(fieldOf(answer, "header"), "revision"));
  }

  async #call(method: string, body: object): Promise<unknown> {
    const url = `${this.#server.endpoints[0]}/v3/${method}`;
    const response = await fetch(url, { method: "POST", body: JSON.stringify(body) });
    return response.json();
  }
}

function member(id: string): Member {
  return { id, host: "127.0.0.1", port: 9_000, kinds: [], dialect: "ts-grain" };
}

/** Milliseconds until a change was told. */
async function timed(change: Promise<void>): Promise<number> {
  const startedMs = performance.now();
  await change;
  return performance.now() - startedMs;
}

/** Fails if it takes as long as the next list that would come anyway. */
async function promptly(change: Promise<void>): Promise<void> {
  expect(await timed(change)).toBeLessThan(promptMs);
}

const ids = ({ history }: ObservedMembers): readonly string[] =>
  history.map((each) => each.toSorted().join());

describe.skipIf(program === undefined)("an etcd that throws its history away", { timeout: 60_000 }, () => {
  test("E8 a watch from a revision that is gone lists all anew, and tells what happened meanwhile once", async () => {
    await using etcd = await CompactedEtcd.start();
    const observed = new ObservedMembers(clusterName);
    const bob = await etcd.joinUnobserved("bob");
    const alice = await etcd.join("alice", observed);
    await observed.untilIds("alice", "bob");
    const zoe = await etcd.holdUpAfter("zoe");
    await bob.leave();
    const carol = await etcd.joinUnobserved("carol");
    await etcd.compact();
    const listsBefore = etcd.lists;
    etcd.letGo();
    await promptly(observed.untilIds("alice", "carol", "zoe"));
    expect(etcd.lists).toBeGreaterThan(listsBefore);
    const dave = await etcd.joinUnobserved("dave");
    await promptly(observed.untilIds("alice", "carol", "dave", "zoe"));
    await carol.leave();
    await promptly(observed.untilIds("alice", "dave", "zoe"));
    for (const session of [alice, dave, zoe]) await session.leave();
    expect(ids(observed)).toEqual([
      "alice,bob",
      "alice,bob,zoe",
      "alice,carol,zoe",
      "alice,carol,dave,zoe",
      "alice,dave,zoe",
    ]);
  });

  test("E8 a watch that is open while etcd throws its history away tells of every change once", async () => {
    await using etcd = await CompactedEtcd.start();
    const observed = new ObservedMembers(clusterName);
    const alice = await etcd.join("alice", observed);
    for (let round = 0; round < 5; round++) {
      await etcd.compact();
      const [member] = await Promise.all([etcd.joinUnobserved(`m${round}`), etcd.compact()]);
      await promptly(observed.untilIds("alice", `m${round}`));
      await member.leave();
      await promptly(observed.untilIds("alice"));
    }
    const rounds = Array.from({ length: 5 }, (_round, index) => [`alice,m${index}`, "alice"]);
    expect(ids(observed)).toEqual(["alice", ...rounds.flat()]);
    expect(observed.logger.at("warn")).toEqual([]);
    await alice.leave();
  });

  // Before 3.4.36, 3.5.18 and 3.6 etcd also throws away that a key was deleted in the very revision up to which it does, and watches
  // from that revision on hear nothing of it.
  test("E8 a leave of which no watch tells is found by the next list that is due", async ({ annotate }) => {
    const ttlMs = 8_000;
    await using etcd = await CompactedEtcd.start(ttlMs);
    const observed = new ObservedMembers(clusterName);
    const bob = await etcd.joinUnobserved("bob");
    const alice = await etcd.join("alice", observed);
    await observed.untilIds("alice", "bob");
    const zoe = await etcd.holdUpAfter("zoe");
    await bob.leave();
    await etcd.compact();
    etcd.letGo();
    const tookMs = await timed(observed.untilIds("alice", "zoe"));
    await annotate(`found after ${Math.round(tookMs)} ms`);
    expect(tookMs).toBeLessThan(ttlMs / 4 + promptMs);
    expect(ids(observed)).toEqual(["alice,bob", "alice,bob,zoe", "alice,zoe"]);
    for (const session of [alice, zoe]) await session.leave();
  });
});
