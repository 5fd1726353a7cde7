/**
 * Why state could not be kept. Stable: match these, not the messages.
 *
 * @see {@link PersistenceError}
 */
export type PersistenceErrorCode =
  /** Somebody else has written since the state was read: read it again, or give up. */
  | "version_conflict"
  /** What is stored is no message of the expected type: the program is older than the data, or the data is damaged. */
  | "unreadable_state";

/**
 * What stores and typed state report.
 *
 * @example
 * import { InMemoryStateStore, PersistenceError } from "@ts-grain/persistence";
 *
 * const store = new InMemoryStateStore();
 * const write = { bytes: Uint8Array.of(1), expectedVersion: 0 };
 * await store.write("Note/fridge", write);
 * try {
 *   await store.write("Note/fridge", write);
 * } catch (error) {
 *   if (PersistenceError.is(error)) console.log(error.code); // prints: version_conflict
 * }
 */
export class PersistenceError extends Error {
  override readonly name: string = "PersistenceError";
  /** Recognises errors made by another copy of this package. */
  readonly "~persistenceError": true = true;
  readonly code: PersistenceErrorCode;

  constructor(code: PersistenceErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }

  /** Whether a caught value is a `PersistenceError`, also of another copy of this package. */
  static is(value: unknown): value is PersistenceError {
    return value instanceof Error && "~persistenceError" in value;
  }
}
