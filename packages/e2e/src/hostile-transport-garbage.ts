import { setTimeout as pause } from "node:timers/promises";
import { GrpcTransport } from "@ts-grain/remote";
import { RawPeer } from "@ts-grain/remote/testing";
import { noise } from "./hostile-transport-bytes.ts";
import type { Attack, Tally } from "./hostile-transport-floods.ts";
import { hostileFrames } from "./hostile-transport-frames.ts";
import { pour, pourOver, toCollector } from "./hostile-transport-peers.ts";
import type { HostileRig } from "./hostile-transport-rig.ts";

const isNightly = process.env["TS_GRAIN_NIGHTLY"] === "true";
const frameCount = isNightly ? 100_000 : 3_000;
/** Below the connections that one source may have pending. */
const lanes = 8;

/** That a member answers on one connection. */
const mostGreetings = 100;

/** The beginning of a string that is longer than what follows. */
const cutShort = Buffer.from([0x0a, 0xff]);

/**
 * Sends frames that are right, nearly right or spoilt, and waits for each until it has been read: until the greeting
 * behind it is answered, or the connection is ended.
 */
async function pourFrames(rig: HostileRig, count: number): Promise<Tally> {
  const seed = Math.floor(Math.random() * 2 ** 31);
  console.log(`H2: ${count} frames from seed ${seed}`);
  let frames: Uint8Array[] = [];
  let made = 0;
  let ended = 0;
  const next = async (): Promise<Uint8Array | undefined> => {
    if (frames.length === 0 && made < count) {
      const some = Math.min(250, count - made);
      made += some;
      frames = await hostileFrames(rig.address, some, seed + made);
    }
    return frames.pop();
  };
  const transport = new GrpcTransport();
  const lane = async (): Promise<void> => {
    let peer = await acquainted(transport, rig);
    for (let frame = await next(); frame !== undefined; frame = await next()) {
      const answers = peer.raw.answers.length;
      peer.raw.sayBytes(frame).greet(peer);
      while (peer.raw.answers.length === answers && !peer.raw.isClosed) await pause(1);
      if (peer.raw.isClosed) ended++;
      else if (answers < mostGreetings - 1) continue;
      peer.raw.close();
      peer = await acquainted(transport, rig);
    }
    peer.raw.close();
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return { ended };
}

/** A peer whose greeting was answered. */
async function acquainted(transport: GrpcTransport, { address }: HostileRig) {
  const who = { systemId: `attacker-${Math.random()}`, address: "raw:1" };
  const raw = (await RawPeer.connect(transport, address)).greet(who);
  while (raw.answers.length === 0) await pause(1);
  return { raw, ...who };
}

/** Frames and messages that are none. */
export const garbage: readonly Attack[] = [
  {
    id: "H2",
    what: `${frameCount.toLocaleString("en")} frames that are right, nearly right or spoilt`,
    refused: frameCount / 10,
    timeoutMs: 600_000,
    run: (rig) => pourFrames(rig, frameCount),
  },
  {
    id: "H2",
    what: "100,000 messages that are garbage, in frames that are not",
    deadLetters: 100_000,
    run: (rig) =>
      pour(rig, 1_000, (peer) =>
        peer.batch(
          toCollector(rig, {
            envelopes: Array.from({ length: 100 }, () => ({
              messageData: Buffer.concat([cutShort, noise(40)]),
            })),
          }),
        ),
      ),
  },
  {
    id: "H2",
    what: "500 peers whose frames are garbage",
    refused: 450,
    run: (rig) => pourOver(rig, 500, (peer) => peer.sayBytes(noise(400))),
  },
];
