import fc from "fast-check";
import { expect, test } from "vitest";
import { RemoteError } from "../../remote-error.ts";
import { GrpcDeframer, withPrefix } from "./grpc-deframer.ts";

function joined(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

/** Cuts bytes at the given places, taken modulo the length. */
function cut(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const at = [...new Set(places.map((place) => place % (bytes.length + 1)))].sort((a, b) => a - b);
  return [0, ...at].map((start, i) => bytes.slice(start, at[i] ?? bytes.length));
}

test("messages come out as they went in, however the stream is cut", () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.oneof(fc.uint8Array({ maxLength: 30 }), fc.uint8Array({ minLength: 1500, maxLength: 4000 })),
        { maxLength: 8 },
      ),
      fc.array(fc.nat(), { maxLength: 30 }),
      (frames, places) => {
        const seen: Uint8Array[] = [];
        const deframer = new GrpcDeframer(4000, (frame) => seen.push(new Uint8Array(frame)));
        for (const chunk of cut(joined(frames.map(withPrefix)), places)) deframer.push(chunk);
        expect(seen).toEqual(frames);
        expect(deframer.isInside).toBe(false);
      },
    ),
  );
});

test("a message is handed out in the kind of array that its chunks are, whether it was split or not", () => {
  const areBuffers: boolean[] = [];
  const deframer = new GrpcDeframer(4000, (frame) => areBuffers.push(Buffer.isBuffer(frame)));
  const framed = withPrefix(new Uint8Array(3000)) as Buffer;
  deframer.push(framed);
  deframer.push(framed.subarray(0, 2));
  deframer.push(framed.subarray(2, 1500));
  deframer.push(framed.subarray(1500));
  // What V8 has compiled for one kind it would throw away when it met another.
  expect(areBuffers).toEqual([true, true]);
});

test("whatever bytes come, only a typed error is thrown and memory follows what has arrived", () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 64 })), (chunks) => {
      let total = 0;
      const deframer = new GrpcDeframer(1000, (frame) => {
        total += frame.length;
      });
      try {
        for (const chunk of chunks) deframer.push(chunk);
      } catch (error) {
        if (!RemoteError.is(error)) throw error;
      }
      expect(total).toBeLessThanOrEqual(chunks.reduce((sum, { length }) => sum + length, 0));
    }),
  );
});

test("a compressed message and one above the limit are refused on their prefix", () => {
  const deframer = () => new GrpcDeframer(16, () => {});
  expect(() => deframer().push(Uint8Array.of(1, 0, 0, 0, 1))).toThrow(
    expect.objectContaining({ code: "malformed_frame" }),
  );
  for (const length of [
    [0, 0, 0, 17],
    [0x40, 0, 0, 0],
    [0xff, 0xff, 0xff, 0xff],
  ]) {
    expect(() => deframer().push(Uint8Array.of(0, ...length))).toThrow(
      expect.objectContaining({ code: "limit_exceeded" }),
    );
  }
});
