import { describe, expect, test } from "vitest";
import { checkNoFailure } from "../src/checks/service.ts";
import { findChanges, findMissed } from "../src/checks/views.ts";
import { nowMs } from "../src/history/now.ts";
import { pause } from "../src/history/pause.ts";
import { byNight, isNightly, lamps, summarize } from "../src/rig/case.ts";
import { EtcdHosts } from "../src/rig/etcd-hosts.ts";
import type { Host } from "../src/rig/host.ts";
import { Network } from "../src/rig/network.ts";
import { findEtcd } from "../src/rig/programs.ts";
import { type NodeOptions, Rig } from "../src/rig/rig.ts";

const etcd = findEtcd();
const isPossible = etcd !== undefined && Network.isPossible();

/** Shorter in CI, and so are the faults that it must outlast if nothing is done about them. */
const ttlMs = byNight(4_000, 10_000);

/** Milliseconds from a node's parting until all that relied on it have heard of a member that joins meanwhile from another. */
const failOverMs = 5_000;
const pidPart = process.pid % 10_000;

interface EtcdFault {
  readonly rig: Rig;
  readonly network: Network;
  readonly store: EtcdHosts;
  readonly nodes: readonly Host[];
  readonly others: readonly Host[];
}

/** How a process on a host takes part, and which node of etcd it begins with. */
function optionsOn({ address: host, prefix }: Host, { endpoints }: EtcdHosts, first: number): NodeOptions {
  const begin = first % endpoints.length;
  const ordered = [...endpoints.slice(begin), ...endpoints.slice(0, begin)];
  const etcd = { endpoints: ordered, ttlMs, refreshMs: ttlMs / 5, settleMs: ttlMs / 4 };
  return { prefix, host, port: 4_000, insecure: true, etcd };
}

/** Three members and a client on an etcd of three nodes, each on a host of its own, under 150 calls/s while something happens to etcd. The last host is free. */
async function suffer(name: string, happens: (fault: EtcdFault) => Promise<void>) {
  using network = new Network(`e${pidPart}${name}`, 8);
  const nodes = network.hosts.slice(0, 3);
  const others = network.hosts.slice(3);
  const store = await EtcdHosts.start(etcd!, nodes);
  await using rig = await Rig.start({ server: store });
  const first = nodes.indexOf(await store.leader());
  const [, , , client] = await Promise.all(
    others.slice(0, 4).map((host, index) => {
      // The first member begins with the leader, the others with other nodes.
      const options = optionsOn(host, store, first + index);
      return index === 3 ? rig.start("client", "c1", options) : rig.start("member", `m${index + 1}`, options);
    }),
  );
  await rig.untilAllSee(3);
  const { members: ids } = await client!.report();
  const stopLoad = await client!.startLoad({ sender: "load", callsPerSecond: 150, identities: lamps(60) });
  await pause(500);
  const beganMs = nowMs();
  await happens({ rig, network, store, nodes, others });
  await rig.untilAllSee(3);
  const endedMs = nowMs();
  await stopLoad();
  const history = await rig.finish();
  return { history, ids, span: { fromMs: beganMs, toMs: endedMs } };
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
    const { history, span } = await suffer("l", async (fault) => {
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
    console.log(`E5: ${summarize(history.calls)}`);
    expect(checkNoFailure(history.calls)).toEqual([]);
    expect(findChanges(history, span)).toEqual([]);
  });

  test.runIf(isNightly)(
    "E6 whichever node of etcd is parted from everything, who relied on it hears by another within 5 s of a member that joins, loses no member, and no call fails",
    { timeout: 300_000 },
    async () => {
      const heardMs: number[] = [];
      const { history, ids, span } = await suffer("n", async ({ rig, network, store, nodes, others }) => {
        for (const [index, node] of nodes.entries()) {
          const everything = [...nodes, ...others].filter((host) => host !== node);
          const options = { ...optionsOn(others.at(-1)!, store, index + 1), kinds: [] };
          const newcomer = await rig.launch("member", `n${index}`, { ...options, begins: "when told" });
          await pause(3_000);
          rig.fault(`node ${node.namespace} parted from everything`);
          for (const host of everything) network.part(node, host);
          const partedMs = nowMs();
          await newcomer.begin();
          await rig.untilAllSee(4);
          heardMs.push(nowMs() - partedMs);
          await newcomer.terminate();
          await pause(Math.max(0, partedMs + 15_000 - nowMs()));
          for (const host of everything) network.join(node, host);
          await pause(5_000);
        }
      });
      console.log(
        `E6: ${summarize(history.calls)}; heard of a newcomer after ${heardMs.map(Math.round).join(", ")} ms`,
      );
      expect(checkNoFailure(history.calls)).toEqual([]);
      expect(findMissed(history, ids, span)).toEqual([]);
      expect(Math.max(...heardMs)).toBeLessThan(failOverMs);
    },
  );
});
