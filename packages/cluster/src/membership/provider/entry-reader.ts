import type { Logger } from "@ts-grain/actor";
import type { Member } from "../member.ts";

/**
 * A directory's entry as a member; what is wrong with it; or undefined if it is no live member.
 *
 * @see {@link EntryReader}
 */
export type EntryReading = Member | string | undefined;

/**
 * Reads the entries of a directory, which strangers may write to: what is no member is logged once and left out.
 *
 * @example
 * import { quietLogger } from "@ts-grain/actor/testing";
 * import { EntryReader, type EntryReading, portOf, textOf } from "@ts-grain/cluster/provider";
 *
 * function read(entry: unknown): EntryReading {
 *   const port = portOf(entry, "port");
 *   if (port === undefined) return "it has no port";
 *   return {
 *     id: textOf(entry, "id"),
 *     host: textOf(entry, "host"),
 *     port,
 *     kinds: [],
 *     dialect: "proto-actor",
 *   };
 * }
 * const reader = new EntryReader(quietLogger, read);
 * console.log(
 *   reader.members([{ id: "a", host: "10.0.0.1", port: 8090 }, { id: "stranger" }]).length,
 * ); // prints: 1
 */
export class EntryReader {
  readonly #logger: Logger;
  readonly #read: (entry: unknown) => EntryReading;
  #reported: ReadonlySet<string> = new Set();

  constructor(logger: Logger, read: (entry: unknown) => EntryReading) {
    this.#logger = logger;
    this.#read = read;
  }

  /** The live members of a complete list. */
  members(entries: readonly unknown[]): readonly Member[] {
    const members: Member[] = [];
    const unreadable = new Set<string>();
    for (const entry of entries) {
      const reading = this.#read(entry);
      if (typeof reading === "string")
        unreadable.add(`${reading}: ${String(JSON.stringify(entry)).slice(0, 500)}`);
      else if (reading) members.push(reading);
    }
    for (const problem of unreadable) {
      if (!this.#reported.has(problem))
        this.#logger.warn({ problem }, "the provider lists what is no member");
    }
    this.#reported = unreadable;
    return members;
  }
}
