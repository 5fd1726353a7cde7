import { gzipSync } from "node:zlib";
import type { Attack } from "./hostile-transport-floods.ts";
import type { HostileRig } from "./hostile-transport-rig.ts";
import { prefixed, receiveStream } from "./hostile-transport-streams.ts";
import { greeting } from "./hostile-transport-windows.ts";

const mebibyte = 1024 * 1024;
const rounds = 10;

/** Lengths that are announced: 4 GiB less one byte, which is −1 for who reads it with a sign, 2 GiB, and 1 GiB. */
const lengths = [0xff_ff_ff_ff, 0x80_00_00_00, 0x40_00_00_00];
/** What the stream says of how its messages are compressed; gzip is the one that gRPC knows by itself. */
const encodings = [
  {},
  { "grpc-encoding": "identity" },
  { "grpc-encoding": "zip-of-nobody" },
  { "grpc-encoding": "gzip" },
];

/** As much nothing as unpacks to so many MiB, a thousandth of that long. */
function bomb(mebibytes: number): Buffer {
  const one = gzipSync(Buffer.alloc(mebibyte));
  return Buffer.concat(Array.from({ length: mebibytes }, () => one));
}

async function announce(rig: HostileRig): Promise<void> {
  const [small, large] = [bomb(10), bomb(1024)];
  for (let round = 0; round < rounds; round++) {
    for (const length of lengths) await receiveStream(rig, prefixed(Buffer.alloc(0), { length }));
    for (const headers of encodings) await receiveStream(rig, prefixed(small, { flag: 1 }), headers);
    // Who is known may send more.
    const hello = await greeting(`bomber-${Math.random()}`);
    await receiveStream(rig, Buffer.concat([hello, prefixed(large, { flag: 1 })]), encodings[3]);
  }
}

/** Messages whose first five bytes promise too much. */
export const oddPrefixes: Attack = {
  id: "H3",
  what: `${rounds * (lengths.length + encodings.length + 1)} streams that announce 1 to 4 GiB, or send gzip bombs of 10 MiB and, once they have greeted, of 1 GiB`,
  refused: rounds * (lengths.length + encodings.length + 1),
  run: announce,
};
