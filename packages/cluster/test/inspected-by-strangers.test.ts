import { create, fromJsonString, toBinary } from "@bufbuild/protobuf";
import { CapturingListener, RawPeer } from "@ts-grain/remote/testing";
import { expect, test } from "vitest";
import {
  DescribeKindRequestSchema,
  DescribeKindResponseSchema,
  ListActivationsRequestSchema,
  ListActivationsResponseSchema,
} from "../src/gen/tsgrain/cluster/v1/inspection_pb.ts";
import { inspectionActorId } from "../src/inspection/inspection-actor.ts";
import { InMemoryCluster } from "../src/testing/index.ts";
import { getWitnessGrainClient } from "./gen/witness_grain.ts";
import { Testimony } from "./witness-grain.ts";

test("H18 whoever may greet is told the contract of a kind that it names and which grains are active, and changes nothing", async () => {
  const testimony = new Testimony();
  await using cluster = await InMemoryCluster.start({ kinds: () => [testimony.kind()] });
  const member = cluster.members[0]!;
  await cluster.settle(getWitnessGrainClient(member, "kitchen").bump({}));
  await cluster.settle(getWitnessGrainClient(member, "kitchen").bump({}));
  const before = member.stats;

  const { address } = member.system;
  const transport = cluster.network.transport();
  await using listener = await CapturingListener.start(transport);
  const stranger = (await RawPeer.connect(transport, address)).greet({ address: listener.address });
  const questions = [
    {
      typeName: DescribeKindRequestSchema.typeName,
      bytes: toBinary(DescribeKindRequestSchema, create(DescribeKindRequestSchema, { kind: "Witness" })),
    },
    {
      typeName: ListActivationsRequestSchema.typeName,
      bytes: toBinary(ListActivationsRequestSchema, create(ListActivationsRequestSchema)),
    },
  ];
  stranger.batch({
    typeNames: questions.map(({ typeName }) => typeName),
    targets: [{ Address: address, Id: inspectionActorId }],
    senders: [{ Address: listener.address, Id: "stranger" }],
    envelopes: questions.map(({ bytes }, typeId) => ({ typeId, sender: 1, messageData: bytes })),
  });
  const { typeNames, envelopes } = await cluster.settle(listener.nextBatch());
  expect(typeNames).toEqual([DescribeKindResponseSchema.typeName, ListActivationsResponseSchema.typeName]);
  const [described, listed] = envelopes.map(({ messageData }) => Buffer.from(messageData).toString());
  const { service } = fromJsonString(DescribeKindResponseSchema, described!);
  expect(service).toBe("witness.Witness");
  expect(fromJsonString(ListActivationsResponseSchema, listed!)).toMatchObject({
    grains: [{ kind: "Witness", identity: "kitchen" }],
    total: 1,
  });
  const { activated, deactivated, members } = member.stats;
  expect({ activated, deactivated, members }).toEqual({
    activated: before.activated,
    deactivated: before.deactivated,
    members: 1,
  });
});
