import { expect, test } from "vitest";
import { createPlugin } from "../src/plugin.ts";
import { compile, generate } from "./harness.ts";
import { protocGenEs } from "./protoc-gen-es.ts";

// The golden files are type-checked with the package's tests: tsconfig.test.json includes them.
const set = compile({
  "smartbulb.proto": `// Copyright of whoever wrote the file.

syntax = "proto3";

// The tutorial.
package smartbulb;

import "google/protobuf/empty.proto";

// A light bulb somewhere in the house.
//
// Its identity is the room.
service SmartBulb {
  // Tells whether the bulb is on.
  rpc GetState(google.protobuf.Empty) returns (GetStateResponse);
  // Turns the bulb on; turning it on twice is fine.
  rpc TurnOn(TurnOnRequest) returns (google.protobuf.Empty);
  // Turns the bulb on a little later.
  rpc Then(TurnOnRequest) returns (google.protobuf.Empty);
  // Turns the bulb on, halfway.
  rpc Dim(google.protobuf.Empty) returns (google.protobuf.Empty) {
    option deprecated = true;
  }
}

message GetStateResponse {
  bool is_on = 1;
}

message TurnOnRequest {
  // From 0, which is hardly on, to 1.
  optional float brightness = 1;
}
`,
});

const targets = [
  {
    folder: "ts",
    esParameter: "target=ts,import_extension=js,erasable_syntax=true",
    parameter: "target=ts,import_extension=js",
  },
  { folder: "js", esParameter: "import_extension=js,erasable_syntax=true", parameter: "import_extension=js" },
  {
    folder: "commonjs",
    esParameter: "target=js,js_import_style=legacy_commonjs,erasable_syntax=true",
    parameter: "target=js,js_import_style=legacy_commonjs",
  },
] as const;

test.each(targets)(
  "the golden files of $folder are what both plugins print",
  async ({ folder, esParameter, parameter }) => {
    const messages = generate(protocGenEs, { set, files: ["smartbulb.proto"], parameter: esParameter });
    const grains = generate(createPlugin(), { set, files: ["smartbulb.proto"], parameter });
    for (const [path, content] of Object.entries({ ...messages, ...grains })) {
      await expect(content).toMatchFileSnapshot(`golden/${folder}/${path}`);
    }
  },
);
