/**
 * How {@link Remote.shutdown} ends.
 *
 * @example
 * import type { Remote, RemoteShutdownOptions } from "@ts-grain/remote";
 *
 * // Leaves as a process that was killed: nobody is told.
 * const abruptly: RemoteShutdownOptions = { graceful: false };
 * const crash = (remote: Remote): Promise<void> => remote.shutdown(abruptly);
 */
export interface RemoteShutdownOptions {
  /** Whether what waits for open connections still leaves, and peers are told goodbye. Default true. */
  readonly graceful?: boolean | undefined;
  /**
   * Milliseconds that peers may hold it up at most, whatever they do: a fifth for connections that are being opened, the rest to take what was sent and
   * to end theirs. Default 2 500, or 250 if it is not graceful.
   */
  readonly timeoutMs?: number | undefined;
}

/** Milliseconds that a shutdown takes at most by default: a graceful one, and one that is not. */
export const shutdownTimeoutMs: Readonly<Record<"gracefully" | "at once", number>> = {
  gracefully: 2_500,
  "at once": 250,
};
