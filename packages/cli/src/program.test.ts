import { describe, expect, test } from "vitest";
import { RecordingTerminal } from "../test/recording-terminal.ts";
import { exitCodes } from "./cli-error.ts";
import { runProgram } from "./program.ts";

const commands = ["call", "ls", "members", "where", "watch", "doctor"];
const others = ["init", "new", "implement", "completion"];

async function run(...args: string[]) {
  const terminal = new RecordingTerminal();
  const exitCode = await runProgram(args, terminal);
  return { exitCode, output: terminal.output, notes: terminal.notes.join("\n") };
}

test("the help names every command and every exit code", async () => {
  const { exitCode, output } = await run("--help");
  expect(exitCode).toBe(0);
  for (const command of [...commands, ...others]) expect(output).toMatch(new RegExp(`^  ${command} `, "m"));
  for (const code of Object.values(exitCodes)) expect(output).toMatch(new RegExp(`^  ${code}  `, "m"));
});

test.each([...commands, ...others])("the help of %s has an example", async (command) => {
  const { exitCode, output } = await run(command, "--help");
  expect(exitCode).toBe(0);
  expect(output).toMatch(/Examples?:\n {2}\$/);
});

describe.each(commands)("%s", (command) => {
  test("without the cluster's name it says so and does nothing", async () => {
    const { exitCode, notes, output } = await run(command, "SmartBulb/kitchen", "GetState");
    expect([exitCode, output]).toEqual([2, ""]);
    expect(notes).toMatch(/--cluster|too many arguments/);
  });
});

test.each([["--clutser"], ["-t", "soon"]])(
  "with --json a wrong call is told as JSON: %s",
  async (...wrong) => {
    const { exitCode, notes } = await run("members", "-c", "x", "--json", ...wrong);
    expect(exitCode).toBe(2);
    expect(JSON.parse(notes)).toEqual({ error: { failure: "usage", message: expect.any(String) } });
  },
);

test.each([
  ["a command that does not exist", ["member"], /Did you mean members\?/],
  ["an unknown option", ["members", "-c", "x", "--clutser", "x"], /unknown option '--clutser'/],
  ["a provider that does not exist", ["members", "-c", "x", "-p", "redis"], /consul, etcd, automanaged/],
  ["a time-out that is no number", ["members", "-c", "x", "-t", "soon"], /milliseconds above 0/],
  ["a grain without an identity", ["where", "SmartBulb", "-c", "x"], /kind\/identity/],
  ["a header without a value", ["call", "A/b", "C", "-c", "x", "-H", "trace"], /name=value/],
  ["a limit that is no number", ["ls", "-c", "x", "-n", "all"], /whole number above 0/],
  ["a limit below one", ["ls", "-c", "x", "--limit", "-1"], /whole number above 0/],
  ["an address that is none", ["members", "-c", "x", "-a", "::"], /Consul must be host:port/],
])("%s is a wrong call", async (_what, args, says) => {
  const { exitCode, notes, output } = await run(...args);
  expect([exitCode, output]).toEqual([2, ""]);
  expect(notes).toMatch(says);
  expect(notes).not.toMatch(/\n\s+at /);
});
