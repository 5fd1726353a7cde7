// `npm run bench -w protoc-gen-ts-grain`: how long this plugin and protoc-gen-es take for the same files of Google's APIs.
import { create } from "@bufbuild/protobuf";
import { CodeGeneratorRequestSchema } from "@bufbuild/protobuf/wkt";
import type { Plugin } from "@bufbuild/protoplugin";
import { createPlugin } from "../../src/plugin.ts";
import { protocGenEs } from "../protoc-gen-es.ts";
import { googleApis } from "./google-apis.ts";

const plugins: Readonly<Record<string, { readonly make: () => Plugin; readonly parameter: string }>> = {
  "protoc-gen-es": { make: () => protocGenEs, parameter: "target=ts" },
  "protoc-gen-ts-grain": { make: createPlugin, parameter: "target=ts,streaming=skip" },
};
const rounds = 5;

for (const maxBytes of [14_000, 60_000]) {
  const set = googleApis({ maxBytes });
  const withServices = set.file.filter(({ service }) => service.length > 0);
  const services = withServices.flatMap(({ service }) => service).length;
  console.log(
    `\n${withServices.length} files of up to ${maxBytes} bytes, ${services} services; ms of CPU per service:`,
  );
  const times = new Map(Object.keys(plugins).map((name) => [name, [] as number[]]));
  // In turn, so that neither finds the heap that the other has left.
  for (let round = 0; round < rounds; round++) {
    for (const [name, { make, parameter }] of Object.entries(plugins)) {
      const request = create(CodeGeneratorRequestSchema, {
        fileToGenerate: withServices.map((file) => file.name),
        parameter,
        protoFile: set.file,
        sourceFileDescriptors: withServices,
      });
      const before = process.cpuUsage();
      const { error } = make().run(request);
      if (error) throw new Error(error);
      const { user, system } = process.cpuUsage(before);
      times.get(name)!.push((user + system) / 1_000 / services);
    }
  }
  for (const [name, taken] of times) {
    const sorted = taken.toSorted((a, b) => a - b);
    const [best, median] = [sorted[0]!, sorted[Math.floor(rounds / 2)]!].map((time) => time.toFixed(2));
    console.log(`${name.padEnd(20)} best ${best}, median ${median}`);
  }
  console.log(`${Math.round(process.memoryUsage().rss / 1e6)} MB resident`);
}
