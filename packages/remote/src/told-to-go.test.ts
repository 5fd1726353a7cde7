// Each watch by an actor in Go is answered once, as docs/decisions/0038-who-cannot-be-told.md has it.
import { create } from "@bufbuild/protobuf";
import { StringValueSchema } from "@bufbuild/protobuf/wkt";
import { PID, propsFromFunction } from "@ts-grain/actor";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import { GoModel, type GoModelOptions } from "../test/go-model.ts";
import { losable } from "../test/losable-transport.ts";
import { RemotePair } from "../test/remote-pair.ts";
import { EndpointTerminatedEvent } from "./endpoint/endpoint-events.ts";
import { RemoteError } from "./remote-error.ts";
import { SilenceError } from "./transport/silence-error.ts";

let pair: RemotePair;
beforeEach(async () => {
  pair = await RemotePair.start({ network: { delayMs: 10 } });
});
afterEach(() => pair[Symbol.asyncDispose]());

/** A Go process at `go:1` that watches two actors of `b`, which has connected to it. */
async function watching(options: Partial<GoModelOptions> = {}): Promise<GoModel> {
  for (const name of ["mortal", "living"]) pair.expose(name, () => {});
  const go = new GoModel(pair, { systemId: "go", ...options });
  await go.listen();
  await go.watch("mortal", "living");
  sayHello();
  await pair.clock.advance(1_000);
  return go;
}

function sayHello(): void {
  pair.b.system.root.send(new PID("go:1", "anybody"), create(StringValueSchema));
}

function stop(name: string): void {
  pair.b.system.root.stop(new PID("b:1", name));
}

/** Breaks what `b` has dialled; it is free to dial again. */
function breakAnswers(): void {
  pair.network.cutOneWay("b:1", "go:1");
  pair.network.heal("b:1", "go:1");
}

test("an end is told once, and a connection that breaks later ends nothing", async () => {
  const go = await watching();
  stop("mortal");
  await pair.clock.advance(100);
  breakAnswers();
  await pair.clock.advance(60_000);
  expect([go.told, go.isConnected]).toEqual([["mortal: told"], true]);
});

test("who may not have read of an end when the connection broke is told by the end of its own", async () => {
  const go = await watching();
  stop("mortal");
  await pair.clock.advance(5);
  breakAnswers();
  await pair.clock.advance(900);
  // It may still read what had come.
  expect([go.told, go.isConnected]).toEqual([[], true]);
  await pair.clock.advance(200);
  expect([go.told, go.isConnected]).toEqual([["mortal: address", "living: address"], false]);
  await pair.clock.advance(60_000);
  expect([go.told.length, pair.b.remote.stats.watchers]).toEqual([2, 0]);
});

test("who has read of an end without our knowing is not told again", async () => {
  const go = await watching();
  go.answersAgain = false;
  stop("mortal");
  await pair.clock.advance(100);
  expect(go.told).toEqual(["mortal: told"]);
  breakAnswers();
  await pair.clock.advance(60_000);
  expect(go.told).toEqual(["mortal: told", "living: address"]);
});

test("who reads on for a moment after the connection broke is not told again", async () => {
  const go = await watching({ readMs: 500 });
  stop("mortal");
  await pair.clock.advance(100);
  breakAnswers();
  await pair.clock.advance(60_000);
  expect(go.told).toEqual(["mortal: told", "living: address"]);
});

test("what is to be told meanwhile is told by the end of the connection, too, and only so", async () => {
  const go = await watching();
  stop("mortal");
  await pair.clock.advance(5);
  breakAnswers();
  await pair.clock.advance(500);
  stop("living");
  await pair.clock.advance(60_000);
  expect(go.told).toEqual(["mortal: address", "living: address"]);
});

test("other messages that wait when the connection breaks leave with the next one all the same", async () => {
  const go = await watching();
  stop("mortal");
  await pair.clock.advance(5);
  // In one turn, so that it has not left.
  sayHello();
  breakAnswers();
  const before = go.received;
  await pair.clock.advance(60_000);
  expect([go.told, go.received - before]).toEqual([["mortal: address", "living: address"], 1]);
});

