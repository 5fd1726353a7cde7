import { create, fromBinary, isMessage } from "@bufbuild/protobuf";
import { VirtualClock } from "@ts-grain/actor/testing";
import { expect, test } from "vitest";
import {
  type GrainServiceOptions,
  grainClient,
  grainService,
  type MessageCodec,
} from "../src/codegenv1/index.ts";
import { Deadline } from "../src/grain/deadline.ts";
import { GrainCall } from "../src/grain/grain-call.ts";
import { InMemoryCluster } from "../src/testing/index.ts";
import { bumpRequestCodec, bumpResponseCodec } from "./gen/witness_codec.ts";
import type { WitnessGrain, WitnessGrainClient } from "./gen/witness_grain.ts";
import { BumpRequestSchema, Witness } from "./gen/witness_pb.ts";
import { Testimony } from "./witness-grain.ts";

/** A codec that counts what it does. */
function counting(codec: MessageCodec): MessageCodec & { encoded: number; decoded: number } {
  const counted = {
    ...codec,
    encoded: 0,
    decoded: 0,
    encode: (...call: Parameters<MessageCodec["encode"]>) => {
      counted.encoded++;
      codec.encode(...call);
    },
    decode: (...call: Parameters<MessageCodec["decode"]>) => {
      counted.decoded++;
      return codec.decode(...call);
    },
    read: (...call: Parameters<NonNullable<MessageCodec["read"]>>) => {
      counted.decoded++;
      return codec.read!(...call);
    },
  };
  return counted;
}

/** One member that hosts witnesses of these options, and a client that calls one with those. */
async function start(hosted: GrainServiceOptions, called: GrainServiceOptions) {
  const testimony = new Testimony();
  const kind = {
    ...testimony.kind(),
    service: grainService<WitnessGrain, WitnessGrainClient>(Witness, hosted),
  };
  const cluster = await InMemoryCluster.start({ kinds: () => [kind], members: 1 });
  const service = grainService<WitnessGrain, WitnessGrainClient>(Witness, called);
  const client = grainClient(service, await cluster.addClient(), "kitchen");
  return { cluster, client };
}

test("requests and responses between processes go through the codecs of both sides", async () => {
  const [hostRequest, hostResponse] = [counting(bumpRequestCodec), counting(bumpResponseCodec)];
  const [callRequest, callResponse] = [counting(bumpRequestCodec), counting(bumpResponseCodec)];
  const { cluster, client } = await start(
    { codecs: [hostRequest, hostResponse] },
    { codecs: [callRequest, callResponse] },
  );
  await using _ = cluster;
  await expect(cluster.settle(client.bump({ notes: ["a", "b"] }))).resolves.toMatchObject({ count: 1 });
  expect([callRequest.encoded, hostRequest.decoded]).toEqual([1, 1]);
  expect([hostResponse.encoded, callResponse.decoded]).toEqual([1, 1]);
  expect([callRequest.decoded, hostRequest.encoded, callResponse.encoded, hostResponse.decoded]).toEqual([
    0, 0, 0, 0,
  ]);
});

test.each([
  ["the grain's", { codecs: [bumpRequestCodec, bumpResponseCodec] }, {}],
  ["the caller's", {}, { codecs: [bumpRequestCodec, bumpResponseCodec] }],
])("a call is the same if only %s code has codecs", async (_side, hosted, called) => {
  const { cluster, client } = await start(hosted, called);
  await using _ = cluster;
  const response = await cluster.settle(client.bump({ notes: ["x".repeat(500)] }));
  expect(response).toMatchObject({ $typeName: "witness.BumpResponse", count: 1 });
});

test("who reads a call's message otherwise finds the request's bytes in it", () => {
  const [method] = grainService(Witness, { codecs: [bumpRequestCodec] }).methods;
  const request = create(BumpRequestSchema, { notes: ["a"] });
  const call = new GrainCall({
    method: method!,
    request,
    deadline: new Deadline(new VirtualClock(), 1_000),
    callers: [],
  });
  const wire = call.toWireMessage();
  expect(isMessage(wire)).toBe(true);
  expect(fromBinary(BumpRequestSchema, wire.messageData)).toEqual(request);
});

test.each([
  ["codecs", { codecs: [bumpRequestCodec, bumpResponseCodec] }],
  ["protobuf-es", {}],
])("a request that no codec can write fails at once, and says why (%s)", async (_codec, options) => {
  const { cluster, client } = await start(options, options);
  await using _ = cluster;
  const note = {
    toString() {
      throw new Error("this is no text");
    },
  };
  const failure = await cluster
    .settle(client.bump({ notes: [note as unknown as string] }))
    .catch((error) => error);
  expect(failure).toMatchObject({ name: "RemoteError", code: "not_serializable" });
  expect(failure.message).toContain("this is no text");
  expect(failure.cause).toBeInstanceOf(Error);
  await expect(cluster.settle(client.bump({ notes: ["a"] }))).resolves.toMatchObject({ count: 1 });
});
