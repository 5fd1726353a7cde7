import { create, toBinary } from "@bufbuild/protobuf";
import { StringValueSchema } from "@bufbuild/protobuf/wkt";
import { PID, Terminated, Watch } from "@ts-grain/actor";
import { TestProbe } from "@ts-grain/actor/testing";
import fc from "fast-check";
import { expect, test } from "vitest";
import { RemotePair } from "../test/remote-pair.ts";
import { EndpointTerminatedEvent } from "./endpoint/endpoint-events.ts";
import { TerminatedSchema } from "./gen/actor/actor_pb.ts";
import { RawPeer } from "./testing/raw-peer.ts";

const longMs = 120_000;
const mortal = new PID("b:1", "mortal");

/**
 * Watches from `a`, and returns the reasons of all that comes of it. An actor would take the first `Terminated` for each of its watches,
 * and drop what its endpoint says more.
 */
function watchBare(pair: RemotePair, target: PID, id = "watcher"): string[] {
  const { processes } = pair.a.system;
  const told: string[] = [];
  const watcher = processes.add(id, {
    sendUser: () => {},
    sendSystem: (_target, message) => {
      if (message instanceof Terminated) told.push(message.why);
    },
  })!;
  pair.a.remote.expose(id);
  processes.get(target).sendSystem(target, new Watch(watcher));
  return told;
}

function stopMortal(pair: RemotePair): void {
  pair.b.system.root.stop(mortal);
}

async function endOf(pair: RemotePair): Promise<void> {
  const ending = pair.b.remote.shutdown();
  await pair.clock.advance(100);
  await ending;
}

async function breakLink(pair: RemotePair, forMs: number): Promise<void> {
  pair.network.cut("a:1", "b:1");
  await pair.clock.advance(forMs);
  pair.network.heal("a:1", "b:1");
}

/** Breaks what `b` has dialled, or dials meanwhile. */
async function breakAnswers(pair: RemotePair, forMs: number): Promise<void> {
  pair.network.cutOneWay("b:1", "a:1");
  await pair.clock.advance(forMs);
  pair.network.heal("a:1", "b:1");
}

test.for([
  ["ends", async (pair: RemotePair) => stopMortal(pair)],
  [
    "ends, and its process says goodbye then",
    async (pair: RemotePair) => {
      stopMortal(pair);
      await pair.clock.advance(100);
      await endOf(pair);
    },
  ],
  [
    "ends as its process says goodbye",
    async (pair: RemotePair) => {
      stopMortal(pair);
      await endOf(pair);
    },
  ],
  [
    "ends, and the connections break before or after that is told",
    async (pair: RemotePair) => {
      stopMortal(pair);
      await breakLink(pair, 1);
    },
  ],
  [
    "ends while there is no connection",
    async (pair: RemotePair) => {
      const mending = breakLink(pair, 500);
      stopMortal(pair);
      await mending;
    },
  ],
  [
    "ends, and only the connection breaks on which that is told",
    async (pair: RemotePair) => {
      pair.b.system.root.send(new PID("a:1", "nobody"), create(StringValueSchema));
      await pair.clock.advance(1_000);
      stopMortal(pair);
      await breakAnswers(pair, 1);
    },
  ],
  [
    "ends when its process cannot connect, and has given that up",
    async (pair: RemotePair) => {
      const mending = breakAnswers(pair, longMs);
      stopMortal(pair);
      await mending;
    },
  ],
  [
    "is at an address that is given up, which is said from outside, too",
    async (pair: RemotePair) => {
      await breakLink(pair, longMs);
      pair.a.system.eventStream.publish(new EndpointTerminatedEvent("b:1"));
    },
  ],
  [
    "is at an address that somebody says is left, twice, and ends then",
    async (pair: RemotePair) => {
      for (const event of [new EndpointTerminatedEvent("b:1"), new EndpointTerminatedEvent("b:1")])
        pair.a.system.eventStream.publish(event);
      stopMortal(pair);
    },
  ],
  [
    "is of a process that another one replaces",
    async (pair: RemotePair) => {
      await pair.b.remote.shutdown({ graceful: false });
      pair.b = await pair.member("b", 1);
      pair.expose("mortal", () => {});
      await pair.clock.advance(longMs);
      stopMortal(pair);
    },
  ],
] as const)("an endpoint tells a watcher once, and no more, of an actor that %s", async ([, happens]) => {
  await using pair = await RemotePair.start({ network: { delayMs: 10 } });
  pair.expose("mortal", () => {});
  const told = watchBare(pair, mortal);
  await pair.clock.advance(1_000);
  expect([told, pair.b.remote.stats.watchers]).toEqual([[], 1]);
  await happens(pair);
  await pair.clock.advance(longMs);
  expect(told).toHaveLength(1);
  expect(pair.a.remote.stats.watches).toBe(0);
});

