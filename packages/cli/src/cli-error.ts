/**
 * How the command line ends.
 *
 * @example
 * import { exitCodes } from "@ts-grain/cli";
 *
 * console.log(exitCodes.unreachable); // prints: 3
 */
export const exitCodes = {
  /** It did what was asked. */
  ok: 0,
  /** The grain answered with an error, a check failed, or a file could not be read or written. */
  failed: 1,
  /** The command was called wrongly; nothing was done. */
  usage: 2,
  /** The cluster, or the member that was needed, could not be reached; nothing was started. */
  unreachable: 3,
  /** A call was sent and not answered in time: it may have run. */
  unknown: 4,
  /** It was interrupted, as with Ctrl+C. */
  interrupted: 130,
} as const;

/** How a command failed, by name. */
export type Failure = Exclude<keyof typeof exitCodes, "ok" | "interrupted">;

/** What went wrong beside words. */
export interface CliErrorOptions extends ErrorOptions {
  /** What programs that read JSON are told beside the message. */
  readonly fields?: Readonly<Record<string, unknown>>;
}

/** What went wrong, in words for who typed the command. Printed without a stack trace. */
export class CliError extends Error {
  override readonly name: string = "CliError";
  readonly failure: Failure;
  readonly #fields: Readonly<Record<string, unknown>>;

  constructor(failure: Failure, message: string, { fields = {}, ...options }: CliErrorOptions = {}) {
    super(message, options);
    this.failure = failure;
    this.#fields = fields;
  }

  /** For programs. */
  toJSON(): object {
    return { failure: this.failure, message: this.message, ...this.#fields };
  }
}
