import { expect, test } from "vitest";
import { type Props, propsFromFunction } from "../actor-cell/props.ts";
import { Started } from "../message/lifecycle.ts";
import { isFromRuntime } from "../message/system-message.ts";
import { PID } from "../pid/pid.ts";
import { refusing } from "../testing/refusing-process.ts";
import { TestProbe } from "../testing/test-probe.ts";
import { TestSystem } from "../testing/test-system.ts";
import { groupProps, poolProps } from "./router.ts";
import {
  AddRoutee,
  AdjustPoolSize,
  BroadcastMessage,
  GetRoutees,
  RemoveRoutee,
  type Routees,
} from "./router-messages.ts";
import { broadcast, consistentHash, type Routing, randomly, roundRobin } from "./routing.ts";

const byText = consistentHash(String);

function probes({ system }: TestSystem, count: number): TestProbe[] {
  return Array.from({ length: count }, () => new TestProbe(system));
}

async function routeesOf({ system }: TestSystem, router: PID): Promise<readonly PID[]> {
  return (await system.root.requestAsync<Routees>(router, new GetRoutees())).pids;
}

/** Props of routees that write down what each of them gets. */
function workers(log: Map<string, unknown[]>): Props {
  return propsFromFunction(({ message, self }) => {
    if (message instanceof Started) log.set(self.id, []);
    else if (!isFromRuntime(message)) log.get(self.id)!.push(message);
  });
}

test("broadcast sends each message to all", async () => {
  await using rig = new TestSystem();
  const routees = probes(rig, 3);
  const router = rig.system.root.spawn(
    groupProps(
      broadcast,
      routees.map(({ pid }) => pid),
    ),
  );
  rig.system.root.send(router, "a");
  await rig.settle();
  expect(routees.map(({ messages }) => messages)).toEqual([["a"], ["a"], ["a"]]);
});

test("round robin sends one message to each in turn", async () => {
  await using rig = new TestSystem();
  const routees = probes(rig, 3);
  const router = rig.system.root.spawn(
    groupProps(
      roundRobin,
      routees.map(({ pid }) => pid),
    ),
  );
  for (const message of [1, 2, 3, 4, 5, 6, 7]) rig.system.root.send(router, message);
  await rig.settle();
  expect(routees.map(({ messages }) => messages)).toEqual([
    [1, 4, 7],
    [2, 5],
    [3, 6],
  ]);
});

test("random sends each message to someone, and to everyone in the long run", async () => {
  await using rig = new TestSystem();
  const routees = probes(rig, 4);
  const router = rig.system.root.spawn(
    groupProps(
      randomly,
      routees.map(({ pid }) => pid),
    ),
  );
  for (let number = 0; number < 1_000; number++) rig.system.root.send(router, number);
  await rig.settle();
  const counts = routees.map(({ messages }) => messages.length);
  expect(counts.reduce((sum, count) => sum + count)).toBe(1_000);
  expect(Math.min(...counts)).toBeGreaterThan(150);
});

test("consistent hash sends messages of one key to one routee, evenly over all keys", async () => {
  await using rig = new TestSystem();
  const log = new Map<string, unknown[]>();
  const router = rig.system.root.spawn(poolProps(byText, { size: 5, props: workers(log) }));
  for (let round = 0; round < 3; round++)
    for (let key = 0; key < 500; key++) rig.system.root.send(router, `key${key}`);
  await rig.settle();
  const keys = [...log.values()].map((messages) => new Set(messages));
  expect(keys.reduce((sum, { size }) => sum + size, 0)).toBe(500);
  expect(Math.min(...keys.map(({ size }) => size))).toBeGreaterThan(60);
});

