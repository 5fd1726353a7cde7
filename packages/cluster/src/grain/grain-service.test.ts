import { create, createFileRegistry } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { expect, test } from "vitest";
import { grainService } from "./grain-service.ts";

function describeService(name: string) {
  const type = ".test.Empty";
  const method = [
    { name: "First", inputType: type, outputType: type },
    { name: "Second", inputType: type, outputType: type, serverStreaming: true },
    { name: "Then", inputType: type, outputType: type },
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
