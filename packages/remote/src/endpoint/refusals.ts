/**
 * What peers and strangers were refused so far; the counts only grow. Messages to processes that they may not reach are not among them:
 * they are dead letters.
 *
 * @example
 * import type { RefusalCounts, Remote } from "@ts-grain/remote";
 *
 * function printRefusals(remote: Remote): void {
 *   const refused: RefusalCounts = remote.stats.refused;
 *   for (const [what, count] of Object.entries(refused))
 *     console.log(`refused{what="${what}"} ${count}`);
 * }
 */
export interface RefusalCounts {
  /** Connections for which there was no room, or that ended before their peer had shown who it is; why, greetings and frames say. */
  readonly connections: number;
  /** Greetings: none came in time, or it was of another cluster, of one that is blocked, or without the proof that was asked for. */
  readonly greetings: number;
  /** Frames that are none, that come out of turn or that are above a limit. Each has ended its connection. */
  readonly frames: number;
  /** Messages that a peer may not send: about the end of another's actors, to stop what it may not stop, in the name of somebody unknown, or in answer to what another was asked. */
  readonly messages: number;
}

/** Lines of the log about it in a while, at most: a flood of strangers must not fill the log. */
const logged = { mostLines: 10, inMs: 10_000 } as const;

/** Counts what is refused. */
export class Refusals {
  greetings = 0;
  frames = 0;
  messages = 0;
  #sinceMs = Number.NEGATIVE_INFINITY;
  #lines = 0;
  #keptBack = 0;

  /** How many lines were kept back since the last one, if there may be one more now; undefined if this one is kept back, too. */
  nextLine(nowMs: number): number | undefined {
    if (nowMs - this.#sinceMs >= logged.inMs) {
      this.#sinceMs = nowMs;
      this.#lines = 0;
    }
    if (this.#lines === logged.mostLines) {
      this.#keptBack++;
      return undefined;
    }
    this.#lines++;
    const keptBack = this.#keptBack;
    this.#keptBack = 0;
    return keptBack;
  }
}
