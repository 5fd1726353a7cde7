/**
 * How the command line ends.
 *
 * @example
 * import { exitCodes, runProgram, type Terminal } from "@ts-grain/cli";
 *
 * async function isHealthy(terminal: Terminal): Promise<boolean> {
 *   return (await runProgram(["doctor", "--cluster", "home"], terminal)) === exitCodes.ok;
 * }
 */
export const exitCodes = {
  /** It did what was asked. */
  ok: 0,
  /** The grain answered with an error, or a check failed. */
  failed: 1,
  /** The command was called wrongly; nothing was done. */
  usage: 2,
  /** The cluster, or the member that was needed, could not be reached; nothing was started. */
  unreachable: 3,
  /** A call was sent and not answered in time: it may have run. */
  unknown: 4,
} as const;

/**
 * How a command failed, by name.
 *
 * @see {@link CliError}
 */
export type Failure = Exclude<keyof typeof exitCodes, "ok">;

/**
 * What went wrong, in words for who typed the command. Printed without a stack trace.
 *
 * @example
 * import { CliError, exitCodes, type Failure } from "@ts-grain/cli";
 *
 * function fail(failure: Failure): never {
 *   throw new CliError(failure, "there is no such member");
 * }
 *
 * try {
 *   fail("usage");
 * } catch (error) {
 *   if (error instanceof CliError) console.log(exitCodes[error.failure]); // prints: 2
 * }
 */
export class CliError extends Error {
  override readonly name: string = "CliError";
  readonly failure: Failure;

  constructor(failure: Failure, message: string, options?: ErrorOptions) {
    super(message, options);
    this.failure = failure;
  }
}
