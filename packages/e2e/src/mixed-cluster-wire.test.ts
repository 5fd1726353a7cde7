import { create, isMessage, type Message } from "@bufbuild/protobuf";
import { ConsulServer } from "@ts-grain/cluster-consul/testing";
import { EndpointTerminatedEvent, GrpcTransport } from "@ts-grain/remote";
import { RawPeer } from "@ts-grain/remote/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ActivationResponseSchema } from "./gen/cluster/cluster_pb.ts";
import { GossipResponseSchema } from "./gen/cluster/gossip_pb.ts";
import { buildGoClusterMember, findServer } from "./mixed-cluster-build.ts";
import { MixedMember } from "./mixed-cluster-member.ts";
import { WireMember } from "./wire-member.ts";

const hasGo = buildGoClusterMember();
const program = hasGo ? findServer("consul") : undefined;
const poll = { timeout: 15_000, interval: 50 };

// What ts-grain's own behaviour towards Go rests on, and no library of ours is between.
describe.skipIf(program === undefined)("a member in Go", () => {
  let consul: ConsulServer;

  beforeAll(async () => {
    consul = await ConsulServer.start(program);
  }, 30_000);

  afterAll(async () => {
    await consul?.[Symbol.asyncDispose]();
  });

  function startGo(cluster: string): Promise<MixedMember> {
    const at = new URL(consul.address).host;
    return MixedMember.start({ language: "go", provider: "consul", at, cluster, patience: 2 });
  }

  async function sees(go: MixedMember, member: WireMember): Promise<boolean> {
    return (await go.topology()).some(({ id }) => id === member.id);
  }

  test("activates once, whoever owns it, and is silent about kinds that it does not host", async () => {
    await using go = await startGo("activation");
    await using ours = await WireMember.start(consul.address, "activation");
    const first = await ours.activate(go.address, "Counter", "a");
    const second = await ours.activate(go.address, "Counter", "a");
    expect(isMessage(first, ActivationResponseSchema) && first.pid?.Id).toMatch(/^partition-activator\/a\$/);
    expect(second).toEqual(first);
    await expect(ours.activate(go.address, "Nothing", "a", 1_000)).rejects.toMatchObject({
      code: "deadline_exceeded",
    });
  });

  test("tells whoever is in the cluster who else is", async () => {
    await using ours = await WireMember.start(consul.address, "topology");
    await using go = await startGo("topology");
    await expect.poll(() => ours.hasHeardFrom(go.id, ours.id), poll).toBe(true);
  });

  /** How often a member in Go has told `ours` of others that joined, while `ours` gossiped without a pause and named a member. */
  async function toldOfJoins(go: MixedMember, ours: WireMember, { naming }: { readonly naming: string }) {
    const joins = 3;
    let told = 0;
    let isOver = false;
    const answers: Message[] = [];
    const gossip = async (): Promise<void> => {
      while (!isOver) answers.push(await ours.gossipNothing(go.address, naming));
    };
    const gossiping = gossip();
    for (let join = 0; join < joins; join++) {
      await using joiner = await WireMember.start(consul.address, ours.cluster);
      await expect.poll(() => sees(go, joiner), poll).toBe(true);
      // What it knows about itself it tells in each of its rounds, unless it believes to have done so.
      const rounds = ours.gossipOf(go.id, "heartbeat").length;
      await expect
        .poll(() => ours.gossipOf(go.id, "heartbeat").length, poll)
        .toBeGreaterThanOrEqual(rounds + 2);
      if (ours.hasHeardFrom(go.id, joiner.id)) told++;
    }
    isOver = true;
    await gossiping;
    expect(new Set(answers.map((answer) => JSON.stringify(answer)))).toEqual(
      new Set(['{"$typeName":"cluster.GossipResponse"}']),
    );
    return { told, joins };
  }

  test("keeps its news from who gossips to it in its own name instead of the receiver's, and tells all others", async () => {
    const at = new URL(consul.address).host;
    const cluster = "names";
    await using go = await startGo(cluster);
    await using ours = await WireMember.start(consul.address, cluster);
    await expect.poll(() => sees(go, ours), poll).toBe(true);
    const right = await toldOfJoins(go, ours, { naming: go.id });
    const wrong = await toldOfJoins(go, ours, { naming: ours.id });
    const again = await toldOfJoins(go, ours, { naming: go.id });
    console.log(`told of ${right.told}, ${wrong.told} and ${again.told} of ${right.joins} joins`);
    expect([right.told, again.told]).toEqual([right.joins, again.joins]);
    // A round of Go that begins between a join and the next request still tells.
    expect(wrong.told).toBeLessThanOrEqual(1);
    // One in TypeScript would have told it what the one in Go has not.
    await using ts = await MixedMember.start({ language: "ts", provider: "consul", at, cluster });
    await expect.poll(async () => (await go.topology()).length, poll).toBe(3);
    for (const named of [ts.id, ours.id])
      expect(await ours.gossipNothing(ts.address, named)).toEqual(create(GossipResponseSchema));
    for (const member of [go, ts]) {
      expect(member.isAlive).toBe(true);
      expect((await member.topology()).map(({ id }) => id)).toEqual(expect.arrayContaining([go.id, ts.id]));
      const request = { by: "1" };
      for (const identity of ["a", "b", "c", "d"]) await member.respond({ identity, method: "add", request });
    }
  });

  test("says goodbye in order: its activations, its gossip, its connection, its registration", async () => {
    await using go = await startGo("goodbye");
    await using ours = await WireMember.start(consul.address, "goodbye");
    await expect.poll(() => sees(go, ours), poll).toBe(true);
    await ours.activate(go.address, "Counter", "a");
    const disconnected: string[] = [];
    ours.system.eventStream.subscribe((event) => {
      if (event instanceof EndpointTerminatedEvent) disconnected.push(event.address);
    });
    await go.shutdown();
    expect(ours.gossipOf(go.id, "left").map(({ typeUrl }) => typeUrl)).toContain(
      "type.googleapis.com/google.protobuf.Empty",
    );
    expect(ours.terminated).toMatchObject([{ clusterIdentity: { kind: "Counter", identity: "a" } }]);
    await expect.poll(() => disconnected, poll).toContain(go.address);
    const services = await fetch(`${consul.address}/v1/agent/services`);
    expect(await services.json()).not.toHaveProperty(go.id);
  });

  test("takes a member in TypeScript for alive, and is taken for alive, by what both gossip", async () => {
    const at = new URL(consul.address).host;
    await using go = await startGo("heartbeats");
    await using ours = await WireMember.start(consul.address, "heartbeats");
    await using ts = await MixedMember.start({
      language: "ts",
      provider: "consul",
      at,
      cluster: "heartbeats",
    });
    for (const member of [go, ts])
      await expect.poll(() => ours.gossipOf(member.id, "heartbeat"), poll).not.toEqual([]);
    process.kill(ts.pid, "SIGSTOP");
    // Long before Consul takes it for dead.
    await expect.poll(() => go.blocked(), { ...poll, timeout: 7_000 }).toContain(ts.id);
    process.kill(ts.pid, "SIGCONT");
  });

  test("bans who has gossiped and falls silent, for ever, and tells it so; who never gossips may stay", async () => {
    await using go = await startGo("silence");
    await using silent = await WireMember.start(consul.address, "silence");
    await using never = await WireMember.start(consul.address, "silence");
    await expect.poll(async () => (await sees(go, silent)) && (await sees(go, never)), poll).toBe(true);
    await silent.sayAlive(go);
    await expect.poll(() => go.blocked(), poll).toEqual([silent.id]);
    await silent.register(["Changed"]);
    await expect.poll(() => sees(go, silent), poll).toBe(false);
    expect(await sees(go, never)).toBe(true);
    const again = await RawPeer.connect(new GrpcTransport(), go.address);
    again.greet({ systemId: silent.id, address: silent.system.address });
    await expect.poll(() => again.answers[0]?.messageType.value, poll).toMatchObject({ blocked: true });
    again.close();
    await silent.register(["Changed", "Again"]);
    await expect.poll(() => go.blocked(), poll).toEqual([silent.id]);
    expect(await sees(go, silent)).toBe(false);
    expect(go.isAlive).toBe(true);
  });
});
