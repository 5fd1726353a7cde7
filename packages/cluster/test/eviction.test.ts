import { propsFromFunction } from "@ts-grain/actor";
import { quietLogger, RecordingLogger, VirtualClock } from "@ts-grain/actor/testing";
import { expect, test } from "vitest";
import {
  ActorSystem,
  Cluster,
  type ClusterProvider,
  configureCluster,
  configureRemote,
  DistHashLookup,
  InProcessProvider,
  type Member,
  Rejoined,
} from "../src/index.ts";
import { EvictingProvider } from "../src/testing/evicting-provider.ts";
import { InMemoryCluster, type InMemoryClusterOptions } from "../src/testing/index.ts";
import { getWitnessGrainClient } from "./gen/witness_grain.ts";
import { Testimony } from "./witness-grain.ts";

const identities = Array.from({ length: 40 }, (_identity, index) => `lamp-${index}`);

async function start(options: Partial<InMemoryClusterOptions> = {}) {
  const testimony = new Testimony();
  const cluster = await InMemoryCluster.start({ kinds: () => [testimony.kind()], members: 3, ...options });
  return { testimony, cluster };
}

async function bumpAll(cluster: InMemoryCluster, caller: Cluster) {
  return cluster.settle(
    Promise.all(identities.map((identity) => getWitnessGrainClient(caller, identity).bump({}))),
  );
}

function rejoined({ system }: Cluster): Promise<Rejoined> {
  return new Promise((resolve) => {
    system.eventStream.subscribe((event) => event instanceof Rejoined && resolve(event));
  });
}

function idsSeenBy({ members }: Cluster): string[] {
  return members.topology.members.map(({ id }) => id);
}

test.each([
  ["the provider tells it", true],
  ["it hears from the others", false],
])(
  "a member that is not to come back ends when it was let go, and others have its grains: %s",
  async (_how, tells) => {
    const { cluster, testimony } = await start({ whenLetGo: "end" });
    await using _ = cluster;
    const [first, , third] = cluster.members as [Cluster, Cluster, Cluster];
    await bumpAll(cluster, first);
    const { id } = third.self!;
    await cluster.evict(third, { tells });
    await cluster.settle(third.ended);
    expect(third.stats.activations).toBe(0);
    expect(testimony.sightings.some(({ what }) => what === "evicted")).toBe(true);
    await cluster.clock.advance(60_000);
    expect(idsSeenBy(first)).toHaveLength(2);
    expect(idsSeenBy(first)).not.toContain(id);
    const answers = await bumpAll(cluster, first);
    expect(new Set(answers.map(({ member }) => member)).size).toBe(2);
  },
);

test.each([
  ["the provider tells it", true],
  ["it hears from the others", false],
])("a member that was let go ends its grains and comes back under a new id: %s", async (_how, tells) => {
  const { cluster, testimony } = await start();
  await using _ = cluster;
  const [first, second, third] = cluster.members as [Cluster, Cluster, Cluster];
  await bumpAll(cluster, first);
  const hosted = testimony.sightings.filter(
    ({ what, member }) => what === "activated" && member === third.system.address,
  );
  expect(hosted.length).toBeGreaterThan(0);
  const former = third.self as Member;
  const back = rejoined(third);
  await cluster.evict(third, { tells });
  const event = await cluster.settle(back);
  expect(event.former).toEqual(former);
  expect(third.self).toEqual({ ...former, id: event.self.id });
  await cluster.clock.advance(1_000);
  for (const member of cluster.members) {
    expect(idsSeenBy(member)).toEqual(idsSeenBy(first));
    expect(idsSeenBy(member)).toContain(event.self.id);
    expect(idsSeenBy(member)).not.toContain(former.id);
  }
  expect(testimony.sightings.filter(({ what }) => what === "evicted")).toHaveLength(hosted.length);
  for (const caller of [first, second, third]) {
    const responses = await bumpAll(cluster, caller);
    expect(new Set(responses.map(({ member }) => member)).size).toBe(3);
  }
  expect(new Set(idsSeenBy(first)).size).toBe(3);
});

