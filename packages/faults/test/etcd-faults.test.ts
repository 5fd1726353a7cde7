import { describe, expect, test } from "vitest";
import { checkNoFailure } from "../src/checks/service.ts";
import { nowMs } from "../src/history/now.ts";
import { pause } from "../src/history/pause.ts";
import { byNight, isNightly, lamps, summarize } from "../src/rig/case.ts";
import { EtcdHosts } from "../src/rig/etcd-hosts.ts";
import type { Host } from "../src/rig/host.ts";
import { Network } from "../src/rig/network.ts";
import { findEtcd } from "../src/rig/programs.ts";
import { Rig } from "../src/rig/rig.ts";

const etcd = findEtcd();
const isPossible = etcd !== undefined && Network.isPossible();

/** Shorter in CI, and so are the faults that it must outlast if nothing is done about them. */
const ttlMs = byNight(4_000, 10_000);

interface EtcdFault {
  readonly rig: Rig;
  readonly network: Network;
  readonly store: EtcdHosts;
  readonly nodes: readonly Host[];
  readonly others: readonly Host[];
}

/** Three members and a client on an etcd of three nodes, each on a host of its own, under 150 calls/s while something happens to etcd. */
async function suffer(name: string, happens: (fault: EtcdFault) => Promise<void>) {
  using network = new Network(`e${process.pid % 10_000}${name}`, 7);
  const nodes = network.hosts.slice(0, 3);
  const others = network.hosts.slice(3);
  const store = await EtcdHosts.start(etcd!, nodes);
  await using rig = await Rig.start({ server: store });
  const first = nodes.indexOf(await store.leader());
  const [, , , client] = await Promise.all(
    others.map(({ address: host, prefix }, index) => {
      // The first member begins with the leader, the others with other nodes.
      const { endpoints } = store;
      const begin = (first + index) % endpoints.length;
      const ordered = [...endpoints.slice(begin), ...endpoints.slice(0, begin)];
      const etcd = { endpoints: ordered, ttlMs, refreshMs: ttlMs / 5, settleMs: ttlMs / 4 };
      const options = { prefix, host, port: 4_000, insecure: true, etcd };
      return index === 3 ? rig.start("client", "c1", options) : rig.start("member", `m${index + 1}`, options);
    }),
  );
  await rig.untilAllSee(3);
  const stopLoad = await client!.startLoad({ sender: "load", callsPerSecond: 150, identities: lamps(60) });
  await pause(500);
  const beganMs = nowMs();
  await happens({ rig, network, store, nodes, others });
  await rig.untilAllSee(3);
  const endedMs = nowMs();
  await stopLoad();
  const history = await rig.finish();
  const seen = history.processes.flatMap(({ process, events }) =>
    events
      .filter(({ event, atMs }) => event === "seen" && atMs > beganMs && atMs < endedMs)
      .map(({ atMs }) => `${process} after ${Math.round(atMs - beganMs)} ms`),
  );
  return { history, seen };
}

/** Parts a node from the other nodes, though not from those that ask it, for 15 s. */
async function part(node: Host, { rig, network, nodes }: EtcdFault): Promise<void> {
  rig.fault(`node ${node.namespace} parted from the other nodes`);
  const rest = nodes.filter((each) => each !== node);
  for (const each of rest) network.part(node, each);
  await pause(15_000);
  for (const each of rest) network.join(node, each);
  await pause(3_000);
}

describe.skipIf(!isPossible)("an etcd of three", () => {
  test("E5 an etcd whose leader is killed, or parted from the other nodes, loses no member and costs no call", {
    timeout: 300_000,
  }, async () => {
    const { history, seen } = await suffer("l", async (fault) => {
      const { rig, store } = fault;
      for (let round = 0; round < byNight(1, 5); round++) {
        const killed = await store.leader();
        rig.fault(`leader ${killed.namespace} killed`);
        await store.killNode(killed);
        await pause(byNight(9_000, 15_000));
        await store.startNode(killed);
        if (isNightly) await part(await store.leader(), fault);
      }
    });
    console.log(`E5: ${summarize(history.calls)}; seen ${seen.join(", ") || "no change"}`);
    expect(checkNoFailure(history.calls)).toEqual([]);
    expect(seen).toEqual([]);
  });

  test.runIf(isNightly)(
    "E6 whichever node of etcd is parted from everything, members that relied on it go on with another",
    { timeout: 300_000 },
    async () => {
      const { history, seen } = await suffer("n", async ({ rig, network, nodes, others }) => {
        for (const node of nodes) {
          const everything = [...nodes, ...others].filter((host) => host !== node);
          rig.fault(`node ${node.namespace} parted from everything`);
          for (const host of everything) network.part(node, host);
          await pause(15_000);
          for (const host of everything) network.join(node, host);
          await pause(5_000);
        }
      });
      console.log(`E6: ${summarize(history.calls)}; seen ${seen.join(", ") || "no change"}`);
      expect(checkNoFailure(history.calls)).toEqual([]);
      expect(seen).toEqual([]);
    },
  );
});
