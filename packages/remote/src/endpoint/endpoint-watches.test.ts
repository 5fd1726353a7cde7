import { create } from "@bufbuild/protobuf";
import { StringValueSchema } from "@bufbuild/protobuf/wkt";
import { ActorSystem, PID, propsFromFunction, Terminated, Unwatch, Watch } from "@ts-grain/actor";
import { quietLogger, TestProbe, VirtualClock } from "@ts-grain/actor/testing";
import { expect, test } from "vitest";
import { RemotePair } from "../../test/remote-pair.ts";
import type { Connection, Transport } from "../transport/transport.ts";
import { NumberedTerminated, type NumberedWatch } from "../wire/numbered.ts";
import { EndpointWatches } from "./endpoint-watches.ts";
import { PeerWatches } from "./peer-watches.ts";

/** A way into a network that asks its senders to wait while it is stuck, and counts the messages that it takes. */
class StickyWay {
  isStuck = false;
  messages = 0;
  readonly transport: Transport;
  #onWritable = (): void => {};

  constructor(inner: Transport) {
    this.transport = {
      listen: (at, accept) => inner.listen(at, accept),
      connect: async (address, handlers, options) => {
        this.#onWritable = () => handlers.onWritable();
        return this.#around(await inner.connect(address, handlers, options));
      },
    };
  }

  free(): void {
    this.isStuck = false;
    this.#onWritable();
  }

  /** For one frame. */
  makeRoom(): void {
    this.#onWritable();
  }

  #around(connection: Connection): Connection {
    return {
      probe: () => connection.probe(),
      close: () => connection.close(),
      send: (frame, messages = 0) => {
        this.messages += messages;
        connection.send(frame, messages);
        return !this.isStuck;
      },
    };
  }
}

test("an end is told to who watches, with the number of the watch, and to nobody who was told or has taken the watch back", () => {
  const system = new ActorSystem({ logger: quietLogger, clock: new VirtualClock() });
  const { clock, processes, random } = system;
  const peerWatches = new PeerWatches({ clock, patienceMs: 0, mostOfAPeer: 10, drop() {} });
  const later = (): void => {};
  const watches = new EndpointWatches({ clock, later, peerWatches, processes, random }, () => true);
  const [watchee, watcher] = [new PID("here:1", "x"), new PID("there:1", "w")];
  const peer = { systemId: "p", address: "there:1", isTsGrain: true, features: new Set<number>() };
  const ended = () => watches.answersFor(watcher, new Terminated(watchee));
  peerWatches.add(peer, { watchee, watcher, number: 7 });
  const answer = new NumberedTerminated(watchee, "stopped", 7);
  expect([ended(), ended()]).toEqual([[{ watcher, answer, systemId: "p" }], []]);
  peerWatches.add(peer, { watchee, watcher, number: 8 });
  peerWatches.take({ watchee, watcher }, "p");
  expect(ended()).toEqual([]);
});

test("a watch that was put off is told in a moment, and one that was taken back before is not spoken of", async () => {
  const clock = new VirtualClock();
  const { processes, random } = new ActorSystem({ logger: quietLogger, clock });
  const peerWatches = new PeerWatches({ clock, patienceMs: 0, mostOfAPeer: 10, drop() {} });
  const later = (callback: () => void) => clock.eventLoop!.later(callback);
  const told: string[] = [];
  const watches = new EndpointWatches({ clock, later, peerWatches, processes, random }, ({ id }) => {
    told.push(id);
    return true;
  });
  const watcher = new PID("here:1", "w");
  const putOff = (id: string) => {
    const noted = watches.note(new PID("there:1", id), new Watch(watcher));
    watches.putOff(noted as NumberedWatch);
  };
  const takeBack = (id: string) => watches.note(new PID("there:1", id), new Unwatch(watcher));
  putOff("kept");
  putOff("dropped");
  expect(takeBack("dropped")).toBeUndefined();
  await clock.advance(1_500);
  expect(told).toEqual(["kept"]);
  expect(takeBack("kept")).toBeInstanceOf(Unwatch);
});

test("a watch is not told again behind what the peer does not take, and is once it does", async () => {
  await using pair = await RemotePair.start();
  const target = pair.expose("living", () => {});
  const way = new StickyWay(pair.network.transport());
  const stuck = await pair.member("stuck", 1, { transport: way.transport });
  new TestProbe(stuck.system).watch(target);
  await pair.clock.advance(1_000);
  expect(way.messages).toBe(1);
  way.isStuck = true;
  stuck.system.root.send(target, create(StringValueSchema));
  await pair.clock.advance(150_000);
  expect(way.messages).toBe(2);
  way.free();
  await pair.clock.settle();
  // Nothing has waited behind it.
  expect(way.messages).toBe(2);
  await pair.clock.advance(15_000);
  expect(way.messages).toBe(3);
  pair.b.system.root.stop(new PID("b:1", "living"));
  await stuck.remote.shutdown({ graceful: false });
});

test("the end of an actor leaves behind what was sent to its watcher before, and in front of what is sent later, also where there is little room", async () => {
  await using pair = await RemotePair.start({ remote: { maxBatchMessages: 2 } });
  const watcher = new TestProbe(pair.a.system);
  pair.a.remote.expose(watcher.pid.id);
  const way = new StickyWay(pair.network.transport());
  const stuck = await pair.member("stuck", 1, { transport: way.transport });
  const target = stuck.system.root.spawnNamed(
    propsFromFunction(() => {}),
    "mortal",
  );
  stuck.remote.expose("mortal");
  const say = (value: string): void =>
    stuck.system.root.send(new PID("a:1", watcher.pid.id), create(StringValueSchema, { value }));
  watcher.watch(new PID("stuck:1", "mortal"));
  say("hello");
  await pair.clock.advance(1_000);
  way.isStuck = true;
  for (const value of ["1", "2", "3"]) say(value);
  await pair.clock.settle();
  stuck.system.root.stop(target);
  await pair.clock.settle();
  for (const value of ["4", "5", "6", "7"]) say(value);
  for (let room = 0; room < 10; room++) {
    way.makeRoom();
    await pair.clock.settle();
  }
  const order = watcher.messages.map((message) =>
    message instanceof Terminated ? "end" : (message as { value: string }).value,
  );
  expect(order).toEqual(["hello", "1", "2", "3", "4", "end", "5", "6", "7"]);
  await stuck.remote.shutdown({ graceful: false });
});
