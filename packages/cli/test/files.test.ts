import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { runProgram } from "../src/program.ts";
import { RecordingTerminal } from "./recording-terminal.ts";

const generated = join(import.meta.dirname, "../../../examples/smart-bulb/src/gen");
let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "project-"));
});

afterEach(() => rmSync(folder, { recursive: true }));

async function run(...args: string[]) {
  const terminal = new RecordingTerminal();
  const exitCode = await runProgram(args, terminal);
  return { exitCode, output: terminal.output, notes: terminal.notes.join("\n") };
}

test("a new contract is written once, where buf expects it", async () => {
  const root = join(folder, "proto");
  const { exitCode, output } = await run("new", "SmartBulb", "--dir", root);
  const path = join(root, "smart_bulb/v1/smart_bulb.proto");
  expect([exitCode, output]).toEqual([0, path]);
  const text = readFileSync(path, "utf8");
  expect(text).toContain("package smart_bulb.v1;");
  expect(text).toContain("service SmartBulb {");
  writeFileSync(path, "mine");
  const again = await run("new", "SmartBulb", "--dir", root);
  expect([again.exitCode, again.notes]).toEqual([2, `error: ${path} exists; it was left as it is`]);
  expect(readFileSync(path, "utf8")).toBe("mine");
});

test.each([
  ["smartBulb", []],
  ["../Bulb", []],
  ["Bulb", ["--package", "../x"]],
])("%s %j is no name for a contract", async (name, more) => {
  const { exitCode } = await run("new", name, "--dir", folder, ...more);
  expect(exitCode).toBe(2);
});

test("classes are kept in step with the contract, and a check says so before", async () => {
  const source = join(folder, "src");
  const where = ["--source", source, "--out", join(source, "grains")];
  cpSync(generated, join(source, "gen"), { recursive: true });
  const check = await run("implement", "--check", ...where);
  expect([check.exitCode, check.notes]).toEqual([1, "error: 2 to do; run ts-grain implement"]);
  const dry = await run("implement", "--dry-run", ...where);
  expect(dry.exitCode).toBe(0);
  expect(dry.output).toContain("+export class SmartBulb extends SmartBulbKind {");
  expect((await run("implement", "--check", ...where)).exitCode).toBe(1);
  expect((await run("implement", ...where)).exitCode).toBe(0);
  expect(readFileSync(join(source, "grains/smart-bulb.ts"), "utf8")).toContain("override turnOn");
  const done = await run("implement", "--check", ...where);
  expect([done.exitCode, done.output, done.notes]).toEqual([0, "", "every rpc of 2 kinds is there"]);
});

test("a folder without generated code is a wrong call that says what to do", async () => {
  mkdirSync(join(folder, "src"));
  const { exitCode, notes } = await run("implement", "--source", join(folder, "src"));
  expect(exitCode).toBe(2);
  expect(notes).toContain("run buf generate");
});
