import { PersistenceError } from "./persistence-error.ts";
import type { StateStore, StateWrite, StoredState } from "./state-store.ts";

/**
 * Keeps state as long as the process lives: for tests, and for clusters in one process.
 *
 * @example
 * import { StringValueSchema } from "@bufbuild/protobuf/wkt";
 * import { GrainState, InMemoryStateStore } from "@ts-grain/persistence";
 *
 * const owner = { kind: "Note", identity: "fridge" };
 * const options = { store: new InMemoryStateStore(), schema: StringValueSchema };
 * const before = await GrainState.load(owner, options);
 * await before.save({ value: "buy milk" });
 * console.log((await GrainState.load(owner, options)).value.value); // prints: buy milk
 */
export class InMemoryStateStore implements StateStore {
  readonly #stored = new Map<string, StoredState>();

  async read(key: string): Promise<StoredState | undefined> {
    const stored = this.#stored.get(key);
    return stored && { ...stored, bytes: stored.bytes.slice() };
  }

  async write(key: string, { bytes, expectedVersion }: StateWrite): Promise<number> {
    this.#expect(key, expectedVersion);
    const version = expectedVersion + 1;
    this.#stored.set(key, { bytes: bytes.slice(), version });
    return version;
  }

  async remove(key: string, expectedVersion: number): Promise<void> {
    this.#expect(key, expectedVersion);
    this.#stored.delete(key);
  }

  #expect(key: string, expected: number): void {
    const present = this.#stored.get(key)?.version ?? 0;
    if (present !== expected) {
      throw new PersistenceError("version_conflict", `${key} has version ${present}, expected ${expected}`);
    }
  }
}
