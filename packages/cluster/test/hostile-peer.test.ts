import { create, type DescFile, toBinary } from "@bufbuild/protobuf";
import { anyPack, EmptySchema } from "@bufbuild/protobuf/wkt";
import { RawPeer } from "@ts-grain/remote/testing";
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  ActivationRequestSchema,
  ClusterTopologySchema,
  file_cluster_cluster,
  RebalanceCompletedSchema,
} from "../src/gen/cluster/cluster_pb.ts";
import { file_cluster_gossip, GossipRequestSchema } from "../src/gen/cluster/gossip_pb.ts";
import { file_cluster_grain } from "../src/gen/cluster/grain_pb.ts";
import { file_cluster_pubsub } from "../src/gen/cluster/pubsub_pb.ts";
import { file_tsgrain_cluster_v1_cancel } from "../src/gen/tsgrain/cluster/v1/cancel_pb.ts";
import { file_tsgrain_cluster_v1_holdings } from "../src/gen/tsgrain/cluster/v1/holdings_pb.ts";
import { file_tsgrain_cluster_v1_inspection } from "../src/gen/tsgrain/cluster/v1/inspection_pb.ts";
import { file_tsgrain_cluster_v1_located } from "../src/gen/tsgrain/cluster/v1/located_pb.ts";
import type { Cluster } from "../src/index.ts";
import { createTopology } from "../src/membership/topology.ts";
import { InMemoryCluster } from "../src/testing/index.ts";
import { getWitnessGrainClient } from "./gen/witness_grain.ts";
import { GoStub } from "./go-stub.ts";
import { Testimony } from "./witness-grain.ts";

const identities = Array.from({ length: 20 }, (_identity, index) => `lamp-${index}`);

const ownActors = [
  "partition-activator",
  "gossip",
  "tsgrain-cancellation",
  "tsgrain-inspection",
  "$pubsub-delivery",
  "activator",
  "eventstream",
  "deadletter",
  "$futures",
  "$1",
  "",
  "__proto__",
];

const files: readonly DescFile[] = [
  file_cluster_cluster,
  file_cluster_gossip,
  file_cluster_grain,
  file_cluster_pubsub,
  file_tsgrain_cluster_v1_cancel,
  file_tsgrain_cluster_v1_holdings,
  file_tsgrain_cluster_v1_inspection,
  file_tsgrain_cluster_v1_located,
];
const typeNames = [
  "actor.Stop",
  "actor.PoisonPill",
  "actor.Watch",
  "actor.Unwatch",
  "actor.Terminated",
  ...files.flatMap(({ messages }) => messages.map(({ typeName }) => typeName)),
];

interface Told {
  readonly typeName: string;
  readonly bytes: Uint8Array;
}

/** What would change a member's mind, if it believed it: that all are gone, that nobody is there, that all was handed over. */
function lies({ members, self }: Pick<Cluster, "members" | "self">): readonly Told[] {
  const { topology } = members;
  const ids = topology.members.map(({ id }) => id);
  const left = { value: anyPack(EmptySchema, create(EmptySchema)), sequenceNumber: 1_000n };
  const blocked = anyPack(ClusterTopologySchema, create(ClusterTopologySchema, { blocked: ids }));
  const values = { left, topology: { value: blocked, sequenceNumber: 1_001n } };
  const state = { members: Object.fromEntries(ids.map((id) => [id, { values }])) };
  const { hash: topologyHash } = createTopology(topology.members);
  return [
    {
      typeName: GossipRequestSchema.typeName,
      bytes: toBinary(GossipRequestSchema, create(GossipRequestSchema, { memberId: self!.id, state })),
    },
    { typeName: ClusterTopologySchema.typeName, bytes: new Uint8Array() },
    {
      typeName: RebalanceCompletedSchema.typeName,
      bytes: toBinary(RebalanceCompletedSchema, create(RebalanceCompletedSchema, { topologyHash })),
    },
  ];
}

