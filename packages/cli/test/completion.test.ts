import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runProgram } from "../src/program.ts";
import { RecordingTerminal } from "./recording-terminal.ts";

/** What is typed, and the word that a tab makes of its end. */
const typed: readonly (readonly [line: string, word: string])[] = [
  ["ts-grain comp", "completion"],
  ["ts-grain completion fi", "fish"],
  ["ts-grain init --temp", "--template"],
  ["ts-grain init --template con", "consul"],
  ["ts-grain init -t min", "minimal"],
  ["ts-grain members --json -p et", "etcd"],
  ["ts-grain implement --dr", "--dry-run"],
  ["ts-grain call A/b Do --desc", "--descriptors"],
  ["ts-grain call A/b Do -d ima", "image.binpb"],
  ["ts-grain implement --source fol", "folder"],
];

/** How a shell is asked what it makes of lines: a program for it, whose arguments are the script and the lines. */
const shells: Readonly<Record<string, readonly string[]>> = {
  bash: [
    "bash",
    "--norc",
    "-c",
    `source "$0"
for line; do
  read -ra COMP_WORDS <<< "$line"
  COMP_CWORD=$((\${#COMP_WORDS[@]} - 1))
  _ts_grain
  echo "\${COMPREPLY[*]}"
done`,
  ],
  fish: [
    "fish",
    "--no-config",
    "-c",
    `source $argv[1]
for line in $argv[2..]
  echo (complete -C $line | string split -f 1 \\t)
end`,
  ],
  // Types into a shell of its own, since zsh completes nowhere else. A key writes down what stands there and takes it
  // away; at first only to see that the shell is listening.
  zsh: [
    "zsh",
    "-fc",
    `zmodload zsh/zpty
zpty shell zsh -fi
zpty -w shell "autoload -Uz compinit; compinit -D -u; source $0"
zpty -w shell "dump() { print -r -- \\$BUFFER- > dumped; mv dumped line; BUFFER= }; zle -N dump; bindkey '^X' dump"
dumped() { while [[ ! -s line ]]; do zpty -rt shell output; sleep 0.01; done }
zpty -w -n shell $'\\x18'
dumped
for line; do
  rm line
  zpty -w -n shell "$line"$'\\t\\x18'
  dumped
  words=(\${=$(<line)%-})
  print -r -- $words[-1]
done
zpty -d shell`,
  ],
};

let folder = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "completion-"));
  writeFileSync(join(folder, "image.binpb"), "");
  mkdirSync(join(folder, "folder"));
});

afterAll(() => rmSync(folder, { recursive: true }));

async function scriptFor(shell: string): Promise<string> {
  const terminal = new RecordingTerminal();
  expect(await runProgram(["completion", shell], terminal)).toBe(0);
  return terminal.output;
}

/** Whether a shell is there; in CI it must be. */
function has(shell: string): boolean {
  const isThere = spawnSync(shell, ["-c", "exit 0"]).status === 0;
  if (!isThere && process.env["CI"] === "true") throw new Error(`there is no ${shell}`);
  if (!isThere) console.warn(`\n!!! NOT TESTED: completion in ${shell}, which is not here !!!\n`);
  return isThere;
}

describe.each(Object.entries(shells))("%s", (shell, [program = "", ...args]) => {
  test.skipIf(!has(shell))("completes commands, options, values and files", async () => {
    const script = join(folder, `script.${shell}`);
    writeFileSync(script, await scriptFor(shell));
    const { stdout } = spawnSync(program, [...args, script, ...typed.map(([line]) => line)], {
      cwd: folder,
      encoding: "utf8",
      timeout: 15_000,
    });
    const words = stdout.split("\n").map((word) => word.replace(/\/$/, ""));
    expect(typed.map(([line], index) => [line, words[index]])).toEqual(typed);
  });
});

test("every command and its options are in each script", async () => {
  const help = new RecordingTerminal();
  await runProgram(["--help"], help);
  const commands = [...help.output.matchAll(/^ {2}([a-z]+) /gm)].map(([, name]) => name!);
  expect(commands).toContain("doctor");
  for (const shell of Object.keys(shells)) {
    const script = await scriptFor(shell);
    for (const command of commands) expect(script).toMatch(new RegExp(`\\b${command}\\b`));
    expect(script).not.toContain("undefined");
  }
});

test("an unknown shell is a wrong call", async () => {
  const terminal = new RecordingTerminal();
  expect(await runProgram(["completion", "tcsh"], terminal)).toBe(2);
  expect(terminal.notes.join("\n")).toMatch(/bash, zsh, fish/);
});

test("what the README says about completion is what the program knows", () => {
  const readme = readFileSync(join(import.meta.dirname, "../README.md"), "utf8");
  for (const shell of Object.keys(shells)) expect(readme).toContain(`ts-grain completion ${shell}`);
});
