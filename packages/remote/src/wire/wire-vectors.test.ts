import { fromBinary } from "@bufbuild/protobuf";
import { PID, Terminated, Touch } from "@ts-grain/actor";
import { expect, test } from "vitest";
import { file_actor_actor, TerminatedSchema } from "../gen/actor/actor_pb.ts";
import { BatchWriter } from "./batch-writer.ts";
import { ByteWriter } from "./byte-writer.ts";
import { connectRequestFrame, connectResponseFrame, disconnectRequestFrame } from "./frame.ts";
import { TypeRegistry } from "./type-registry.ts";
import { wireFormOf } from "./wire-form.ts";

const types = new TypeRegistry();
types.register(file_actor_actor);

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

// The expected bytes were produced by Proto.Actor Go.

test("a connect request has Go's bytes", () => {
  expect(hex(connectRequestFrame({ systemId: "sys1", address: "127.0.0.1:9000" }))).toBe(
    "121812160a0473797331120e3132372e302e302e313a39303030",
  );
});

test("a connect response has Go's bytes, blocked or not", () => {
  expect(hex(connectResponseFrame({ memberId: "sys2", blocked: false }))).toBe("1a06120473797332");
  expect(hex(connectResponseFrame({ memberId: "sys2", blocked: true }))).toBe("1a081204737973321801");
});

test("a disconnect request has Go's bytes", () => {
  expect(hex(disconnectRequestFrame())).toBe("2200");
});

test("a batch with one message has Go's bytes", () => {
  const batch = new BatchWriter("127.0.0.1:9001", "127.0.0.1:9000");
  const message = wireFormOf(new Touch());
  const target = new PID("127.0.0.1:9001", "echo");
  const sender = new PID("127.0.0.1:9000", "future$1");
  batch.add({ message, codec: types.typeOf(message).codec, target, sender, headers: undefined }, 1000);
  expect(hex(batch.finish())).toBe(
    "0a450a0b6163746f722e546f75636812160a0e3132372e302e302e313a3930303112046563686f1a022001221a0a0e3132372e302e302e313a3930303012086675747572652431",
  );
});

test("a termination has Go's bytes", () => {
  const message = wireFormOf(new Terminated(new PID("127.0.0.1:9001", "w"), "not_found"));
  const into = new ByteWriter();
  types.typeOf(message).codec.encode(message, into);
  expect(hex(into.view())).toBe("0a130a0e3132372e302e302e313a393030311201771002");
  expect(fromBinary(TerminatedSchema, into.view())).toEqual(message);
});
