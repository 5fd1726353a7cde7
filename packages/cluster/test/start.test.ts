import { ActorSystem } from "@ts-grain/actor";
import { RecordingLogger, VirtualClock } from "@ts-grain/actor/testing";
import { InMemoryNetwork } from "@ts-grain/remote";
import { expect, test } from "vitest";
import {
  Cluster,
  type ClusterProvider,
  configureCluster,
  configureRemote,
  DistHashLookup,
  InProcessProvider,
} from "../src/index.ts";
import { InMemoryCluster } from "../src/testing/index.ts";
import { getWitnessGrainClient } from "./gen/witness_grain.ts";
import { Testimony } from "./witness-grain.ts";

const config = (provider: ClusterProvider, port = 0) =>
  configureCluster("test", provider, new DistHashLookup(), configureRemote("localhost", port), {
    kinds: [new Testimony().kind()],
  });

test("a member that has started is in its own topology, with its kinds", async () => {
  await using member = await Cluster.startMember(new ActorSystem(), config(new InProcessProvider()));
  expect(member.members.topology.members).toEqual([member.self]);
  expect(member.self).toMatchObject({ id: member.system.id, kinds: expect.arrayContaining(["Witness"]) });
  expect(`${member.self!.host}:${member.self!.port}`).toBe(member.system.address);
});

test("waiting for a topology resolves when it comes, and rejects with the reason of its signal", async () => {
  const provider = new InProcessProvider();
  await using first = await Cluster.startMember(new ActorSystem(), config(provider));
  const both = first.members.until(({ members }) => members.length === 2);
  const controller = new AbortController();
  const never = first.members.until(({ members }) => members.length === 9, { signal: controller.signal });
  await using second = await Cluster.startMember(new ActorSystem(), config(provider));
  expect((await both).members.map(({ id }) => id)).toContain(second.system.id);
  controller.abort(new Error("enough"));
  await expect(never).rejects.toThrow("enough");
});

test("a member whose provider refuses it ends all that it started, and its port is free again", async () => {
  const network = new InMemoryNetwork();
  const refusing: ClusterProvider = {
    transport: network.transport(),
    joinAsMember: () => Promise.reject(new Error("no quorum")),
    joinAsClient: () => Promise.reject(new Error("no quorum")),
  };
  const system = new ActorSystem();
  await expect(Cluster.startMember(system, config(refusing, 4711))).rejects.toThrow("no quorum");
  await expect(Cluster.startClient(new ActorSystem(), config(refusing, 4711))).rejects.toThrow("no quorum");
  await using member = await Cluster.startMember(
    new ActorSystem(),
    config(new InProcessProvider({ network }), 4711),
  );
  expect(member.system.address).toBe("localhost:4711");
});

test("a member whose port is taken says so and joins nothing", async () => {
  const provider = new InProcessProvider();
  await using first = await Cluster.startMember(new ActorSystem(), config(provider, 4711));
  const second = Cluster.startMember(new ActorSystem(), config(provider, 4711));
  await expect(second).rejects.toMatchObject({ name: "RemoteError", code: "listen_failed" });
  expect(first.members.topology.members).toHaveLength(1);
});

test("a client is in no topology", async () => {
  const provider = new InProcessProvider();
  await using member = await Cluster.startMember(new ActorSystem(), config(provider));
  await using client = await Cluster.startClient(new ActorSystem(), config(provider));
  expect(client.self).toBeUndefined();
  expect(member.members.topology.members).toHaveLength(1);
  expect(client.members.topology.members).toEqual([member.self]);
});

test.each([
  ["an empty name", { name: "" }, {}],
  ["no time for requests", {}, { requestTimeoutMs: 0 }],
  ["no time to shut down", {}, { shutdownTimeoutMs: Number.NaN }],
])("a configuration with %s is refused", (_what, { name = "test" }: { name?: string }, options) => {
  const configure = () =>
    configureCluster(
      name,
      new InProcessProvider(),
      new DistHashLookup(),
      configureRemote("localhost", 0),
      options,
    );
  expect(configure).toThrow(expect.objectContaining({ code: "invalid_options" }));
});

test("a client that shuts down waits for nobody", async () => {
  await using cluster = await InMemoryCluster.start({ kinds: () => [new Testimony().kind()], members: 2 });
  const client = await cluster.addClient();
  await cluster.settle(getWitnessGrainClient(client, "kitchen").bump({}));
  const beganMs = cluster.clock.nowMs();
  await cluster.settle(client.shutdown());
  expect(cluster.clock.nowMs() - beganMs).toBeLessThan(100);
});

test("while nothing is wrong, members and clients warn of nothing", async () => {
  const clock = new VirtualClock();
  const logger = new RecordingLogger();
  const provider = new InProcessProvider();
  const processes: Cluster[] = [];
  const started = async (cluster: Promise<Cluster>): Promise<void> => void processes.push(await cluster);
  for (let count = 0; count < 3; count++) {
    await started(Cluster.startMember(new ActorSystem({ clock, logger }), config(provider)));
    await started(Cluster.startClient(new ActorSystem({ clock, logger }), config(provider)));
    await clock.advance(100);
  }
  await clock.advance(30_000);
  expect([...logger.at("warn"), ...logger.at("error")]).toEqual([]);
  const ended = Promise.all(processes.map((process) => process.shutdown()));
  await clock.advance(30_000);
  await ended;
});
