import type { Logger } from "../ports/logger.ts";

/**
 * An entry of a log.
 *
 * @see {@link RecordingLogger}
 */
export interface LogEntry {
  readonly level: keyof Logger;
  readonly fields: object;
  readonly message: string;
}

/**
 * Keeps what is logged, for a test to look at.
 *
 * @example
 * import { ActorSystem, PID } from "@ts-grain/actor";
 * import { type LogEntry, RecordingLogger } from "@ts-grain/actor/testing";
 *
 * const logger = new RecordingLogger();
 * new ActorSystem({ logger }).root.send(new PID("nonhost", "nobody"), "hello");
 * const [first]: LogEntry[] = logger.entries;
 * console.log(first?.level); // prints: info
 */
export class RecordingLogger implements Logger {
  readonly entries: LogEntry[] = [];

  debug(fields: object, message: string): void {
    this.entries.push({ level: "debug", fields, message });
  }

  info(fields: object, message: string): void {
    this.entries.push({ level: "info", fields, message });
  }

  warn(fields: object, message: string): void {
    this.entries.push({ level: "warn", fields, message });
  }

  error(fields: object, message: string): void {
    this.entries.push({ level: "error", fields, message });
  }

  /** The messages of one level. */
  at(level: keyof Logger): readonly string[] {
    return this.entries.filter((entry) => entry.level === level).map(({ message }) => message);
  }
}
