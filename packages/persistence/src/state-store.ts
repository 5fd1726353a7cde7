/**
 * A value and how often it has been written.
 *
 * @example
 * import type { StateStore, StoredState } from "@ts-grain/persistence";
 *
 * async function copyTo(target: StateStore, key: string, { bytes }: StoredState): Promise<void> {
 *   const present = await target.read(key);
 *   await target.write(key, { bytes, expectedVersion: present?.version ?? 0 });
 * }
 */
export interface StoredState {
  readonly bytes: Uint8Array;
  /** 1 after the first write, one more after each. */
  readonly version: number;
}

/**
 * What is to be written, and over what.
 *
 * @example
 * import { InMemoryStateStore, type StateWrite } from "@ts-grain/persistence";
 *
 * const first: StateWrite = { bytes: Uint8Array.of(1, 2), expectedVersion: 0 };
 * console.log(await new InMemoryStateStore().write("Note/fridge", first)); // prints: 1
 */
export interface StateWrite {
  readonly bytes: Uint8Array;
  /** The version that was read; 0 if there was nothing. */
  readonly expectedVersion: number;
}

/**
 * Keeps one value for each key. Port: the suite in `@ts-grain/persistence/testing` says what every store keeps to.
 *
 * A write whose promise resolved is read by all who read later. Of several writes over one version, exactly one
 * succeeds.
 *
 * @example
 * import type { StateStore } from "@ts-grain/persistence";
 *
 * // Tells what is written to another store.
 * function logged(store: StateStore): StateStore {
 *   return {
 *     read: (key) => store.read(key),
 *     remove: (key, expectedVersion) => store.remove(key, expectedVersion),
 *     async write(key, write) {
 *       const version = await store.write(key, write);
 *       console.error(`${key} has version ${version}`);
 *       return version;
 *     },
 *   };
 * }
 */
export interface StateStore {
  /** What is stored under a key, or undefined. */
  read(key: string): Promise<StoredState | undefined>;
  /**
   * Stores a value and returns its version.
   *
   * @throws PersistenceError "version_conflict" if the present version is not the expected one; nothing has changed.
   */
  write(key: string, write: StateWrite): Promise<number>;
  /**
   * Forgets a key. The next write to it expects version 0.
   *
   * @throws PersistenceError "version_conflict" if the present version is not the expected one; nothing has changed.
   */
  remove(key: string, expectedVersion: number): Promise<void>;
}
