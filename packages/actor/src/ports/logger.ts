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
 * Writes information, warnings and errors to the console, and drops debug entries.
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
  info: (fields, message) => console.info(message, fields),
  warn: (fields, message) => console.warn(message, fields),
  error: (fields, message) => console.error(message, fields),
};