test("an actor is told once of each that it watches, however often its watches are told again", async () => {
  await using pair = await RemotePair.start({ network: { delayMs: 10 } });
  const [mortal, missing] = [pair.expose("mortal", () => {}), new PID("b:1", "missing")];
  const watcher = new TestProbe(pair.a.system);
  for (const target of [mortal, missing]) watcher.watch(target);
  await pair.clock.advance(longMs);
  expect(watcher.messages).toEqual([expect.objectContaining({ who: missing })]);
  // Each end is told on a connection that breaks, and asked for again over and over.
  for (let n = 0; n < 5; n++) {
    await breakAnswers(pair, 2_000);
    if (n === 2) stopMortal(pair);
  }
  await pair.clock.advance(longMs);
  expect(watcher.messages).toEqual([
    expect.objectContaining({ who: missing }),
    expect.objectContaining({ who: mortal }),
  ]);
  expect([pair.a.remote.stats.watches, pair.b.remote.stats.watchers]).toEqual([0, 0]);
});

test("a peer that reports an end again and again is believed once", async () => {
  await using pair = await RemotePair.start();
  const told = watchBare(pair, new PID("raw:1", "x"));
  const peer = (await RawPeer.connect(pair.network.transport(), "a:1")).greet();
  const messageData = toBinary(
    TerminatedSchema,
    create(TerminatedSchema, { who: { Address: "raw:1", Id: "x" } }),
  );
  const report = {
    typeNames: [TerminatedSchema.typeName],
    targets: [{ Address: "a:1", Id: "watcher" }],
    envelopes: [{ messageData }, { messageData }],
  };
  peer.batch(report).batch(report);
  // Nobody listens at its address, which is given up in the end.
  await pair.clock.advance(longMs);
  expect(told).toEqual(["stopped"]);
});

test("whatever links, actors and processes do, no watcher is told more than once, and in the end each is", async () => {
  const act = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({ do: fc.constant("wait" as const), ms: fc.integer({ min: 1, max: 60_000 }) }),
    },
    { weight: 3, arbitrary: fc.constant({ do: "cut" as const }) },
    { weight: 3, arbitrary: fc.constant({ do: "cut to b" as const }) },
    { weight: 3, arbitrary: fc.constant({ do: "cut to a" as const }) },
    { weight: 3, arbitrary: fc.constant({ do: "heal" as const }) },
    { weight: 2, arbitrary: fc.constant({ do: "left" as const }) },
    { weight: 4, arbitrary: fc.record({ do: fc.constant("stop" as const), which: fc.nat(4) }) },
    { weight: 1, arbitrary: fc.constant({ do: "replace" as const }) },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(act, { maxLength: 25, size: "max" }), fc.boolean(), async (acts, isOneWay) => {
      await using pair = await RemotePair.start({ network: { delayMs: 10 } });
      const targets = [0, 1, 2, 3, 4].map((n) => pair.expose(`mortal-${n}`, () => {}));
      const told = targets.map((target, n) => watchBare(pair, target, `watcher-${n}`));
      for (const one of acts) {
        if (one.do === "wait") await pair.clock.advance(one.ms);
        else if (one.do === "cut") pair.network.cut("a:1", "b:1");
        else if (one.do === "cut to b") pair.network.cutOneWay("a:1", "b:1");
        else if (one.do === "cut to a") pair.network.cutOneWay("b:1", "a:1");
        else if (one.do === "heal") pair.network.heal("a:1", "b:1");
        else if (one.do === "left") pair.a.system.eventStream.publish(new EndpointTerminatedEvent("b:1"));
        else if (one.do === "stop") pair.b.system.root.stop(targets[one.which]!);
        else {
          await pair.b.remote.shutdown({ graceful: false });
          pair.b = await pair.member("b", 1);
        }
        expect(Math.max(...told.map(({ length }) => length))).toBeLessThanOrEqual(1);
      }
      pair.network.heal("a:1", "b:1");
      // So it stays: who is watched cannot connect to who watches.
      if (isOneWay) pair.network.cutOneWay("b:1", "a:1");
      await pair.clock.advance(longMs);
      // Its process lives on, so that none is told merely because that is gone.
      for (const target of targets) pair.b.system.root.stop(target);
      await pair.clock.advance(longMs);
      expect(told.map(({ length }) => length)).toEqual([1, 1, 1, 1, 1]);
      expect(pair.a.remote.stats.watches).toBe(0);
    }),
    { numRuns: 100 },
  );
});
