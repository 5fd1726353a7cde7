import { create } from "@bufbuild/protobuf";
import { StringValueSchema } from "@bufbuild/protobuf/wkt";
import { PID } from "@ts-grain/actor";
import { TestProbe } from "@ts-grain/actor/testing";
import { expect, test } from "vitest";
import { RemotePair } from "../../test/remote-pair.ts";
import type { Connection, Transport } from "../transport/transport.ts";

/** A way into a network that asks its senders to wait while it is stuck, and counts the messages that it takes. */
class StickyWay {
  isStuck = false;
  messages = 0;
  readonly transport: Transport;
  #onWritable = (): void => {};

  constructor(inner: Transport) {
    this.transport = {
      listen: inner.listen,
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
