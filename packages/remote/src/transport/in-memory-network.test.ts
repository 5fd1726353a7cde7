import { seededRandom } from "@ts-grain/actor";
import { VirtualClock } from "@ts-grain/actor/testing";
import { expect, test } from "vitest";
import { transportConformance } from "../testing/transport-conformance.ts";
import { InMemoryNetwork } from "./in-memory-network.ts";

const silent = { onFrame() {}, onWritable() {}, onClose() {} };

test.for(transportConformance)("the in-memory transport: $name", async ({ run }) => {
  const network = new InMemoryNetwork();
  await run({ dialler: network.transport(), listener: network.transport() });
});

test("delayed frames keep their order and repeat with the seed", async () => {
  const arrivals = async () => {
    const clock = new VirtualClock();
    const network = new InMemoryNetwork({ clock, random: seededRandom(7), delayMs: { min: 1, max: 50 } });
    const seen: string[] = [];
    await network.transport().listen({ host: "a", port: 1 }, (connection) => {
      connection.receive({ ...silent, onFrame: (frame) => seen.push(`${frame[0]}@${clock.nowMs()}`) });
    });
    const connecting = network.transport().connect("a:1", silent);
    await clock.advance(50);
    const connection = await connecting;
    for (let n = 0; n < 20; n++) connection.send(Uint8Array.of(n));
    await clock.advance(50);
    return seen;
  };
  const first = await arrivals();
  expect(first.map((arrival) => Number.parseInt(arrival, 10))).toEqual(
    Array.from({ length: 20 }, (_, n) => n),
  );
  expect(await arrivals()).toEqual(first);
});

test("a lost frame breaks its connection for both sides", async () => {
  let loses = false;
  const network = new InMemoryNetwork({ random: { next: () => (loses ? 0 : 1) }, lossRate: 0.5 });
  const ends: unknown[] = [];
  const record = { ...silent, onClose: (error: unknown) => ends.push(error) };
  await network.transport().listen({ host: "a", port: 1 }, (connection) => connection.receive(record));
  const connection = await network.transport().connect("a:1", record);
  loses = true;
  connection.send(Uint8Array.of(1));
  await Promise.resolve();
  expect(ends).toEqual([
    expect.objectContaining({ code: "connection_lost" }),
    expect.objectContaining({ code: "connection_lost" }),
  ]);
});

test("a connection that was closed has ended once what was sent has come to the other side", async () => {
  const clock = new VirtualClock();
  const network = new InMemoryNetwork({ clock, delayMs: 50 });
  let received = 0;
  await network.transport().listen({ host: "b", port: 1 }, (accepted) => {
    accepted.receive({ ...silent, onFrame: () => received++ });
  });
  const connecting = network.transport().connect("b:1", silent);
  await clock.advance(50);
  const connection = await connecting;
  connection.send(Uint8Array.of(1));
  connection.close();
  let hasEnded = false;
  void connection.closed!.then(() => {
    hasEnded = true;
  });
  await clock.advance(49);
  expect([hasEnded, received]).toEqual([false, 0]);
  await clock.advance(1);
  expect([hasEnded, received]).toEqual([true, 1]);
});

test("a cut of one way breaks what the one has dialled, and leaves what the other has", async () => {
  const network = new InMemoryNetwork();
  const [a, b] = [network.transport(), network.transport()];
  const lost: string[] = [];
  const dial = (to: string, transport = a) =>
    transport.connect(to, { ...silent, onClose: () => void lost.push(to) });
  await a.listen({ host: "a", port: 1 }, (connection) => connection.receive(silent));
  await b.listen({ host: "b", port: 1 }, (connection) => connection.receive(silent));
  await dial("b:1");
  await dial("a:1", b);
  network.cutOneWay("b:1", "a:1");
  await dial("b:1");
  expect(lost).toEqual(["a:1"]);
  await expect(dial("a:1", b)).rejects.toMatchObject({ code: "connect_failed" });
  network.heal("a:1", "b:1");
  await dial("a:1", b);
});

test("a cut breaks what connects two addresses and refuses new connections until it is healed", async () => {
  const network = new InMemoryNetwork();
  const a = network.transport();
  await a.listen({ host: "a", port: 1 }, () => {});
  await network.transport().listen({ host: "b", port: 1 }, (connection) => connection.receive(silent));
  const lost = Promise.withResolvers<Error | undefined>();
  await a.connect("b:1", { ...silent, onClose: lost.resolve });
  network.cut("a:1", "b:1");
  await expect(lost.promise).resolves.toMatchObject({ code: "connection_lost" });
  await expect(a.connect("b:1", silent)).rejects.toMatchObject({ code: "connect_failed" });
  network.heal("a:1", "b:1");
  await a.connect("b:1", silent);
});
