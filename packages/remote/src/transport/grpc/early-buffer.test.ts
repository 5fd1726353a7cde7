import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";

test("once a transport has been made, no buffer of Node's own makes V8 throw away compiled code", () => {
  expect(
    runProgram(`
      import { GrpcTransport } from "@ts-grain/remote";

      // Whether V8 still believes that nobody has interfered with how arrays are asked for their length; compiled code hangs on it.
      const believes = () => %TypedArrayLengthProtector();
      const atFirst = believes();
      new GrpcTransport();
      console.log(atFirst, believes());
    `),
  ).toBe("true false");
});

test("a buffer that Node itself makes is what V8 throws code away for", () => {
  expect(
    runProgram(`
      import { createHash } from "node:crypto";

      const atFirst = %TypedArrayLengthProtector();
      createHash("sha256").digest();
      console.log(atFirst, %TypedArrayLengthProtector());
    `),
  ).toBe("true false");
});

/** Runs a program that imports this package from its sources and may call what V8 offers for tests; returns what it printed. */
function runProgram(program: string): string {
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ["--allow-natives-syntax", "--conditions=@ts-grain/source", "--input-type=module", "--eval", program],
    { cwd: import.meta.dirname, encoding: "utf8", timeout: 20_000 },
  );
  if (stderr !== "") throw new Error(stderr);
  return stdout.trim();
}