test.each([
  { members: 3, apart: 1 },
  { members: 2, apart: 1 },
  { members: 5, apart: 2 },
])(
  "$apart of $members members that were cut off until all had let each other go are members again soon after",
  async ({ members, apart }) => {
    const { cluster, testimony } = await start({ members });
    await using _ = cluster;
    await bumpAll(cluster, cluster.members[0]!);
    const [some, others] = [cluster.members.slice(0, apart), cluster.members.slice(apart)];
    const pairs = some.flatMap((one) =>
      others.map((other) => [one.system.address, other.system.address] as const),
    );
    const former = cluster.members.map(({ self }) => self!.id);
    await cluster.clock.advance(2_000);
    for (const [one, other] of pairs) cluster.network.cut(one, other);
    await cluster.clock.advance(30_000);
    for (const member of some) expect(idsSeenBy(member)).toHaveLength(apart);
    for (const member of others) expect(idsSeenBy(member)).toHaveLength(members - apart);
    for (const [one, other] of pairs) cluster.network.heal(one, other);
    await cluster.clock.advance(15_000);
    for (const member of cluster.members) expect(idsSeenBy(member)).toEqual(idsSeenBy(cluster.members[0]!));
    expect(idsSeenBy(cluster.members[0]!)).toHaveLength(members);
    // Those on the larger side have not moved; of two alone, one has.
    const kept = cluster.members.filter(({ self }) => former.includes(self!.id));
    expect(kept).toHaveLength(members - apart);
    if (apart !== members - apart) expect(kept).toEqual(others);
    testimony.sightings.length = 0;
    for (const caller of cluster.members) await bumpAll(cluster, caller);
    expect(testimony.sightings.filter(({ what }) => what === "bumped")).toHaveLength(
      members * identities.length,
    );
  },
);

test("calls that were queued at a member that was let go are answered elsewhere, each once", async () => {
  const { cluster, testimony } = await start();
  await using _ = cluster;
  const [first, , third] = cluster.members as [Cluster, Cluster, Cluster];
  await bumpAll(cluster, first);
  const formerly = testimony.sightings
    .filter(({ what, member }) => what === "activated" && member === third.system.address)
    .map(({ activation }) => activation);
  expect(formerly.length).toBeGreaterThan(0);
  const { promise: gate, resolve: open } = Promise.withResolvers<void>();
  testimony.beforeBump = ({ self }) => (self.address === third.system.address ? gate : undefined);
  const before = testimony.sightings.filter(({ what }) => what === "bumped").length;
  const calls = identities.flatMap((identity) => [
    getWitnessGrainClient(third, identity).bump({}),
    getWitnessGrainClient(third, identity).bump({}),
  ]);
  await cluster.clock.advance(50);
  await cluster.evict(third);
  await cluster.clock.advance(10);
  open();
  testimony.beforeBump = () => undefined;
  await cluster.settle(Promise.all(calls));
  // Where it was let go, only what was already running went on.
  for (const activation of formerly)
    expect(
      testimony.sightings.filter((seen) => seen.what === "bumped" && seen.activation === activation),
    ).toHaveLength(2);
  expect(testimony.sightings.filter(({ what }) => what === "bumped").length - before).toBe(calls.length);
});