test("what is packed when the connection breaks, and may be read as well, is not told twice", async () => {
  const go = await watching();
  stop("mortal");
  await pair.clock.advance(5);
  stop("living");
  // In one turn, so that the second is packed, and has not left, when the first is in doubt.
  breakAnswers();
  await pair.clock.advance(60_000);
  expect(go.told).toEqual(["mortal: address", "living: address"]);
});

test("an end that waits for the connection leaves with the next one, and nothing is in doubt", async () => {
  const go = await watching();
  pair.network.cutOneWay("b:1", "go:1");
  await pair.clock.advance(100);
  stop("mortal");
  await pair.clock.advance(100);
  pair.network.heal("b:1", "go:1");
  await pair.clock.advance(60_000);
  expect([go.told, go.isConnected]).toEqual([["mortal: told"], true]);
});

test("an end that waits is not told to who takes its watch back, and a later watch is answered by a later end", async () => {
  const go = await watching();
  pair.network.cutOneWay("b:1", "go:1");
  await pair.clock.advance(100);
  stop("mortal");
  await pair.clock.advance(100);
  go.unwatch("mortal");
  await pair.clock.advance(100);
  pair.expose("mortal", () => {});
  await go.watch("mortal");
  await pair.clock.advance(100);
  pair.network.heal("b:1", "go:1");
  await pair.clock.advance(60_000);
  expect(go.told).toEqual([]);
  stop("mortal");
  await pair.clock.advance(100);
  expect([go.told, go.isConnected]).toEqual([["mortal: told"], true]);
});

test("a process at whose address another one answers is told by the end of its connection, and that other one of nothing", async () => {
  const go = await watching();
  pair.expose("third", () => {});
  const stray = new GoModel(pair, { systemId: "stray" });
  await stray.watch("third");
  stop("third");
  await pair.clock.advance(9_000);
  expect([stray.told, stray.isConnected]).toEqual([[], true]);
  await pair.clock.advance(2_000);
  expect([stray.told, stray.isConnected]).toEqual([["third: address"], false]);
  await pair.clock.advance(60_000);
  expect([go.told, go.isConnected]).toEqual([[], true]);
});

test("a process that has the address of another, and asks before we know of that, is told there", async () => {
  const first = await watching();
  first.hangUp();
  await first.stopListening();
  const second = new GoModel(pair, { systemId: "second" });
  await second.listen();
  await second.watch("missing", "living");
  sayHello();
  await pair.clock.advance(60_000);
  expect([second.told, second.isConnected]).toEqual([["missing: told"], true]);
  expect(first.told).toEqual(["mortal: address", "living: address"]);
});

test("two processes that go by one address, and whose watchers have the same name, are both told", async () => {
  const go = await watching();
  const stray = new GoModel(pair, { systemId: "stray" });
  await stray.watch("mortal", "living");
  await pair.clock.advance(100);
  stop("mortal");
  await pair.clock.advance(60_000);
  expect([go.told, stray.told]).toEqual([["mortal: told"], ["mortal: address", "living: address"]]);
  expect(pair.b.remote.stats.watchers).toBe(1);
});

test("what one process takes back another at its address still watches", async () => {
  const go = await watching();
  const stray = new GoModel(pair, { systemId: "stray" });
  await stray.watch("mortal");
  await pair.clock.advance(100);
  stray.unwatch("mortal");
  await pair.clock.advance(100);
  stop("mortal");
  await pair.clock.advance(60_000);
  expect([go.told, stray.told]).toEqual([["mortal: told"], []]);
});

test.for([
  ["has ended", true],
  ["stands on", false],
] as const)(
  "a successor at an address is told, also if that is said to be left meanwhile, and the connection to the one before %s",
  async ([, hasEnded]) => {
    const first = await watching();
    if (hasEnded) {
      first.hangUp();
      await first.stopListening();
      await pair.clock.advance(20);
    }
    const second = new GoModel(pair, { systemId: "second" });
    if (hasEnded) await second.listen();
    await second.watch("missing");
    await pair.clock.advance(15);
    if (!hasEnded) first.giveAddressTo(second);
    pair.b.system.eventStream.publish(new EndpointTerminatedEvent("go:1"));
    await pair.clock.advance(60_000);
    expect([second.told, second.isConnected]).toEqual([["missing: told"], true]);
  },
);

