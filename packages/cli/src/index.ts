// For those who put the commands into a command line of their own
export { CliError, exitCodes, type Failure } from "./cli-error.ts";
export { runProgram } from "./program.ts";
export type { Terminal } from "./terminal.ts";
