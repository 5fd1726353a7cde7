import { Duplex } from "node:stream";
import { expect, test } from "vitest";
import { Pipe } from "./pipe.ts";

/** A stream that keeps what is written. */
function sink() {
  const written: Buffer[] = [];
  const stream = new Duplex({
    read: () => {},
    write: (chunk: Buffer, _, done) => {
      written.push(chunk);
      done();
    },
  });
  return { stream, written };
}

/** The bytes of three envelopes, of which the second has no body. */
async function envelopes(): Promise<Buffer[]> {
  const { stream, written } = sink();
  const pipe = new Pipe(stream, () => {});
  pipe.send(1, 70_000, (bytes, at) => at + bytes.write("one", at));
  pipe.send(2, 0);
  pipe.send(3, 5, (bytes, at) => at + bytes.write("three", at));
  await new Promise<void>((resolve) => process.nextTick(resolve));
  return written;
}

test("what is sent in one turn leaves together", async () => {
  expect(await envelopes()).toHaveLength(1);
});

test("envelopes arrive whole, wherever the stream cuts them", async () => {
  const bytes = Buffer.concat(await envelopes());
  for (let cut = 1; cut < bytes.length; cut++) {
    const { stream } = sink();
    const arrived: unknown[] = [];
    const pipe = new Pipe(stream, (kind, id) => {
      arrived.push([kind, id, pipe.bytes.toString("latin1", pipe.start, pipe.end)]);
    });
    stream.emit("data", bytes.subarray(0, cut));
    stream.emit("data", bytes.subarray(cut));
    expect(arrived).toEqual([
      [1, 70_000, "one"],
      [2, 0, ""],
      [3, 5, "three"],
    ]);
  }
});