test("H9 whatever a stranger tells a member's own actors and its grains, the grains go on and nobody leaves", async () => {
  const messages = fc.array(
    fc.record({ typeName: fc.constantFrom(...typeNames), bytes: fc.uint8Array({ maxLength: 40 }) }),
    { maxLength: 60 },
  );
  await fc.assert(
    fc.asyncProperty(messages, async (odd) => {
      const testimony = new Testimony();
      await using cluster = await InMemoryCluster.start({ kinds: () => [testimony.kind()], members: 2 });
      const [first, second] = cluster.members as [Cluster, Cluster];
      const bumpAll = () =>
        cluster.settle(
          Promise.all(identities.map((identity) => getWitnessGrainClient(first, identity).bump({}))),
        );
      const before = await bumpAll();
      await bumpAll();
      const grains = await cluster.settle(
        Promise.all(identities.map((identity) => first.locate({ kind: "Witness", identity }))),
      );
      const empty = typeNames.map((typeName): Told => ({ typeName, bytes: new Uint8Array() }));
      const told = [...empty, ...lies(first), ...odd];
      for (const { system } of [first, second]) {
        const { address } = system;
        const here = grains.filter((grain) => grain.address === address).map(({ id }) => id);
        const targets = [...ownActors, ...here].map((Id) => ({ Address: address, Id }));
        const peer = (await RawPeer.connect(cluster.network.transport(), address)).greet();
        const other = system === first.system ? second : first;
        for (const [typeId, { bytes: messageData }] of told.entries()) {
          peer.batch({
            typeNames: told.map(({ typeName }) => typeName),
            targets,
            senders: [{ Address: other.system.address, Id: "partition-activator" }],
            envelopes: targets.map((_target, target) => ({
              typeId,
              messageData,
              target,
              sender: typeId % 2,
            })),
          });
        }
      }
      await cluster.clock.advance(1_000);
      const after = await bumpAll();
      const places = (answers: typeof before) =>
        answers.map(({ activation, member }) => [activation, member]);
      expect(places(after)).toEqual(places(before));
      for (const { members, stats } of [first, second]) {
        expect(members.topology.members).toHaveLength(2);
        expect(stats.deactivated).toMatchObject({ stopped: 0, moved: 0, evicted: 0, failed: 0, shutdown: 0 });
      }
    }),
    { numRuns: 20 },
  );
});

test("H10 a member that says its grains are where no member is has nobody connect there", async () => {
  await using stub = await GoStub.start({ stubKinds: ["Witness"] });
  let dialled = 0;
  await stub.network.transport().listen({ host: "third", port: 1 }, () => void dialled++);
  stub.whereGrainsAre = "third:1";
  const call = getWitnessGrainClient(stub.member, "kitchen").bump({}, { timeoutMs: 2_000 });
  await expect(stub.settle(call)).rejects.toMatchObject({ code: "not_delivered" });
  expect(dialled).toBe(0);
});

/** The names under which something is counted, at any depth. */
function countedNames(counts: object, under = ""): readonly string[] {
  return Object.entries(counts).flatMap(([name, value]) =>
    typeof value === "object" ? countedNames(value as object, `${under}${name}.`) : `${under}${name}`,
  );
}

test("H18 nothing that a peer makes up becomes a name under which something is counted", async () => {
  const testimony = new Testimony();
  await using cluster = await InMemoryCluster.start({ kinds: () => [testimony.kind()], members: 1 });
  const [member] = cluster.members as [Cluster];
  const names = countedNames(member.stats);
  const { address } = member.system;
  const peer = (await RawPeer.connect(cluster.network.transport(), address)).greet();
  for (let round = 0; round < 10; round++) {
    const madeUp = Array.from({ length: 500 }, (_, n) => `made-up-${round}-${n}`);
    peer.batch({
      typeNames: [ActivationRequestSchema.typeName, ...madeUp],
      targets: ["partition-activator", ...madeUp].map((Id) => ({ Address: address, Id })),
      envelopes: madeUp.flatMap((kind, n) => {
        const request = create(ActivationRequestSchema, { clusterIdentity: { kind, identity: kind } });
        const messageData = toBinary(ActivationRequestSchema, request);
        return [{ messageData }, { typeId: n + 1, target: n + 1 }];
      }),
    });
    await cluster.clock.advance(100);
  }
  expect(member.system.stats.deadLetters.not_serializable).toBe(5_000);
  expect(countedNames(member.stats)).toEqual(names);
});