test("where the connection to the one before stands on, and nobody reads there, its successor is told over a new one", async () => {
  const first = await watching();
  first.answersAgain = false;
  first.hangUp();
  const second = new GoModel(pair, { systemId: "second" });
  first.giveAddressTo(second);
  await second.watch("missing");
  await pair.clock.advance(9_000);
  expect(second.told).toEqual([]);
  await pair.clock.advance(2_000);
  expect([second.told, second.isConnected]).toEqual([["missing: told"], true]);
});

test("who connects anew after an end in silence has told its watchers itself", async () => {
  const { transport, lose } = losable(pair.network.transport());
  const c = await pair.member("c", 1, { transport });
  for (const name of ["mortal", "living"]) {
    const props = propsFromFunction(() => {});
    c.system.root.spawnNamed(props, name);
    c.remote.expose(name);
  }
  const go = new GoModel(pair, { systemId: "go", watched: "c:1" });
  await go.listen();
  await go.watch("mortal");
  await pair.clock.advance(100);
  pair.network.cutOneWay("c:1", "go:1");
  lose(new SilenceError("no sign of life"));
  c.system.root.stop(new PID("c:1", "mortal"));
  await pair.clock.advance(50);
  go.hangUp();
  await go.watch("living");
  await pair.clock.advance(50);
  pair.network.heal("c:1", "go:1");
  await pair.clock.advance(60_000);
  expect([go.told, go.isConnected]).toEqual([["mortal: address"], true]);
  await c.remote.shutdown({ graceful: false });
});

test("what may be lost with a connection is counted once", async () => {
  const go = await watching();
  const names = Array.from({ length: 2_700 }, (_, n) => `many-${n}`);
  for (const name of names) pair.expose(name, () => {});
  for (let n = 0; n < names.length; n += 900) await go.watch(...names.slice(n, n + 900));
  await pair.clock.advance(100);
  for (const name of names) stop(name);
  await pair.clock.advance(5);
  breakAnswers();
  await pair.clock.advance(20);
  expect(pair.b.remote.stats.lost).toBe(2_700);
});

test("an end for which a connection is still being opened is told by a graceful shutdown", async () => {
  const go = new GoModel(pair, { systemId: "go" });
  await go.listen();
  const mortal = pair.expose("mortal", () => {});
  await go.watch("mortal");
  await pair.clock.advance(100);
  pair.b.system.root.stop(mortal);
  await pair.clock.advance(1);
  const ending = pair.b.remote.shutdown();
  await pair.clock.advance(5_000);
  await ending;
  expect(go.told).toEqual(["mortal: told"]);
});

test("a process that dies between an end and its answer leaves nothing behind", async () => {
  const go = await watching();
  go.answersAgain = false;
  stop("mortal");
  await pair.clock.advance(100);
  go.hangUp();
  await go.stopListening();
  await pair.clock.advance(60_000);
  expect(pair.b.remote.stats).toMatchObject({ endpoints: 0, sessions: 0 });
});

