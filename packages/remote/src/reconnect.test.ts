import { create, isMessage, toBinary } from "@bufbuild/protobuf";
import { type StringValue, StringValueSchema } from "@bufbuild/protobuf/wkt";
import { type ActorContext, DeadLetterEvent, seededRandom } from "@ts-grain/actor";
import fc from "fast-check";
import { expect, test } from "vitest";
import { RemotePair } from "../test/remote-pair.ts";
import { RawPeer } from "./testing/raw-peer.ts";

function text(value: string): StringValue {
  return create(StringValueSchema, { value });
}

/** Puts the texts that reach an actor of `b` into a list. */
function collect(pair: RemotePair) {
  const texts: string[] = [];
  const target = pair.expose("collector", ({ message }: ActorContext) => {
    if (isMessage(message, StringValueSchema)) texts.push(message.value);
  });
  return { texts, target };
}

function batchOf(value: string) {
  return {
    typeNames: [StringValueSchema.typeName],
    targets: [{ Address: "b:1", Id: "collector" }],
    envelopes: [{ messageData: toBinary(StringValueSchema, text(value)) }],
  };
}

test("after a peer has opened a new connection nothing of its earlier one arrives any more", async () => {
  await using pair = await RemotePair.start();
  const { texts } = collect(pair);
  const connect = async () => (await RawPeer.connect(pair.network.transport(), "b:1")).greet();
  const earlier = (await connect()).batch(batchOf("first"));
  await pair.clock.settle();
  const later = await connect();
  await pair.clock.settle();
  expect(earlier.isClosed).toBe(true);
  earlier.batch(batchOf("too late"));
  later.batch(batchOf("second"));
  await pair.clock.settle();
  expect(texts).toEqual(["first", "second"]);
  expect(pair.b.remote.stats.sessions).toBe(1);
});

test("an id is a peer's own while its connection stands: at another address nobody gets in under it", async () => {
  await using pair = await RemotePair.start();
  const { texts } = collect(pair);
  const connect = async (systemId: string, address: string) =>
    (await RawPeer.connect(pair.network.transport(), "b:1")).greet({ systemId, address });
  const peers = [await connect("x", "raw:1"), await connect("y", "raw:1"), await connect("x", "raw:2")];
  await pair.clock.settle();
  peers.at(-1)?.batch(batchOf("as another"));
  await pair.clock.settle();
  expect(peers.map(({ isClosed }) => isClosed)).toEqual([false, false, true]);
  expect([texts, peers.at(-1)?.answers, pair.b.remote.stats.refused.greetings]).toEqual([[], [], 1]);
});

test("a peer that moved to another address gets in once its earlier connection is gone", async () => {
  await using pair = await RemotePair.start();
  const { texts } = collect(pair);
  const connect = async (address: string) =>
    (await RawPeer.connect(pair.network.transport(), "b:1")).greet({ systemId: "x", address });
  const earlier = await connect("raw:1");
  await pair.clock.settle();
  await connect("raw:2");
  await pair.clock.settle();
  earlier.close();
  await pair.clock.settle();
  (await connect("raw:2")).batch(batchOf("moved"));
  await pair.clock.settle();
  expect([texts, pair.b.remote.stats.sessions]).toEqual([["moved"], 1]);
});

test("however often the link breaks, what arrives is in order and no message comes twice; each arrives, is a dead letter or is counted as lost, and while the link holds none is", async () => {
  const step = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({ do: fc.constant("send" as const), count: fc.integer({ min: 1, max: 50 }) }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ do: fc.constant("wait" as const), ms: fc.integer({ min: 1, max: 300 }) }),
    },
    {
      weight: 3,
      arbitrary: fc.record({ do: fc.constant("wait" as const), ms: fc.integer({ min: 1, max: 10 }) }),
    },
    { weight: 2, arbitrary: fc.constant({ do: "cut" as const }) },
    { weight: 3, arbitrary: fc.constant({ do: "heal" as const }) },
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 40, size: "max" }),
      fc.nat(),
      fc.constantFrom(1_000, 2),
      async (steps, seed, connectAttempts) => {
        const random = seededRandom(seed);
        await using pair = await RemotePair.start({
          network: { delayMs: { min: 0, max: 30 }, random },
          // Long enough that nobody gives up, or so short that all do.
          remote: { connectAttempts, maxReconnectDelayMs: 100 },
        });
        const { texts, target } = collect(pair);
        let sent = 0;
        let cuts = 0;
        const send = (count: number) => {
          for (let n = 0; n < count; n++) pair.a.system.root.send(target, text(String(sent++)));
        };
        for (const act of steps) {
          if (act.do === "send") send(act.count);
          else if (act.do === "wait") await pair.clock.advance(act.ms);
          else if (act.do === "heal") pair.network.heal("a:1", "b:1");
          else {
            cuts++;
            pair.network.cut("a:1", "b:1");
          }
        }
        pair.network.heal("a:1", "b:1");
        await pair.clock.advance(5_000);
        send(1);
        // In steps, as an actor that has much to do makes way for others in between.
        for (let step = 0; step < 20; step++) await pair.clock.advance(50);
        const numbers = texts.map(Number);
        expect(numbers).toEqual([...new Set(numbers)].toSorted((x, y) => x - y));
        expect(numbers.at(-1)).toBe(sent - 1);
        const { lost } = pair.a.remote.stats;
        expect(numbers.length + pair.a.system.stats.deadLetters.unreachable + lost).toBe(sent);
        if (cuts === 0) expect(lost).toBe(0);
      },
    ),
    { numRuns: 100 },
  );
});

