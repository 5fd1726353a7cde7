import { create, toBinary } from "@bufbuild/protobuf";
import { StringValueSchema } from "@bufbuild/protobuf/wkt";
import { expect, test } from "vitest";
import { RemotePair } from "../test/remote-pair.ts";
import { RawPeer } from "./testing/raw-peer.ts";

type Batch = Exclude<Parameters<RawPeer["batch"]>[0], { readonly $typeName: string }>;

const messageData = toBinary(StringValueSchema, create(StringValueSchema, { value: "hi" }));
const headers = (count: number, value: string) => ({
  messageHeader: {
    headerData: Object.fromEntries(Array.from({ length: count }, (_, n) => [`h${n}`, value])),
  },
});

/** What a peer that sends a batch comes to. */
async function send(rest: Batch) {
  await using pair = await RemotePair.start({
    remote: {
      maxFrameBytes: 2_000,
      maxBatchMessages: 5,
      maxNameBytes: 40,
      maxHeaders: 3,
      maxHeaderBytes: 100,
    },
  });
  let reached = 0;
  pair.expose("target", () => {
    reached++;
  });
  const peer = (await RawPeer.connect(pair.network.transport(), "b:1")).greet();
  await pair.clock.settle();
  const before = reached;
  peer.batch({
    typeNames: [StringValueSchema.typeName],
    targets: [{ Address: "b:1", Id: "target" }],
    envelopes: [{ messageData }],
    ...rest,
  });
  await pair.clock.settle();
  return { reached: reached - before, isClosed: peer.isClosed, refused: pair.b.remote.stats.refused.frames };
}

test.for([
  {
    what: "envelopes",
    limit: "maxBatchMessages",
    most: 5,
    of: (n: number) => ({ envelopes: new Array(n).fill({ messageData }) }),
  },
  {
    what: "bytes of an id",
    limit: "maxNameBytes",
    most: 40,
    of: (n: number) => ({
      targets: [
        { Address: "b:1", Id: "target" },
        { Address: "b:1", Id: "x".repeat(n) },
      ],
    }),
  },
  {
    what: "headers",
    limit: "maxHeaders",
    most: 3,
    of: (n: number) => ({ envelopes: [{ messageData, ...headers(n, "") }] }),
  },
  {
    what: "bytes of headers",
    limit: "maxHeaderBytes",
    most: 100,
    // A header of one entry has eight bytes beside its value.
    of: (n: number) => ({ envelopes: [{ messageData, ...headers(1, "x".repeat(n - 8)) }] }),
  },
])(
  "as many $what as $limit says are taken, and one more ends the connection and is counted",
  async ({ most, of }) => {
    const taken = await send(of(most));
    expect(taken).toMatchObject({ isClosed: false, refused: 0 });
    expect(taken.reached).toBeGreaterThan(0);
    await expect(send(of(most + 1))).resolves.toEqual({ reached: 0, isClosed: true, refused: 1 });
  },
);
