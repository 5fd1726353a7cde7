import { logLine } from "./log-line.ts";

/**
 * Where the runtime writes its log. A pino logger fits as it is.
 *
 * @example
 * import { ActorSystem, type Logger } from "@ts-grain/actor";
 *
 * const write = (level: string) => (fields: object, message: string) =>
 *   void process.stderr.write(`${JSON.stringify({ level, message, ...fields })}\n`);
 * const logger: Logger = {
 *   debug() {},
 *   info: write("info"),
 *   warn: write("warn"),
 *   error: write("error"),
 * };
 * const system = new ActorSystem({ logger });
 */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/**
 * Writes information, warnings and errors to the console, and drops debug entries: for people to a terminal or a browser, and otherwise
 * one line of JSON for each entry, in which texts are cut after 256 characters.
 *
 * @example
 * import { ActorSystem, consoleLogger } from "@ts-grain/actor";
 *
 * const system = new ActorSystem({
 *   logger: { ...consoleLogger, debug: (fields, message) => console.debug(message, fields) },
 * });
 */
export const consoleLogger: Logger = {
  debug() {},
  info: (fields, message) => write("info", fields, message),
  warn: (fields, message) => write("warn", fields, message),
  error: (fields, message) => write("error", fields, message),
};

function write(level: "info" | "warn" | "error", fields: object, message: string): void {
  if (isReadByPrograms(level === "info" ? "stdout" : "stderr"))
    console[level](logLine(level, fields, message));
  else console[level](message, fields);
}

/** Whether what the console writes there leads to a file or another program. */
function isReadByPrograms(stream: "stdout" | "stderr"): boolean {
  const { process } = globalThis as {
    readonly process?: Partial<Record<"stdout" | "stderr", { readonly isTTY?: boolean }>>;
  };
  const output = process?.[stream];
  return output !== undefined && output.isTTY !== true;
}
