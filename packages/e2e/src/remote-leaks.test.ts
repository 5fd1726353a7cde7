import { setTimeout as pause } from "node:timers/promises";
import { type ActorContext, PID, propsFromFunction, Terminated } from "@ts-grain/actor";
import { expect, test } from "vitest";
import { FlakyLink } from "./flaky-link.ts";
import { OverhearingTransport } from "./overhearing-transport.ts";
import { TextMember, text } from "./text-member.ts";

const isNightly = process.env["TS_GRAIN_NIGHTLY"] === "true";
const timeout = isNightly ? 600_000 : 60_000;

/** Sockets, timers and the like that are open. */
function openResources(): number {
  return process.getActiveResourcesInfo().length;
}

/** Resolves when no more is open than before, give or take what the test runner opens. */
function untilOpenAsBefore(before: number): Promise<void> {
  return expect.poll(openResources, { timeout: 20_000 }).toBeLessThanOrEqual(before + 3);
}

/** Hears what Node warns of, such as listeners that pile up. */
function hearWarnings() {
  const warnings: string[] = [];
  const hear = ({ name, message }: Error): void => void warnings.push(`${name}: ${message}`);
  process.on("warning", hear);
  return { warnings, [Symbol.dispose]: () => process.off("warning", hear) };
}

test("L2 a peer whose connection is reset again and again leaves nothing open behind", {
  timeout,
}, async () => {
  using heard = hearWarnings();
  await using link = await FlakyLink.start();
  await using a = await TextMember.start({ reconnectDelayMs: 1, maxReconnectDelayMs: 1 });
  await using b = await TextMember.start({ advertisedHost: link.address });
  link.targetPort = b.remote.listeningPort;
  const ask = () => a.system.root.requestAsync(b.pid("echo"), text("x"), { timeoutMs: 1_000 });
  await ask();
  const before = openResources();
  const resets = isNightly ? 10_000 : 200;
  for (let reset = 0; reset < resets; reset++) {
    link.reset();
    await pause(2);
    // What left before the reset was noticed is lost.
    await ask().catch(() => undefined);
  }
  await ask();
  await untilOpenAsBefore(before);
  expect(a.remote.stats).toMatchObject({ endpoints: 1, watches: 0 });
  await expect.poll(() => b.remote.stats.sessions).toBe(1);
  expect(heard.warnings).toEqual([]);
  expect(link.connections).toBeGreaterThan(resets / 2);
});

test("L2 addresses where nobody listens are forgotten, however many there are", { timeout }, async () => {
  using heard = hearWarnings();
  await using a = await TextMember.start({ connectAttempts: 2 });
  const before = openResources();
  const addresses = isNightly ? 10_000 : 300;
  for (let sent = 0; sent < addresses; sent++) {
    // Nobody listens on the first ports of these.
    a.system.root.send(new PID(`127.1.${sent >> 8}.${sent & 0xff}:1`, "nobody"), text("x"));
    if (sent % 100 === 99) await pause(20);
  }
  await expect.poll(() => a.remote.stats.endpoints, { timeout: 60_000 }).toBe(0);
  await untilOpenAsBefore(before);
  expect(a.system.stats.deadLetters.unreachable).toBe(addresses);
  expect(heard.warnings).toEqual([]);
});

/** An actor whose context a test holds in its hand, and which counts who ended. */
class Watcher {
  context!: ActorContext;
  readonly ended: string[] = [];

  constructor({ system }: TextMember) {
    const receive = ({ message }: ActorContext): void => {
      if (message instanceof Terminated) this.ended.push(message.who.id);
    };
    const onInit = (context: ActorContext): void => {
      this.context = context;
    };
    system.root.spawn(propsFromFunction(receive, { onInit }));
  }
}

test("L4 watches that are taken back leave no watcher behind on either side", { timeout }, async () => {
  const count = isNightly ? 100_000 : 2_000;
  const transport = new OverhearingTransport("actor.Terminated");
  await using a = await TextMember.start({ transport });
  await using b = await TextMember.start({ exposed: ["echo", "collector"] });
  const watchers = Array.from({ length: 100 }, () => new Watcher(a));
  for (let watched = 0; watched < count; watched++) {
    const { context } = watchers[watched % watchers.length]!;
    context.watch(b.pid("echo"));
    context.unwatch(b.pid("echo"));
    if (watched % 1_000 === 999) await a.request(b.pid("echo"), text("x"));
  }
  expect(a.remote.stats.watches).toBe(0);
  // Whoever still stood in the actor's table of watchers would be told of its end.
  const [{ context: control, ended }] = watchers as [Watcher];
  control.watch(b.pid("collector"));
  await a.request(b.pid("echo"), text("x"));
  b.system.root.stop(b.pid("echo"));
  await pause(500);
  expect(transport.heard).toBe(0);
  b.system.root.stop(b.pid("collector"));
  await expect.poll(() => ended).toEqual(["collector"]);
  expect(transport.heard).toBe(1);
  expect(a.remote.stats.watches).toBe(0);
});

test("L4 watched actors that end leave nothing behind on either side", { timeout }, async () => {
  const count = isNightly ? 100_000 : 2_000;
  await using a = await TextMember.start();
  await using b = await TextMember.start({ exposed: ["echo", "mortals/*"], maxPeerWatches: count });
  const { context, ended } = new Watcher(a);
  // An actor has an id once somebody needs it.
  context.watch(b.pid("echo"));
  context.unwatch(b.pid("echo"));
  await a.request(b.pid("echo"), text("x"));
  const before = b.remote.stats;
  const processesBefore = [a.system.stats.processes, b.system.stats.processes];
  const mortals: PID[] = [];
  const mortal = propsFromFunction(() => undefined);
  const onInit = (parent: ActorContext): void => {
    for (let spawned = 0; spawned < count; spawned++) mortals.push(parent.spawn(mortal));
  };
  const parent = b.system.root.spawnNamed(
    propsFromFunction(() => undefined, { onInit }),
    "mortals",
  );
  for (const [index, pid] of mortals.entries()) {
    context.watch(new PID(b.remote.address, pid.id));
    if (index % 1_000 === 999) await a.request(b.pid("echo"), text("x"));
  }
  expect(a.remote.stats.watches).toBe(count);
  for (const [index, pid] of mortals.entries()) {
    b.system.root.stop(pid);
    if (index % 1_000 === 999) await pause(1);
  }
  await expect.poll(() => ended.length, { timeout: 30_000 }).toBe(count);
  expect(new Set(ended).size).toBe(count);
  expect(a.remote.stats.watches).toBe(0);
  expect(b.remote.stats).toEqual(before);
  b.system.root.stop(parent);
  // The tables of those who ended go with them.
  await expect.poll(() => [a.system.stats.processes, b.system.stats.processes]).toEqual(processesBefore);
});