test("a member that is let go while it hands grains over hands their queued calls back, too", async () => {
  const { cluster, testimony } = await start({ members: 2 });
  await using _ = cluster;
  const [first] = cluster.members as [Cluster];
  await bumpAll(cluster, first);
  const formerly = testimony.sightings.filter(
    ({ what, member }) => what === "activated" && member === first.system.address,
  );
  const { promise: gate, resolve: open } = Promise.withResolvers<void>();
  testimony.beforeBump = ({ self }) => (self.address === first.system.address ? gate : undefined);
  testimony.sightings.length = 0;
  const calls = identities.flatMap((identity) => [
    getWitnessGrainClient(first, identity).bump({}, { timeoutMs: 20_000 }),
    getWitnessGrainClient(first, identity).bump({}, { timeoutMs: 20_000 }),
  ]);
  await cluster.clock.advance(50);
  await cluster.addMember();
  await cluster.clock.advance(50);
  await cluster.evict(first);
  await cluster.clock.advance(10);
  open();
  testimony.beforeBump = () => undefined;
  await cluster.settle(Promise.all(calls));
  for (const { activation } of formerly)
    expect(
      testimony.sightings.filter((seen) => seen.what === "bumped" && seen.activation === activation),
    ).toHaveLength(1);
  expect(testimony.sightings.filter(({ what }) => what === "bumped")).toHaveLength(calls.length);
});

test("a member whose provider cannot end what it was comes back all the same", async () => {
  const { cluster } = await start();
  await using _ = cluster;
  const [first, second] = cluster.members as [Cluster, Cluster];
  const former = second.self!;
  const back = rejoined(second);
  await cluster.evict(second, { breaks: true });
  const { self } = await cluster.settle(back);
  await cluster.clock.advance(1_000);
  expect(idsSeenBy(first)).toContain(self.id);
  expect(idsSeenBy(first)).not.toContain(former.id);
});

test("a member that came back does not take its former ids for members, however long the provider lists them", async () => {
  const clock = new VirtualClock();
  const inner = new InProcessProvider();
  const lingering: Member[] = [];
  const provider = new EvictingProvider({
    get transport() {
      return inner.transport;
    },
    joinAsClient: (context) => inner.joinAsClient(context),
    joinAsMember: (self, context) =>
      inner.joinAsMember(self, {
        ...context,
        onMembers: (members) => context.onMembers([...members, ...lingering]),
      }),
  });
  const startMember = () =>
    Cluster.startMember(
      new ActorSystem({ clock, logger: quietLogger }),
      configureCluster("test", provider, new DistHashLookup(), configureRemote("localhost", 0)),
    );
  const [stays, returns] = [await startMember(), await startMember()];
  for (const times of [1, 2]) {
    const former = returns.self as Member;
    await provider.evict(former);
    lingering.push(former);
    await clock.advance(2_000);
    expect(returns.self?.id).toBe(`${returns.system.id}.${times}`);
    expect(idsSeenBy(returns)).toEqual(idsSeenBy(stays));
    expect(idsSeenBy(returns)).toHaveLength(2);
  }
  const ended = Promise.all([stays.shutdown(), returns.shutdown()]);
  await clock.advance(20_000);
  await ended;
});

test("a member that the others have blocked leaves no registration of its former id", async () => {
  const { cluster } = await start();
  await using _ = cluster;
  const [first, second, third] = cluster.members as [Cluster, Cluster, Cluster];
  const former = third.self as Member;
  const back = rejoined(third);
  for (const other of [first, second]) other.members.block([former.id]);
  const { self } = await cluster.settle(back);
  const client = await cluster.addClient();
  expect(idsSeenBy(client)).toContain(self.id);
  expect(idsSeenBy(client)).not.toContain(former.id);
});

test("a member that is let go again and again comes back more and more slowly", async () => {
  const { cluster } = await start({ members: 2 });
  await using _ = cluster;
  const second = cluster.members[1] as Cluster;
  const pausesMs: number[] = [];
  for (let round = 0; round < 6; round++) {
    const back = rejoined(second);
    const beganMs = cluster.clock.nowMs();
    await cluster.evict(second);
    await cluster.settle(back);
    pausesMs.push(cluster.clock.nowMs() - beganMs);
  }
  expect(pausesMs[0]).toBeLessThan(300);
  expect(pausesMs[5]).toBeGreaterThan(3_000);
  await cluster.clock.advance(90_000);
  const back = rejoined(second);
  const beganMs = cluster.clock.nowMs();
  await cluster.evict(second);
  await cluster.settle(back);
  expect(cluster.clock.nowMs() - beganMs).toBeLessThan(300);
});

