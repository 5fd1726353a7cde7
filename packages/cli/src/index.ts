export { exitCodes } from "./cli-error.ts";
export { runInProcess } from "./run-in-process.ts";