test("what is sent after the peer has ended the connection waits for the next one, though the end is not known yet", async () => {
  await using pair = await RemotePair.start({ network: { delayMs: 10 } });
  const { texts, target } = collect(pair);
  const send = (value: string) => pair.a.system.root.send(target, text(value));
  send("before");
  await pair.clock.advance(1_000);
  // Somebody greets in the name of `a`, so that `b` ends the connection of `a`; that takes a while to be heard.
  const other = (await connectRaw(pair)).greet({ systemId: pair.a.system.id, address: "a:1" });
  await pair.clock.advance(15);
  for (const value of ["x", "y", "z"]) send(value);
  await pair.clock.advance(1_000);
  expect(texts).toEqual(["before", "x", "y", "z"]);
  expect([pair.a.remote.stats.lost, other.isClosed]).toEqual([0, true]);
});

test("what is under way when the link breaks is counted as lost, whether it came in few frames or many, and what has arrived is not", async () => {
  await using pair = await RemotePair.start({ network: { delayMs: 10 }, remote: { maxBatchMessages: 20 } });
  const { texts, target } = collect(pair);
  const send = (count: number) => {
    for (let n = 0; n < count; n++) pair.a.system.root.send(target, text(String(n)));
  };
  send(70);
  await pair.clock.advance(1_000);
  send(50);
  await pair.clock.advance(5);
  pair.network.cut("a:1", "b:1");
  await pair.clock.advance(100);
  pair.network.heal("a:1", "b:1");
  send(30);
  await pair.clock.advance(10_000);
  expect([texts.length, pair.a.remote.stats.lost]).toEqual([100, 50]);
});

test("who ends its remote in order has lost nothing", async () => {
  await using pair = await RemotePair.start({ network: { delayMs: 10 } });
  const { texts, target } = collect(pair);
  pair.a.system.root.send(target, text("x"));
  await pair.clock.advance(1_000);
  pair.a.system.root.send(target, text("y"));
  const ending = pair.a.remote.shutdown();
  await pair.clock.advance(1_000);
  await ending;
  expect([texts, pair.a.remote.stats.lost]).toEqual([["x", "y"], 0]);
});

async function connectRaw(pair: RemotePair): Promise<RawPeer> {
  const connecting = RawPeer.connect(pair.network.transport(), "b:1");
  await pair.clock.advance(10);
  return connecting;
}

test("connections that break after a second or more are opened again at once, however often that happens", async () => {
  await using pair = await RemotePair.start({ network: { delayMs: 1 } });
  const { texts, target } = collect(pair);
  const send = () => pair.a.system.root.send(target, text("x"));
  send();
  for (let broken = 1; broken <= 20; broken++) {
    await pair.clock.advance(1_100);
    expect(texts).toHaveLength(broken);
    pair.network.cut("a:1", "b:1");
    pair.network.heal("a:1", "b:1");
    send();
    await pair.clock.advance(100);
    expect(texts).toHaveLength(broken + 1);
  }
});

test("every message is received, refused at once, or a dead letter with a reason", async () => {
  await using pair = await RemotePair.start({ remote: { maxBufferBytes: 50_000 } });
  const { texts, target } = collect(pair);
  const letters: DeadLetterEvent[] = [];
  pair.a.system.eventStream.subscribe((event) => event instanceof DeadLetterEvent && letters.push(event));
  const { root } = pair.a.system;
  let refused = 0;
  for (let n = 0; n < 1_000; n++) {
    try {
      root.send(target, n % 10 === 0 ? { plain: n } : text(String(n).padStart(1_000)));
    } catch {
      refused++;
    }
    if (n === 800) {
      // What left before it breaks may be lost with the connection; so nothing is on its way.
      await pair.clock.settle();
      pair.network.cut("a:1", "b:1");
      await pair.clock.settle();
    }
  }
  await pair.clock.advance(60_000);
  const reasons = Object.groupBy(letters, ({ reason }) => reason);
  expect(refused).toBeGreaterThan(0);
  expect(texts.length + letters.length + refused).toBe(1_000);
  expect(Object.keys(reasons).toSorted()).toEqual(["overloaded", "unreachable"]);
  const { overloaded, unreachable } = pair.a.system.stats.deadLetters;
  expect(overloaded + unreachable).toBe(letters.length);
});
