import { create, toBinary } from "@bufbuild/protobuf";
import { CapturingListener, RawPeer } from "@ts-grain/remote/testing";
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

test("a client in Go that asks a member which leaves is answered over a connection that is opened for that", async () => {
  await using go = await GoStub.start({ kinds: [new Testimony().kind()] });
  await using listener = await CapturingListener.start(go.network.transport());
  const client = await RawPeer.connect(go.network.transport(), go.member.system.address);
  client.greet({ systemId: "client", address: listener.address });
  const left = go.member.shutdown();
  await go.clock.advance(100);
  const request = create(ActivationRequestSchema, { clusterIdentity: { kind: "Witness", identity: "a" } });
  client.batch({
    typeNames: [ActivationRequestSchema.typeName],
    targets: [{ Address: go.member.system.address, Id: "partition-activator" }],
    senders: [{ Address: listener.address, Id: "future$1" }],
    envelopes: [{ sender: 1, messageData: toBinary(ActivationRequestSchema, request) }],
  });
  const answered = listener.nextBatch();
  await go.settle(left);
  expect((await answered).typeNames).toEqual([ActivationResponseSchema.typeName]);
});

test("a caller in Go that asks for a grain which does not end is answered before its member ends", async () => {
  const testimony = new Testimony();
  await using go = await GoStub.start({ kinds: [testimony.kind()], shutdownTimeoutMs: 500 });
  const clusterIdentity = { kind: "Witness", identity: "a" };
  await go.settle(go.member.locate(clusterIdentity));
  testimony.beforeDeactivation = () => new Promise(() => undefined);
  const left = go.member.shutdown();
  await go.clock.advance(100);
  await go.send("partition-activator", ActivationRequestSchema, { clusterIdentity } as never);
  await go.settle(left);
  expect(go.take(ActivationResponseSchema)).toMatchObject([{ message: { failed: true } }]);
});

test("a caller in Go that does not see that a member leaves is answered before the member ends", async () => {
  await using it = await askedWhileLeaving();
  await it.go.clock.advance(1_500);
  expect(it.go.take(ActivationResponseSchema)).toEqual([]);
  await it.go.settle(it.left);
  expect(it.go.take(ActivationResponseSchema)).toMatchObject([{ message: { failed: true } }]);
});