test("under consistent hash only the keys of a routee that leaves move", () => {
  const route = byText({ next: () => 0 });
  const pids = ["a", "b", "c", "d"].map((id) => new PID("x:1", id));
  const keys = Array.from({ length: 500 }, (_, number) => `key${number}`);
  const owners = keys.map((key) => route(key, pids)[0]!);
  const fewer = pids.slice(0, 3);
  const moved = keys.filter(
    (key, index) => owners[index] !== pids[3] && route(key, fewer)[0] !== owners[index],
  );
  expect(moved).toEqual([]);
});

test.each<[string, Routing]>([
  ["broadcast", broadcast],
  ["round robin", roundRobin],
  ["random", randomly],
  ["consistent hash", byText],
])("with %s and nobody to route to, a request rejects and the message is counted", async (_name, routing) => {
  await using rig = new TestSystem();
  const router = rig.system.root.spawn(groupProps(routing, []));
  await expect(rig.system.root.requestAsync(router, "a")).rejects.toMatchObject({ code: "dead_letter" });
  expect(rig.system.stats.deadLetters.no_routee).toBe(1);
});

test("a routee sees the sender and headers of who sent to the router", async () => {
  await using rig = new TestSystem();
  const echo = propsFromFunction((context) => {
    if (!isFromRuntime(context.message)) context.respond(context.headers);
  });
  const router = rig.system.root.spawn(poolProps(roundRobin, { size: 2, props: echo }));
  expect(await rig.system.root.requestAsync(router, "a", { headers: { trace: "7" } })).toEqual({
    trace: "7",
  });
});

test("routees are added once, and removed", async () => {
  await using rig = new TestSystem();
  const [one, two] = probes(rig, 2) as [TestProbe, TestProbe];
  const router = rig.system.root.spawn(groupProps(broadcast, [one.pid]));
  for (const pid of [two.pid, two.pid, one.pid]) rig.system.root.send(router, new AddRoutee(pid));
  expect(await routeesOf(rig, router)).toEqual([one.pid, two.pid]);
  rig.system.root.send(router, new RemoveRoutee(one.pid));
  rig.system.root.send(router, new RemoveRoutee(one.pid));
  expect(await routeesOf(rig, router)).toEqual([two.pid]);
  rig.system.root.send(router, "a");
  await rig.settle();
  expect([one.messages, two.messages]).toEqual([[], ["a"]]);
});

test("a group takes out a routee that ended", async () => {
  await using rig = new TestSystem();
  const [one, two] = probes(rig, 2) as [TestProbe, TestProbe];
  const router = rig.system.root.spawn(groupProps(roundRobin, [one.pid, two.pid]));
  await rig.settle();
  await rig.system.root.stopAsync(one.pid);
  expect(await routeesOf(rig, router)).toEqual([two.pid]);
});

test("a pool takes out a child that ended, and poisons one that is removed", async () => {
  await using rig = new TestSystem();
  const log = new Map<string, unknown[]>();
  const router = rig.system.root.spawn(poolProps(roundRobin, { size: 3, props: workers(log) }));
  const [first, second, third] = (await routeesOf(rig, router)) as [PID, PID, PID];
  await rig.system.root.stopAsync(first);
  expect(await routeesOf(rig, router)).toEqual([second, third]);
  rig.system.root.send(second, "queued before");
  rig.system.root.send(router, new RemoveRoutee(second));
  await rig.settle();
  expect(log.get(second.id)).toEqual(["queued before"]);
  expect(rig.system.processes.getLocal(second.id)).toBeUndefined();
  expect(await routeesOf(rig, router)).toEqual([third]);
});

test("a broadcast message reaches all, whatever the routing", async () => {
  await using rig = new TestSystem();
  const routees = probes(rig, 3);
  const router = rig.system.root.spawn(
    groupProps(
      roundRobin,
      routees.map(({ pid }) => pid),
    ),
  );
  rig.system.root.send(router, new BroadcastMessage("all"));
  await rig.settle();
  expect(routees.map(({ messages }) => messages)).toEqual([["all"], ["all"], ["all"]]);
});

