import { create, toBinary } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { GrainRequestSchema } from "../src/gen/cluster/grain_pb.ts";
import { BumpRequestSchema, BumpResponseSchema } from "./gen/witness_pb.ts";
import { GoStub } from "./go-stub.ts";
import { Testimony } from "./witness-grain.ts";

test("a caller in Go gets the response in binary form, though it has never sent one of that type", async () => {
  await using go = await GoStub.start({ kinds: [new Testimony().kind()] });
  const { id } = await go.settle(go.member.locate({ kind: "Witness", identity: "a" }));
  const messageData = toBinary(BumpRequestSchema, create(BumpRequestSchema));
  await go.send(id, GrainRequestSchema, { methodIndex: 0, messageData } as never);
  expect(go.take(BumpResponseSchema)).toMatchObject([{ message: { count: 1 } }]);
});
