import { fileURLToPath } from "node:url";
import type { Member } from "@ts-grain/cluster";
import { ObservedMembers, providerFaultCases } from "@ts-grain/cluster/testing";
import { ConsulProvider } from "@ts-grain/cluster-consul";
import { ConsulServer } from "@ts-grain/cluster-consul/testing";
import { describe, test } from "vitest";
import { findConsul } from "./consul-program.ts";

const program = findConsul();
const clusterName = "faults";
const memberProgram = fileURLToPath(new URL("member-program.ts", import.meta.url));

async function listed(address: string): Promise<readonly string[]> {
  const response = await fetch(`${address}/v1/health/service/${clusterName}?passing=1`);
  const entries = (await response.json()) as readonly { readonly Service: { readonly ID: string } }[];
  return entries.map(({ Service }) => Service.ID).toSorted();
}

async function put(url: string): Promise<void> {
  await fetch(url, { method: "PUT" });
}

describe.skipIf(program === undefined)("with a real Consul that fails", () => {
  test.concurrent.for(providerFaultCases)("$name", { timeout: 60_000 }, async ({ run }, { annotate }) => {
    await using server = await ConsulServer.start(program);
    const { address } = server;
    await run({
      server,
      clusterName,
      createProvider: (options) => new ConsulProvider({ address, ...options }),
      listed: () => listed(address),
      remove: (id) => put(`${address}/v1/agent/service/deregister/${id}`),
      memberProgram: (id) => ({ path: memberProgram, args: [address, clusterName, id] }),
      report: annotate,
    });
  });

  test.concurrent("a member whose check somebody else holds critical is told that it has left", async () => {
    await using consul = await ConsulServer.start(program);
    const { address } = consul;
    const observed = new ObservedMembers(clusterName);
    const provider = new ConsulProvider({ address, ttlMs: 2_000, refreshMs: 500, settleMs: 2_000 });
    const self = { host: "127.0.0.1", port: 9_000, kinds: [], dialect: "ts-grain" } satisfies Partial<Member>;
    const alice = await provider.joinAsMember({ id: "alice", ...self }, observed.context);
    const bob = await provider.joinAsMember({ id: "bob", ...self }, new ObservedMembers(clusterName).context);
    await observed.untilIds("alice", "bob");
    await put(`${address}/v1/agent/service/maintenance/alice?enable=true`);
    await observed.untilIds("bob");
    for (const session of [alice, bob]) await session.leave();
  });
});
