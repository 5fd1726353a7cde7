import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import type { Attack } from "./hostile-transport-floods.ts";
import { pour, toCollector } from "./hostile-transport-peers.ts";
import type { HostileRig } from "./hostile-transport-rig.ts";

const isNightly = process.env["TS_GRAIN_NIGHTLY"] === "true";
/** How long it is listened for somebody who was made to connect. */
const listenedMs = isNightly ? 60_000 : 2_000;

/** @throws Error if anybody connects to an address that only the attacker has named. */
async function nameThirdAddresses(rig: HostileRig): Promise<void> {
  let connections = 0;
  const server = createServer(() => connections++).listen(0, "127.0.0.3");
  await once(server, "listening");
  const third = `127.0.0.3:${(server.address() as AddressInfo).port}`;
  await pour(rig, 1_000, (peer, index) => {
    const address = index % 2 === 0 ? third : `127.0.0.1:${1 + index}`;
    // Who watches what is not there is told so, if it is one of the peer's own.
    const { length } = address;
    const watcher = Buffer.concat([
      Buffer.from([0x0a, length + 5, 0x0a, length]),
      Buffer.from(address),
      Buffer.from([0x12, 1, 0x78]),
    ]);
    peer.batch({
      typeNames: ["actor.Watch"],
      targets: [{ Address: rig.address, Id: "nobody" }],
      envelopes: [{ messageData: watcher }],
    });
    peer.batch({
      ...toCollector(rig),
      targets: [
        { Address: address, Id: "collector" },
        { Address: rig.address, Id: "echo" },
      ],
      senders: [{ Address: address, Id: "x" }],
      envelopes: Array.from({ length: 100 }, (_, n) => ({ target: n % 2, sender: 1 })),
    });
  });
  await pause(listenedMs);
  server.close();
  if (connections > 0) throw new Error(`${connections} connections were made to a third address`);
}

/** Messages that would make a member connect to whom an attacker names. */
export const thirdAddresses: Attack = {
  id: "H10",
  what: "100,000 messages to and from processes at other addresses, one of which is listened at, and watches for them",
  deadLetters: 100_000,
  refused: 101_000,
  timeoutMs: 180_000,
  run: nameThirdAddresses,
};
