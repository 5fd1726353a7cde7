import { spawnSync } from "node:child_process";
import { globSync, readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fromBinary } from "@bufbuild/protobuf";
import { type FileDescriptorSet, FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";

const require = createRequire(import.meta.url);
const folder = dirname(require.resolve("google-proto-files/package.json"));
const buf = require.resolve("@bufbuild/buf/bin/buf");

/** What of Google's APIs is read. */
export interface Selection {
  /** The most bytes that a file may have: protoc-gen-es takes minutes for the largest. */
  readonly maxBytes: number;
}

/** Google's released APIs as they come in the npm package google-proto-files, with all that they import. */
export function googleApis({ maxBytes }: Selection): FileDescriptorSet {
  const services = globSync("google/**/*.proto", { cwd: folder })
    .filter((path) => !/^google\/ads\/|\/v\d+(?:p\d+)?(?:alpha|beta)\d*\/|\/v\d+(?:main|eap)\//.test(path))
    .filter((path) => statSync(join(folder, path)).size <= maxBytes)
    .filter((path) => /^service /m.test(readFileSync(join(folder, path), "utf8")))
    .toSorted();
  const paths = services.flatMap((path) => ["--path", join(folder, path)]);
  const command = [buf, "build", folder, ...paths, "--as-file-descriptor-set", "-o", "-#format=binpb"];
  const { status, stdout, stderr } = spawnSync(process.execPath, command, { maxBuffer: 2 ** 28 });
  if (status !== 0) throw new Error(stderr.toString());
  return fromBinary(FileDescriptorSetSchema, stdout);
}
