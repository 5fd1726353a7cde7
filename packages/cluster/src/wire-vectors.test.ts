import {
  create,
  type DescMessage,
  fromBinary,
  type Message,
  type MessageInitShape,
  toBinary,
} from "@bufbuild/protobuf";
import { AnySchema, anyPack, EmptySchema } from "@bufbuild/protobuf/wkt";
import { systemRandom } from "@ts-grain/actor";
import { quietLogger } from "@ts-grain/actor/testing";
import { ByteWriter } from "@ts-grain/remote";
import { expect, test } from "vitest";
import { ActivationRequestSchema, ActivationResponseSchema } from "./gen/cluster/cluster_pb.ts";
import { GossipResponseSchema, MemberHeartbeatSchema } from "./gen/cluster/gossip_pb.ts";
import { GrainErrorResponseSchema, GrainRequestSchema } from "./gen/cluster/grain_pb.ts";
import { GrainError } from "./grain/grain-error.ts";
import { toGrainFailure } from "./grain/grain-failure.ts";
import { grainRequestCodec } from "./grain/grain-request-codec.ts";
import { activationCodecs } from "./identity/activation-codecs.ts";

// The expected bytes were produced by Proto.Actor Go. docs/protocol.md shows them.

/** The bytes of a message: by our own codec if its type has one, which protobuf-es then agrees with. */
function hexOf<Desc extends DescMessage>(schema: Desc, fields: MessageInitShape<Desc>): string {
  const message = create(schema, fields);
  const bytes = toBinary(schema, message);
  const codec = [grainRequestCodec, ...activationCodecs].find(({ typeName }) => typeName === schema.typeName);
  if (codec) {
    const into = new ByteWriter();
    codec.encode(message as Message, into);
    expect(into.view()).toEqual(new Uint8Array(bytes));
    expect(codec.decode(bytes, 0, bytes.length)).toMatchObject(fields);
  }
  return Buffer.from(bytes).toString("hex");
}

test("a request for an activation has Go's bytes", () => {
  const clusterIdentity = { identity: "abc", kind: "Hello" };
  expect(hexOf(ActivationRequestSchema, { clusterIdentity })).toBe("0a0c0a03616263120548656c6c6f");
});

test("the answer with an activation has Go's bytes", () => {
  const pid = { Address: "127.0.0.1:9001", Id: "partition-activator/abc$1" };
  expect(hexOf(ActivationResponseSchema, { pid })).toBe(
    "0a2b0a0e3132372e302e302e313a393030311219706172746974696f6e2d616374697661746f722f6162632431",
  );
});

test("a grain call has Go's bytes, but for what we add", () => {
  const messageData = Uint8Array.of(0x0a, 0x01, 0x61);
  expect(hexOf(GrainRequestSchema, { methodIndex: 1, messageData })).toBe("080112030a0161");
});

test("a grain's error has Go's bytes", () => {
  const failure = toGrainFailure(new GrainError("NOT_FOUND", "nope"), {
    logger: quietLogger,
    random: systemRandom,
  });
  expect(hexOf(GrainErrorResponseSchema, failure)).toBe("0a094e4f545f464f554e4412046e6f7065");
});

test("a heartbeat and a goodbye have Go's bytes", () => {
  const heartbeat = create(MemberHeartbeatSchema, { actorStatistics: {} });
  expect(hexOf(AnySchema, anyPack(MemberHeartbeatSchema, heartbeat))).toBe(
    "0a2b747970652e676f6f676c65617069732e636f6d2f636c75737465722e4d656d62657248656172746265617412020a00",
  );
  expect(hexOf(AnySchema, anyPack(EmptySchema, create(EmptySchema)))).toBe(
    "0a29747970652e676f6f676c65617069732e636f6d2f676f6f676c652e70726f746f6275662e456d707479",
  );
});

test("the answer to gossip has no bytes, as Go's", () => {
  expect(hexOf(GossipResponseSchema, {})).toBe("");
  expect(fromBinary(GossipResponseSchema, new Uint8Array()).state).toBeUndefined();
});
