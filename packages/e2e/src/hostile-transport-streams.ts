import { connect as connectHttp2 } from "node:http2";
import { setTimeout as pause } from "node:timers/promises";
import type { HostileRig } from "./hostile-transport-rig.ts";

/** A message in gRPC's framing: a flag, its length, and itself. */
export function prefixed(body: Uint8Array, { flag = 0, length = body.length } = {}): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt8(flag, 0);
  head.writeUInt32BE(length, 1);
  return Buffer.concat([head, body]);
}

/**
 * A stream, with more headers than it needs, that begins with some bytes and goes on with one each second.
 *
 * @throws Error unless the member ends it within 6 s.
 */
export async function receiveStream(
  rig: HostileRig,
  bytes: Uint8Array,
  headers: Readonly<Record<string, string>> = {},
): Promise<void> {
  const session = connectHttp2(`http://${rig.address}`).on("error", () => {});
  // An error, as when the last byte meets a closed door, is no other end.
  const end = new Promise<void>((resolve) => session.once("close", resolve));
  const stream = session
    .request(
      {
        ":method": "POST",
        ":path": "/remote.Remoting/Receive",
        "content-type": "application/grpc",
        ...headers,
      },
      { endStream: false },
    )
    .on("error", () => {});
  stream.write(bytes);
  const trickle = setInterval(() => stream.write(Buffer.from([0])), 1_000);
  await Promise.race([end, pause(6_000)]);
  clearInterval(trickle);
  const hasEnded = session.closed || session.destroyed;
  session.destroy();
  if (!hasEnded) throw new Error("the member did not end the connection");
}