test("a member that shuts down while it is coming back ends, and is registered nowhere", async () => {
  const { cluster } = await start({ members: 2 });
  await using _ = cluster;
  const [first, second] = cluster.members as [Cluster, Cluster];
  await cluster.evict(second);
  await cluster.settle(second.shutdown());
  await cluster.clock.advance(60_000);
  expect(idsSeenBy(first)).toEqual([first.self?.id]);
});

test("a member that shuts down while the provider takes its time to let it join again leaves that too", async () => {
  const clock = new VirtualClock();
  const inner = new InProcessProvider();
  const patience: (() => void)[] = [];
  const provider = new EvictingProvider({
    transport: inner.transport,
    joinAsClient: (context) => inner.joinAsClient(context),
    async joinAsMember(self, context) {
      if (self.id.includes(".")) await new Promise<void>((resolve) => void patience.push(resolve));
      return inner.joinAsMember(self, context);
    },
  });
  const system = () => new ActorSystem({ clock, logger: quietLogger });
  const config = configureCluster("test", provider, new DistHashLookup(), configureRemote("localhost", 0));
  const member = await Cluster.startMember(system(), config);
  await provider.evict(member.self as Member);
  await clock.advance(1_000);
  expect(patience).toHaveLength(1);
  const ended = member.shutdown();
  await clock.advance(1_000);
  patience[0]?.();
  await clock.advance(20_000);
  await ended;
  const observer = await Cluster.startClient(system(), config);
  expect(idsSeenBy(observer)).toEqual([]);
  const gone = observer.shutdown();
  await clock.advance(20_000);
  await gone;
});

test.each([
  ["shutdown", 3_000],
  ["kill", 100],
] as const)(
  "%s does not wait for a provider that keeps a returning member waiting, and is registered nowhere",
  async (how, withinMs) => {
    const clock = new VirtualClock();
    const inner = new InProcessProvider();
    const provider = new EvictingProvider({
      get transport() {
        return inner.transport;
      },
      joinAsClient: (context) => inner.joinAsClient(context),
      async joinAsMember(self, context) {
        if (self.id.includes(".")) await new Promise<void>((resolve) => void clock.schedule(10_000, resolve));
        return inner.joinAsMember(self, context);
      },
    });
    const system = () => new ActorSystem({ clock, logger: quietLogger });
    const config = configureCluster("test", provider, new DistHashLookup(), configureRemote("localhost", 0));
    const member = await Cluster.startMember(system(), config);
    await provider.evict(member.self as Member);
    await clock.advance(1_000);
    const beganMs = clock.nowMs();
    const tookMs = member[how]().then(() => clock.nowMs() - beganMs);
    await clock.advance(20_000);
    expect(await tookMs).toBeLessThan(withinMs);
    const observer = await Cluster.startClient(system(), config);
    expect(idsSeenBy(observer)).toEqual([]);
    const gone = observer.shutdown();
    await clock.advance(20_000);
    await gone;
  },
);

test("a step of the shutdown that fails does not keep the others from being taken", async () => {
  const inner = new InProcessProvider();
  const provider: ClusterProvider = {
    transport: inner.transport,
    joinAsClient: (context) => inner.joinAsClient(context),
    async joinAsMember(self, context) {
      const session = await inner.joinAsMember(self, context);
      return { ...session, leave: () => Promise.reject(new Error("no answer")) };
    },
  };
  const logger = new RecordingLogger();
  const member = await Cluster.startMember(
    new ActorSystem({ logger }),
    configureCluster("test", provider, new DistHashLookup(), configureRemote("localhost", 0)),
  );
  await member.shutdown();
  await member.ended;
  expect(logger.at("error")).toEqual(["this member could not deregister"]);
  expect(() => member.system.root.spawn(propsFromFunction(() => {}))).toThrow();
});
