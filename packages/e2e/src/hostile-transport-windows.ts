import { once } from "node:events";
import { type ClientHttp2Stream, connect as connectHttp2, type Settings } from "node:http2";
import { setTimeout as pause } from "node:timers/promises";
import type { Attack } from "./hostile-transport-floods.ts";
import { framesOf } from "./hostile-transport-frames.ts";
import type { HostileRig } from "./hostile-transport-rig.ts";

/** A stream to a member, with the settings of a client that tests want. */
export async function openStream(address: string, settings: Settings = {}): Promise<ClientHttp2Stream> {
  const session = connectHttp2(`http://${address}`, { settings });
  session.on("error", () => {});
  await once(session, "connect");
  return session
    .request(
      { ":method": "POST", ":path": "/remote.Remoting/Receive", "content-type": "application/grpc" },
      { endStream: false },
    )
    .on("error", () => {});
}

/** A stream to a member which may send nothing on it, ever. */
export function openWithoutWindow(address: string): Promise<ClientHttp2Stream> {
  return openStream(address, { initialWindowSize: 0 });
}

/** A greeting as it goes over the wire. */
export async function greeting(systemId: string): Promise<Buffer> {
  const [frame] = await framesOf((peer) => peer.greet({ systemId, address: "raw:1" }));
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(frame!.length, 1);
  return Buffer.concat([prefix, frame!]);
}

/** Asks again and again who is there, and takes no answer. @throws Error unless the member ends that. */
async function greetUnread({ address }: HostileRig, index: number): Promise<void> {
  const stream = await openWithoutWindow(address);
  const bytes = await greeting(`unread-${index}-${Math.random()}`);
  const hundred = Buffer.concat(Array.from({ length: 100 }, () => bytes));
  const session = stream.session!;
  const end = once(session, "close").then(() => true);
  for (let sent = 0; sent < 100_000 && !session.destroyed; sent += 100) {
    // The member's own window lets 16 MiB in, far more than this.
    stream.write(hundred);
    if (sent % 10_000 === 0) await pause(1);
  }
  const isEnded = await Promise.race([end, pause(8_000, false)]);
  session.destroy();
  if (!isEnded) throw new Error("the member did not end the connection");
}

/** Answers that pile up because nobody takes them. */
export const unread: Attack = {
  id: "H12",
  what: "10 peers that never open their window and greet 100,000 times each",
  refused: 10,
  run: async (rig) => {
    await Promise.all(Array.from({ length: 10 }, (_, index) => greetUnread(rig, index)));
  },
};
