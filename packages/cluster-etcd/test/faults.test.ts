import { fileURLToPath } from "node:url";
import type { Member } from "@ts-grain/cluster";
import { listOf, textOf } from "@ts-grain/cluster/provider";
import { ObservedMembers, providerFaultCases } from "@ts-grain/cluster/testing";
import { EtcdProvider } from "@ts-grain/cluster-etcd";
import { EtcdServer } from "@ts-grain/cluster-etcd/testing";
import { describe, expect, test } from "vitest";
import { findEtcd } from "./etcd-program.ts";

const program = findEtcd();
const clusterName = "faults";
const memberProgram = fileURLToPath(new URL("member-program.ts", import.meta.url));
const prefix = `/protoactor/${clusterName}/`;
const base64 = (text: string) => Buffer.from(text).toString("base64");

async function call(address: string, { method, body }: { method: string; body: object }): Promise<unknown> {
  const response = await fetch(`${address}/v3/kv/${method}`, { method: "POST", body: JSON.stringify(body) });
  return response.json();
}

async function listed(address: string): Promise<readonly string[]> {
  const body = { key: base64(prefix), range_end: base64(prefix.replace(/.$/, "0")) };
  const pairs = listOf(await call(address, { method: "range", body }), "kvs");
  const keys = pairs.map((pair) => Buffer.from(textOf(pair, "key"), "base64").toString());
  return keys.map((key) => key.slice(key.indexOf("@") + 1)).toSorted();
}

describe.skipIf(program === undefined)("with a real etcd that fails", () => {
  test.concurrent.for(providerFaultCases)("$name", { timeout: 60_000 }, async ({ run }, { annotate }) => {
    await using server = await EtcdServer.start({ program });
    const { endpoints } = server;
    const address = endpoints[0]!;
    const remove = async (id: string): Promise<void> => {
      await call(address, { method: "deleterange", body: { key: base64(`${prefix}${clusterName}@${id}`) } });
    };
    await run({
      server,
      clusterName,
      createProvider: (options) => new EtcdProvider({ endpoints, ...options }),
      listed: () => listed(address),
      remove,
      memberProgram: (id) => ({ path: memberProgram, args: [address, clusterName, id] }),
      report: annotate,
    });
  });

  test.concurrent("whichever of three nodes hangs, members go on with another", {
    timeout: 90_000,
  }, async () => {
    await using etcd = await EtcdServer.start({ program, nodes: 3 });
    const observed = new ObservedMembers(clusterName);
    const { endpoints } = etcd;
    const self = { host: "127.0.0.1", port: 9_000, kinds: [], dialect: "ts-grain" } satisfies Partial<Member>;
    const provider = new EtcdProvider({ endpoints, settleMs: 1_000 });
    const alice = await provider.joinAsMember({ id: "alice", ...self }, observed.context);
    const bob = await provider.joinAsMember({ id: "bob", ...self }, new ObservedMembers(clusterName).context);
    await observed.untilIds("alice", "bob");
    for (const node of [0, 1, 2]) {
      etcd.freeze(node);
      const carol = await provider.joinAsMember(
        { id: `carol-${node}`, ...self },
        new ObservedMembers(clusterName).context,
      );
      await observed.untilIds("alice", "bob", `carol-${node}`);
      await carol.leave();
      await observed.untilIds("alice", "bob");
      etcd.thaw(node);
    }
    expect(observed.history.every((ids) => ids.includes("alice"))).toBe(true);
    for (const session of [alice, bob]) await session.leave();
  });
});
