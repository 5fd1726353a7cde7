import { runCommandLine } from "./command-line.ts";

const { argv, stdin, stdout, stderr } = process;
process.exitCode = await runCommandLine({ args: argv.slice(2), stdin, stdout, stderr });
