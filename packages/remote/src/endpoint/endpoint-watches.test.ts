import { create } from "@bufbuild/protobuf";
import { StringValueSchema } from "@bufbuild/protobuf/wkt";
import { ActorSystem, PID, Terminated, Unwatch, Watch } from "@ts-grain/actor";
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
