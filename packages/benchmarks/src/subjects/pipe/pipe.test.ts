import { Duplex } from "node:stream";
import { expect, test } from "vitest";
import { idOf, processName, typeName } from "./name.ts";
import { numberTag, Pipe, type Receivers } from "./pipe.ts";

const receivesNothing: Receivers = { types: [], processes: new Map() };

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

/** The bytes of two batches: of three envelopes, of which the second has no body, and of the first once more. */
async function batches(): Promise<Buffer[]> {
  const { stream, written } = sink();
  const pipe = new Pipe(stream, receivesNothing);
  const processes = (...ids: readonly string[]) => ids.map((id) => processName("there:1", id));
  const targets = processes("a", "b");
  const senders = processes("b", "a");
  const types = ["one", "two"].map(typeName);
  const first = { type: types[0]!, target: targets[0]!, sender: senders[0]!, number: numberTag.asking };
  const send = () => pipe.send(first, 70_000, (bytes, at) => at + bytes.write("body", at));
  send();
  pipe.send({ type: types[1]!, target: targets[1]!, sender: undefined, number: numberTag.answered }, 0);
  pipe.send(
    { ...first, target: targets[1]!, sender: senders[1]! },
    5,
    (bytes, at) => at + bytes.write("three", at),
  );
  await new Promise<void>((resolve) => process.nextTick(resolve));
  send();
  await new Promise<void>((resolve) => process.nextTick(resolve));
  return written;
}

test("what is sent in one turn leaves together", async () => {
  expect(await batches()).toHaveLength(2);
});

test("a batch has Proto.Actor's bytes", async () => {
  const [batch] = await batches();
  expect(batch!.toString("hex")).toBe(
    [
      ["00", "00000065"],
      ["0a03", "6f6e65", "0a03", "74776f"],
      ["120c", "0a0774686572653a31", "120161", "120c", "0a0774686572653a31", "120162"],
      ["220c", "0a0774686572653a31", "120162", "220c", "0a0774686572653a31", "120161"],
      ["1a0c", "1204626f6479", "2001", "40f0a204"],
      ["1a04", "0801", "1801"],
      ["1a0d", "12057468726565", "1801", "2002", "4005"],
    ]
      .flat()
      .join(""),
  );
});

test("envelopes arrive whole, wherever the stream cuts them", async () => {
  const bytes = Buffer.concat(await batches());
  for (let cut = 1; cut < bytes.length; cut++) {
    const { stream } = sink();
    const arrived: unknown[] = [];
    const receive = (target: string) => (type: number, number: number) => {
      const { sender } = pipe;
      const body = pipe.bytes.toString("latin1", pipe.start, pipe.end);
      arrived.push([target, type, sender && idOf(sender), number, body]);
    };
    const processes = new Map(["a", "b"].map((id) => [id, receive(id)]));
    const pipe = new Pipe(stream, { types: ["one", "two"], processes });
    stream.emit("data", bytes.subarray(0, cut));
    stream.emit("data", bytes.subarray(cut));
    expect(arrived).toEqual([
      ["a", 0, "b", 70_000, "body"],
      ["b", 1, undefined, 0, ""],
      ["b", 0, "a", 5, "three"],
      ["a", 0, "b", 70_000, "body"],
    ]);
  }
});