test("a pool grows and shrinks as told", async () => {
  await using rig = new TestSystem();
  const router = rig.system.root.spawn(poolProps(roundRobin, { size: 2, props: workers(new Map()) }));
  rig.system.root.send(router, new AdjustPoolSize(3));
  expect(await routeesOf(rig, router)).toHaveLength(5);
  rig.system.root.send(router, new AdjustPoolSize(-4));
  expect(await routeesOf(rig, router)).toHaveLength(1);
  rig.system.root.send(router, new AdjustPoolSize(-4));
  expect(await routeesOf(rig, router)).toHaveLength(0);
});

test("a pool is listed under its name with its children below, and all are gone when it stops", async () => {
  await using rig = new TestSystem();
  const before = rig.system.stats.processes;
  const router = rig.system.root.spawnNamed(
    poolProps(roundRobin, { size: 3, props: workers(new Map()) }),
    "pool",
  );
  const routees = await routeesOf(rig, router);
  for (const { id } of routees) expect(id).toMatch(/^pool\//);
  await rig.system.root.stopAsync(router);
  expect(rig.system.stats.processes).toBe(before);
});

test("a router loses nothing while routees come and go", async () => {
  await using rig = new TestSystem();
  let got = 0;
  const counting = propsFromFunction(({ message }) => {
    if (!isFromRuntime(message)) got++;
  });
  const router = rig.system.root.spawn(poolProps(byText, { size: 10, props: counting }));
  for (let teller = 0; teller < 100; teller++) {
    for (let number = 0; number < 100; number++) rig.system.root.send(router, `${teller}/${number}`);
    rig.system.root.send(router, new AdjustPoolSize(1));
    const [oldest] = await routeesOf(rig, router);
    rig.system.root.send(router, new RemoveRoutee(oldest!));
  }
  await rig.settle();
  expect(got).toBe(10_000);
});

test("a message that one routee's address does not take reaches the others, and the router goes on", async () => {
  await using rig = new TestSystem();
  rig.system.processes.useResolver(() => refusing);
  const probe = new TestProbe(rig.system);
  const router = rig.system.root.spawn(groupProps(broadcast, [new PID("elsewhere:1", "x"), probe.pid]));
  for (const message of ["first", "second"]) rig.system.root.send(router, message);
  await rig.settle();
  expect(probe.messages).toEqual(["first", "second"]);
  expect(rig.system.stats.deadLetters.not_serializable).toBe(2);
});

test("a message that the routing cannot place is a dead letter, and the routees live on", async () => {
  await using rig = new TestSystem();
  const log = new Map<string, unknown[]>();
  const byName = consistentHash((message) => (message as { readonly name: string }).name.toLowerCase());
  const router = rig.system.root.spawn(poolProps(byName, { size: 3, props: workers(log) }));
  const before = await routeesOf(rig, router);
  await expect(rig.system.root.requestAsync(router, { anonymous: true })).rejects.toMatchObject({
    code: "dead_letter",
  });
  rig.system.root.send(router, { name: "Ada" });
  expect(await routeesOf(rig, router)).toEqual(before);
  await rig.settle();
  expect([...log.values()].flat()).toEqual([{ name: "Ada" }]);
  expect(rig.system.stats.deadLetters.no_routee).toBe(1);
  expect(rig.log.at("error")).toHaveLength(1);
});

test.each([-1, 0.5, Number.POSITIVE_INFINITY, Number.NaN])("a pool of %d routees is refused", (size) => {
  expect(() => poolProps(broadcast, { size, props: workers(new Map()) })).toThrow(
    expect.objectContaining({ code: "invalid_options" }),
  );
});

test.each([0.5, Number.POSITIVE_INFINITY, Number.NaN])("a change by %d routees is refused", (change) => {
  expect(() => new AdjustPoolSize(change)).toThrow(expect.objectContaining({ code: "invalid_options" }));
});
