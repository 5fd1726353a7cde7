import { expect, test } from "vitest";
import { grainClient } from "../src/codegenv1/index.ts";
import type { Cluster, Member } from "../src/index.ts";
import { InMemoryCluster } from "../src/testing/index.ts";
import { getWitnessGrainClient } from "./gen/witness_grain.ts";
import { Testimony } from "./witness-grain.ts";

async function start() {
  const testimony = new Testimony();
  const cluster = await InMemoryCluster.start({ kinds: () => [testimony.kind()], members: 2 });
  const client = await cluster.addClient();
  const [first, second] = cluster.members as [Cluster, Cluster];
  return { cluster, client, first, second };
}

test("a member tells the contract of a kind, and grains can be called with nothing but that", async () => {
  const { cluster, client, first } = await start();
  await using _ = cluster;
  const inspection = client.inspect(first.self as Member);
  const service = await cluster.settle(inspection.describeKind("Witness"));
  expect(service?.descriptor.typeName).toBe("witness.Witness");
  const witness = grainClient(service!, client, "kitchen") as Record<
    string,
    (request: object) => Promise<unknown>
  >;
  expect(await cluster.settle(witness["bump"]!({}))).toMatchObject({ count: 1 });
  expect(await cluster.settle(inspection.describeKind("Nobody"))).toBeUndefined();
});

test("a member lists the grains that are active in it, of one kind or of all, and how many there are", async () => {
  const { cluster, client, first, second } = await start();
  await using _ = cluster;
  const identities = Array.from({ length: 30 }, (_identity, index) => `lamp-${index}`);
  await cluster.settle(
    Promise.all(identities.map((identity) => getWitnessGrainClient(client, identity).bump({}))),
  );
  const lists = await cluster.settle(
    Promise.all([first, second].map(({ self }) => client.inspect(self as Member).listActivations())),
  );
  expect(lists.flatMap(({ grains }) => grains.map(({ identity }) => identity)).toSorted()).toEqual(
    identities.toSorted(),
  );
  const total = lists[0]?.total ?? 0;
  const inspection = client.inspect(first.self as Member);
  const few = await cluster.settle(inspection.listActivations({ kind: "Witness", limit: 2 }));
  expect(few).toEqual({ grains: lists[0]?.grains.slice(0, 2), total });
  const none = await cluster.settle(inspection.listActivations({ kind: "Nobody" }));
  expect(none).toEqual({ grains: [], total: 0 });
});

test("a member that does not answer, or is of Proto.Actor Go, is an error that says so", async () => {
  const { cluster, client, first } = await start();
  await using _ = cluster;
  const go = { ...(first.self as Member), dialect: "proto-actor" as const };
  await expect(client.inspect(go).listActivations()).rejects.toThrow("no ts-grain member");
  const gone = { ...(first.self as Member), port: 1 };
  const answer = client.inspect(gone, { timeoutMs: 100 }).listActivations();
  await expect(cluster.settle(answer)).rejects.toMatchObject({ code: "not_delivered" });
});
