import { create, toBinary } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { ActivationRequestSchema, ActivationResponseSchema } from "../src/gen/cluster/cluster_pb.ts";
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

/** A member that is leaving, and that the stub asks for a grain. */
async function askedWhileLeaving(): Promise<
  AsyncDisposable & { readonly go: GoStub; readonly left: Promise<void> }
> {
  const go = await GoStub.start({ kinds: [new Testimony().kind()] });
  const clusterIdentity = { kind: "Witness", identity: "a" };
  await go.settle(go.member.locate(clusterIdentity));
  const left = go.member.shutdown();
  await go.clock.advance(100);
  await go.send("partition-activator", ActivationRequestSchema, { clusterIdentity } as never);
  return { go, left, [Symbol.asyncDispose]: () => go[Symbol.asyncDispose]() };
}

test("a caller in Go that asks a member which leaves is answered once it has seen that, for it does not wait before it asks again", async () => {
  await using it = await askedWhileLeaving();
  await it.go.clock.advance(500);
  expect(it.go.take(ActivationResponseSchema)).toEqual([]);
  it.go.hangUp();
  await it.go.clock.advance(40);
  expect(it.go.take(ActivationResponseSchema)).toEqual([]);
  await it.go.clock.advance(20);
  expect(it.go.take(ActivationResponseSchema)).toMatchObject([{ message: { failed: true } }]);
  await it.go.settle(it.left);
});

test("a caller in Go that does not see that a member leaves is answered before the member ends", async () => {
  await using it = await askedWhileLeaving();
  await it.go.clock.advance(1_500);
  expect(it.go.take(ActivationResponseSchema)).toEqual([]);
  await it.go.settle(it.left);
  expect(it.go.take(ActivationResponseSchema)).toMatchObject([{ message: { failed: true } }]);
});
