/** Entries that are remembered. */
const places = 8;
/** Longest entry that is remembered, so that a peer cannot have us keep much. */
const longestBytes = 256;

interface Recent<Entry> {
  readonly bytes: Uint8Array;
  readonly entry: Entry;
}

/**
 * What the entries of the last batches' tables were read as: a peer's batches mostly name the same few types and processes, in the
 * same order, and comparing bytes costs less than reading them.
 */
export class RecentEntries<Entry> {
  readonly #recent: Recent<Entry>[] = [];

  /** What bytes were read as when they last stood at this place of the table; undefined if others stood there. */
  find(place: number, bytes: Uint8Array, start: number, end: number): Entry | undefined {
    const recent = this.#recent[place];
    if (recent === undefined || recent.bytes.length !== end - start) return undefined;
    for (let index = 0; index < recent.bytes.length; index++)
      if (recent.bytes[index] !== bytes[start + index]) return undefined;
    return recent.entry;
  }

  /** Remembers what was read, with a copy of its bytes. */
  remember(place: number, bytes: Uint8Array, entry: Entry): void {
    if (place < places && bytes.length <= longestBytes) this.#recent[place] = { bytes: bytes.slice(), entry };
  }
}
