import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { ProcessTerminal, type TerminalStreams } from "./process-terminal.ts";

interface Situation {
  readonly isTTY?: boolean;
  readonly env?: Record<string, string>;
}

/** A terminal whose streams keep what was written. */
function open({ isTTY = true, env = {} }: Situation = {}) {
  const stream = () => Object.assign(new PassThrough(), { isTTY, columns: 20, hasColors: () => isTTY });
  const [stdin, stdout, stderr] = [stream(), stream(), stream()];
  const streams = { stdin, stdout, stderr, env } as unknown as TerminalStreams;
  const terminal = new ProcessTerminal(streams, new AbortController().signal);
  return { terminal, stdin, read: () => [String(stdout.read() ?? ""), String(stderr.read() ?? "")] };
}

test.each<[string, Situation, boolean]>([
  ["a terminal", {}, true],
  ["a pipe", { isTTY: false }, false],
  ["a terminal with NO_COLOR", { env: { NO_COLOR: "1" } }, false],
  ["a terminal with an empty NO_COLOR", { env: { NO_COLOR: "" } }, true],
  ["a terminal that is dumb", { env: { TERM: "dumb" } }, false],
  ["a pipe with FORCE_COLOR", { isTTY: false, env: { FORCE_COLOR: "1" } }, true],
  ["a terminal with FORCE_COLOR=0", { env: { FORCE_COLOR: "0" } }, false],
  ["a pipe with FORCE_COLOR and NO_COLOR", { isTTY: false, env: { FORCE_COLOR: "1", NO_COLOR: "1" } }, false],
])("colours for %s: see the last column", (_what, situation, hasColors) => {
  const { terminal } = open(situation);
  expect([terminal.hasColors, terminal.hasNoteColors]).toEqual([hasColors, hasColors]);
});

test("results and notes go to their streams, a line each", () => {
  const { terminal, read } = open();
  terminal.print("result");
  terminal.note("note");
  expect(read()).toEqual(["result\n", "note\n"]);
});

test("progress is one line that goes when something else comes, no longer than the terminal is wide", () => {
  const { terminal, read } = open();
  terminal.progress("joining a cluster with a long name");
  expect(read()).toEqual(["", "joining a cluster …"]);
  terminal.progress("asking");
  terminal.print("result");
  terminal.note("note");
  terminal.close();
  expect(read()).toEqual(["result\n", "\r\u001b[Kasking…\r\u001b[Knote\n"]);
});

test.each<[string, Situation]>([
  ["a pipe", { isTTY: false }],
  ["a dumb terminal", { env: { TERM: "dumb" } }],
])("%s sees no progress", (_what, situation) => {
  const { terminal, read } = open(situation);
  terminal.progress("joining");
  terminal.close();
  expect(read()).toEqual(["", ""]);
});

test("a person is asked, and a pipe is not", async () => {
  const { terminal, stdin, read } = open();
  const answer = terminal.ask("A folder? ");
  stdin.write("lights\n");
  expect(await answer).toBe("lights");
  expect(read()[1]).toContain("A folder? ");
  expect(await open({ isTTY: false }).terminal.ask("A folder? ")).toBeUndefined();
});
