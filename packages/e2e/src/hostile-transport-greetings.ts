import { setTimeout as pause } from "node:timers/promises";
import { GrpcTransport } from "@ts-grain/remote";
import { RawPeer } from "@ts-grain/remote/testing";
import type { Attack } from "./hostile-transport-floods.ts";
import { toCollector } from "./hostile-transport-peers.ts";
import type { HostileRig } from "./hostile-transport-rig.ts";

/** Milliseconds in which a member shows out who greets wrongly. */
const shownOutMs = 1_000;
const rounds = 25;

type Say = (peer: RawPeer, rig: HostileRig) => void;

/** A greeting in a name, with what a ts-grain member says of itself. */
function hello(peer: RawPeer, said: { readonly protocol?: number; readonly clusterName?: string }): void {
  const connection = { SystemId: `odd-${Math.random()}`, Address: "raw:1", hello: { protocol: 1, ...said } };
  peer.say({
    case: "connectRequest",
    value: { connectionType: { case: "serverConnection", value: connection } },
  });
}

/** What is said by somebody who is no peer, or should be none. */
const wrong: readonly Say[] = [
  (peer, rig) => peer.batch(toCollector(rig)),
  (peer) => peer.greet({ systemId: "a", address: "raw:1" }).greet({ systemId: "b", address: "raw:1" }),
  (peer, rig) => peer.greet({ systemId: `me-${Math.random()}`, address: rig.address }),
  (peer, rig) => peer.greet({ systemId: rig.ids.honest, address: "raw:1" }),
  (peer, rig) => peer.greet({ systemId: rig.ids.victim, address: "raw:1" }),
  (peer) => peer.greet({ systemId: "", address: "raw:1" }),
  (peer) => peer.greet({ systemId: "x".repeat(1_000), address: "raw:1" }),
  (peer) => hello(peer, { clusterName: "another cluster" }),
  ...[0, 2, 2 ** 32 - 1].map(
    (protocol): Say =>
      (peer) =>
        hello(peer, { protocol }),
  ),
];

/** @throws Error unless the member hangs up in time. */
async function expectShownOut(rig: HostileRig, say: Say, index: number): Promise<void> {
  const peer = await RawPeer.connect(new GrpcTransport(), rig.address);
  const startMs = performance.now();
  say(peer, rig);
  // Whoever it is now: nothing of it arrives.
  peer.batch(toCollector(rig));
  while (!peer.isClosed && performance.now() - startMs < shownOutMs) await pause(1);
  const isClosed = peer.isClosed;
  peer.close();
  // A stranger that was shown out stays for a tenth of a second; more than sixteen would leave newcomers from the same source no room.
  await pause(10);
  if (!isClosed) throw new Error(`the member did not show out who greets in the wrong way ${index}`);
}

/** Who does not greet, or greets as it may not. */
export const wrongGreetings: Attack = {
  id: "H6",
  what: `${rounds * wrong.length} peers that greet not at all, twice as others, as us, as who is connected, for another cluster, or in another version`,
  refused: rounds * wrong.length,
  run: async (rig) => {
    for (let round = 0; round < rounds; round++)
      for (const [index, say] of wrong.entries()) await expectShownOut(rig, say, index);
  },
};
