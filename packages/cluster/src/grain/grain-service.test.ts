import { create, createFileRegistry } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema, MethodOptions_IdempotencyLevel } from "@bufbuild/protobuf/wkt";
import { expect, test } from "vitest";
import { grainService } from "./grain-service.ts";
import { grainKind } from "./kind.ts";

function describeService(name: string) {
  const type = ".test.Empty";
  const method = [
    { name: "First", inputType: type, outputType: type },
    { name: "Second", inputType: type, outputType: type, serverStreaming: true },
    {
      name: "Then",
      inputType: type,
      outputType: type,
      options: { idempotencyLevel: MethodOptions_IdempotencyLevel.IDEMPOTENT },
    },
  ];
  const file = [
    {
      name: "test.proto",
      package: "test",
      syntax: "proto3",
      messageType: [{ name: "Empty" }],
      service: [{ name, method }],
    },
  ];
  return createFileRegistry(create(FileDescriptorSetSchema, { file })).getService(`test.${name}`)!;
}

test.each([
  ["SmartBulb", "SmartBulb"],
  ["smart_bulb", "SmartBulb"],
  ["bulb2_x", "Bulb2X"],
  ["bulb2x", "Bulb2X"],
  ["_bulb", "XBulb"],
  ["_Bulb", "XBulb"],
  ["Smart_Bulb", "Smart_Bulb"],
])("service %s makes kind %s, as Go's generators name it", (name, kind) => {
  expect(grainService(describeService(name)).kind).toBe(kind);
});

test("streaming rpcs have no method and keep their position", () => {
  const { methods } = grainService(describeService("Bulb"), { properties: { Then: "then$" } });
  expect(methods.map((method) => method && [method.index, method.property])).toEqual([
    [0, "first"],
    undefined,
    [2, "then$"],
  ]);
});

test("an rpc is as the contract says: not reentrant, awaited and at its position, unless it says otherwise", () => {
  const methods = { Then: { reentrancy: "call_chain", oneWay: true, index: 4 } } as const;
  const service = grainService(describeService("Bulb"), { kind: "Lamp", idleTimeoutMs: 5, methods });
  expect(service).toMatchObject({ kind: "Lamp", idleTimeoutMs: 5 });
  const { length, 0: first, 4: then } = service.methods;
  expect(length).toBe(5);
  expect(first).toMatchObject({ index: 0, reentrancy: "none", isOneWay: false, isIdempotent: false });
  expect(then).toMatchObject({ index: 4, reentrancy: "call_chain", isOneWay: true, isIdempotent: true });
});

test("a kind ends idle activations as its options say, else as the contract says, else after a minute", () => {
  const idleTimeout = (contract?: number, option?: number) => {
    const service = grainService(describeService("Bulb"), { idleTimeoutMs: contract });
    return grainKind(service, () => ({}), { idleTimeoutMs: option }).idleTimeoutMs;
  };
  expect([idleTimeout(), idleTimeout(5), idleTimeout(5, 7), idleTimeout(5, 0)]).toEqual([60_000, 5, 7, 0]);
});
