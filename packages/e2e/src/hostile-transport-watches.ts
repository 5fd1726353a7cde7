import { setTimeout as pause } from "node:timers/promises";
import { GrpcTransport } from "@ts-grain/remote";
import { CapturingListener, RawPeer } from "@ts-grain/remote/testing";
import { startGlutton } from "./glutton.ts";
import type { Attack, Tally } from "./hostile-transport-floods.ts";
import type { Batch } from "./hostile-transport-peers.ts";
import type { HostileRig } from "./hostile-transport-rig.ts";

const isNightly = process.env["TS_GRAIN_NIGHTLY"] === "true";
/** Connections that ask for more than they take, one after the other. */
const rounds = isNightly ? 10 : 2;
/** More than a peer may have, in batches of a thousand. */
const batchesOfWatches = isNightly ? 1_000 : 60;
const refusedWatches = batchesOfWatches * 1_000 - 32_768;

/** A field of bytes whose length takes two bytes. */
function field(number: number, bytes: Buffer): Buffer {
  const { length } = bytes;
  return Buffer.concat([Buffer.from([number * 8 + 2, (length % 128) + 128, length >> 7]), bytes]);
}

/** A thousand watches of one actor, by as many actors with names of this length. */
function watches(rig: HostileRig, Id: string, from: string, { batch = 0, nameBytes = 200 } = {}): Batch {
  return {
    typeNames: ["actor.Watch"],
    targets: [{ Address: rig.address, Id }],
    envelopes: Array.from({ length: 1_000 }, (_, n) => {
      const name = Buffer.from(`w${batch}-${n}`.padEnd(nameBytes, "x"));
      const address = Buffer.from(from);
      const watcher = Buffer.concat([Buffer.from([0x0a, address.length]), address, field(2, name)]);
      return { messageData: field(1, watcher) };
    }),
  };
}

async function peerAt(
  { address }: HostileRig,
  own: string,
  systemId = `watcher-${Math.random()}`,
): Promise<RawPeer> {
  const peer = await RawPeer.connect(new GrpcTransport(), address);
  return peer.greet({ systemId, address: own });
}

/** @throws Error unless the member ends the connection. */
async function askUnread(rig: HostileRig): Promise<Tally> {
  using glutton = await startGlutton();
  const ask = (batch: number): Batch => watches(rig, "nobody", glutton.address, { batch, nameBytes: 900 });
  for (let round = 0; round < rounds; round++) {
    const peer = await peerAt(rig, glutton.address);
    for (let sent = 0; sent < 200 && !peer.isClosed; sent++) {
      peer.batch(ask(sent));
      await pause(10);
    }
    const patience = performance.now() + 5_000;
    while (!peer.isClosed && performance.now() < patience) await pause(10);
    if (!peer.isClosed) throw new Error("the member did not end the connection");
  }
  return { ended: rounds };
}

/** Takes what comes until so many messages have. */
async function takeAll(listener: CapturingListener, messages: number): Promise<void> {
  for (let taken = 0; taken < messages; ) taken += (await listener.nextBatch()).envelopes.length;
}

async function watchForAll(rig: HostileRig): Promise<void> {
  // It takes what it is told: as a Go peer it is told of each watch that is refused.
  const systemId = "all";
  await using listener = await CapturingListener.start(new GrpcTransport(), { systemId });
  const told = takeAll(listener, refusedWatches);
  const { address } = listener;
  const peer = await peerAt(rig, address, systemId);
  for (let batch = 0; batch < batchesOfWatches && !peer.isClosed; batch++) {
    peer.batch(watches(rig, "echo", address, { batch }));
    await pause(5);
  }
  await told;
  peer.close();
  await pause(100);
  // Another process at its address shows that it is gone, so that its watches are, too.
  const successor = await peerAt(rig, address);
  await pause(100);
  successor.close();
}

/** Watches that pile up: their answers, or they themselves. */
export const watchFloods: readonly Attack[] = [
  {
    id: "H12",
    what: "up to 200,000 watches of what is not there on each of several connections, by actors of a listener that never reads",
    run: askUnread,
  },
  {
    id: "H12",
    what: "tens of thousands of watches of one living actor",
    refused: refusedWatches,
    // The most that a peer may have live until it is known to be gone, 16 MiB with such names, while a million others are made and refused.
    ...(isNightly ? { mostMebibytes: 96 } : {}),
    run: watchForAll,
  },
];
