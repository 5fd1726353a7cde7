import { text } from "node:stream/consumers";
import { runProgram } from "./program.ts";

const interruption = new AbortController();
process.once("SIGINT", () => interruption.abort());
// A reader that has seen enough, such as `head`, is no error.
process.stdout.on("error", () => process.exit());

process.exitCode = await runProgram(process.argv.slice(2), {
  print: (line) => process.stdout.write(`${line}\n`),
  note: (line) => process.stderr.write(`${line}\n`),
  readInput: () => text(process.stdin),
  hasColors: process.stdout.isTTY && process.stdout.hasColors() && !process.env["NO_COLOR"],
  interrupted: interruption.signal,
});
