import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

/** Runs a program on this Node, which says that it is of another version. */
function runOn(version, program) {
  const versions = { ...process.versions, node: version };
  const pretend = `Object.defineProperty(process, "versions", { value: ${JSON.stringify(versions)} })`;
  const path = fileURLToPath(new URL(`../packages/${program}`, import.meta.url));
  const source = `data:text/javascript,${encodeURIComponent(pretend)}`;
  return spawnSync(process.execPath, ["--import", source, path, "--help"], { encoding: "utf8" });
}

test.each([
  "protoc-gen-ts-grain/bin/protoc-gen-ts-grain",
  "cli/bin/ts-grain",
  "create-ts-grain/bin/create-ts-grain",
])("%s says which Node it needs on an older one, and starts on a newer one", (program) => {
  for (const version of ["20.19.4", "22.17.1"]) {
    const { status, stderr, stdout } = runOn(version, program);
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toContain(`needs Node 22.18 or newer; this is ${version}, at ${process.execPath}`);
  }
  expect(runOn("22.18.0", program)).toMatchObject({ status: 0, stderr: "" });
});
