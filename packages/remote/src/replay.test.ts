import { create, isMessage } from "@bufbuild/protobuf";
import { StringValueSchema } from "@bufbuild/protobuf/wkt";
import { type ActorContext, PID } from "@ts-grain/actor";
import { expect, test } from "vitest";
import { type Member, RemotePair } from "../test/remote-pair.ts";
import { RawPeer } from "./testing/raw-peer.ts";
import type { Connection, ConnectionHandlers, Transport } from "./transport/transport.ts";

/** What went over the one connection that a transport opened. */
class Recording {
  readonly said: Uint8Array[] = [];
  readonly answered: Uint8Array[] = [];

  /** The same transport, overheard. */
  of(transport: Transport): Transport {
    return {
      listen: (at, accept) => transport.listen(at, accept),
      connect: async (address, handlers, options) =>
        this.#overhear(await transport.connect(address, this.#listen(handlers), options)),
    };
  }

  #listen(handlers: ConnectionHandlers): ConnectionHandlers {
    return {
      onFrame: (frame) => {
        this.answered.push(frame.slice());
        handlers.onFrame(frame);
      },
      onWritable: () => handlers.onWritable(),
      onClose: (error) => handlers.onClose(error),
    };
  }

  #overhear(connection: Connection): Connection {
    return {
      send: (frame) => {
        this.said.push(frame.slice());
        return connection.send(frame);
      },
      close: () => connection.close(),
      probe: () => connection.probe(),
    };
  }
}

/** A pair with a token, a third member that was overheard as it sent a text to `b`, and what has reached `b`. */
async function scene() {
  const pair = await RemotePair.start({
    remote: { clusterName: "c", clusterToken: "a token of some length" },
  });
  const reached: string[] = [];
  const target = pair.expose("target", ({ message }: ActorContext) => {
    if (isMessage(message, StringValueSchema)) reached.push(message.value);
  });
  const recording = new Recording();
  const dialler = await pair.member("dialler", 1, { transport: recording.of(pair.network.transport()) });
  const send = (to: PID) => dialler.system.root.send(to, create(StringValueSchema, { value: "once" }));
  send(target);
  await pair.clock.settle();
  return { pair, reached, recording, dialler, send };
}

async function leave({ remote, system }: Member, { clock }: RemotePair): Promise<void> {
  await remote.shutdown({ graceful: false });
  const stopping = system.shutdown();
  await clock.advance(20_000);
  await stopping;
}

test("what a member with the cluster's token once said opens no other connection, and nothing of it arrives again", async () => {
  const { pair, reached, recording, dialler } = await scene();
  await using _ = pair;
  await leave(dialler, pair);
  expect([reached, recording.said.length]).toEqual([["once"], 3]);
  const peer = await RawPeer.connect(pair.network.transport(), pair.b.remote.address);
  for (const frame of recording.said) {
    peer.sayBytes(frame.slice());
    await pair.clock.settle();
  }
  expect([peer.isClosed, peer.answers.length, reached]).toEqual([true, 1, ["once"]]);
  expect(pair.b.remote.stats).toMatchObject({ sessions: 0, refused: { greetings: 1 } });
});

test("what a listener with the cluster's token once answered makes nobody else one: nothing is sent to it", async () => {
  const { pair, recording, dialler, send } = await scene();
  await using _ = pair;
  const heard: Uint8Array[] = [];
  const impostor = await pair.network.transport().listen({ host: "impostor", port: 1 }, (connection) => {
    const answers = recording.answered.map((frame) => frame.slice());
    connection.receive({
      onFrame: (frame) => {
        heard.push(frame);
        const answer = answers.shift();
        if (answer) connection.send(answer);
      },
      onWritable() {},
      onClose() {},
    });
  });
  expect(recording.answered).toHaveLength(2);
  send(new PID("impostor:1", "target"));
  await pair.clock.advance(60_000);
  // Introductions only, one for each attempt.
  expect(heard.length).toBeGreaterThan(0);
  for (const frame of heard) expect(Buffer.from(frame).includes("once")).toBe(false);
  expect(dialler.system.stats.deadLetters.unreachable).toBe(1);
  await impostor.close();
  await leave(dialler, pair);
});