test("whatever breaks when, each watch is answered once", async () => {
  const names = ["a", "b"];
  const act = fc.record({
    kind: fc.constantFrom("stop" as const, "watch" as const, "unwatch" as const, "respawn" as const),
    name: fc.constantFrom(...names),
  });
  const step = fc.oneof(
    { arbitrary: act, weight: 3 },
    fc.record({ kind: fc.constantFrom("break" as const, "cut" as const, "heal" as const) }),
    fc.record({ kind: fc.constantFrom("say" as const, "deaf" as const, "end" as const) }),
    fc.record({ kind: fc.constant("wait" as const), ms: fc.constantFrom(1, 8, 12, 30, 300, 1_200, 20_000) }),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 1, maxLength: 14 }),
      fc.constantFrom(0, 15, 400),
      async (steps, readMs) => {
        await using it = await RemotePair.start({ network: { delayMs: 10 } });
        pair = it;
        for (const name of names) it.expose(name, () => {});
        const go = new GoModel(it, { systemId: "go", readMs });
        await go.listen();
        await go.watch(...names);
        await it.clock.advance(100);
        let isCut = false;
        const isDead = (name: string) => it.b.system.processes.getLocal(name) === undefined;
        const stopped = new Set<string>();
        /** Of which Go watches one that was stopped, whoever has their names now. */
        const due = new Set<string>();
        const isUnderWay = (name: string) => !isCut && due.has(name) && go.isWatching(name);
        const noteStop = (name: string) => stopped.add(name) && go.isWatching(name) && due.add(name);
        const noteWatch = (name: string) =>
          !go.isWatching(name) && (stopped.has(name) ? due.add(name) : due.delete(name));
        // What crosses the end of Go's own connection is told twice, which nobody can prevent: so that ends only while nothing can be under way.
        const hangUp = async (): Promise<void> => {
          await it.clock.advance(20 + readMs);
          if (names.some(isUnderWay)) return;
          go.hangUp();
          await it.clock.advance(20);
        };
        // A watch that is taken back while its answer is on its way is told, too: so only such are for which none can be.
        const unwatch = async (name: string): Promise<void> => {
          await it.clock.advance(20 + readMs);
          if (!go.isConnected || isUnderWay(name)) return;
          go.unwatch(name);
          await it.clock.advance(20);
        };
        for (const one of steps) {
          if (one.kind === "stop") noteStop(one.name);
          else if (one.kind === "watch") noteWatch(one.name);
          if (one.kind === "stop") stop(one.name);
          else if (one.kind === "break") breakAnswers();
          else if (one.kind === "cut") it.network.cutOneWay("b:1", "go:1");
          else if (one.kind === "heal") it.network.heal("b:1", "go:1");
          else if (one.kind === "say") sayHello();
          else if (one.kind === "deaf") go.answersAgain = !go.answersAgain;
          else if (one.kind === "end") await hangUp();
          else if (one.kind === "watch") await go.watch(one.name);
          else if (one.kind === "unwatch") await unwatch(one.name);
          else if (one.kind === "respawn" && isDead(one.name) && stopped.delete(one.name))
            it.expose(one.name, () => {});
          else if (one.kind === "wait") await it.clock.advance(one.ms);
          isCut = one.kind === "cut" || (isCut && one.kind !== "heal" && one.kind !== "break");
          for (const name of names) expect(timesTold(go, name)).toBeLessThanOrEqual(go.watches(name));
        }
        it.network.heal("b:1", "go:1");
        for (const name of names) stop(name);
        await it.clock.advance(120_000);
        expect(names.map((name) => timesTold(go, name))).toEqual(names.map((name) => go.watches(name)));
      },
    ),
    { numRuns: 300 },
  );
  pair = await RemotePair.start();
});

function timesTold({ told }: GoModel, name: string): number {
  return told.filter((line) => line.startsWith(`${name}:`)).length;
}

test.for([
  ["of which it may not know", new SilenceError("no sign of life"), ["mortal: told"]],
  ["that broke", new RemoteError("connection_lost", "reset"), []],
] as const)("a watch outlives its connection's end only if that is one %s", async ([, error, told]) => {
  const { transport, lose } = losable(pair.network.transport());
  const c = await pair.member("c", 1, { transport });
  c.system.root.spawnNamed(
    propsFromFunction(() => {}),
    "mortal",
  );
  c.remote.expose("mortal");
  const go = new GoModel(pair, { systemId: "go", watched: "c:1" });
  await go.listen();
  await go.watch("mortal");
  await pair.clock.advance(100);
  expect(c.remote.stats.watchers).toBe(1);
  lose(error);
  c.system.root.stop(new PID("c:1", "mortal"));
  await pair.clock.advance(60_000);
  expect([go.told, c.remote.stats.watchers]).toEqual([told, 0]);
  await c.remote.shutdown({ graceful: false });
});
