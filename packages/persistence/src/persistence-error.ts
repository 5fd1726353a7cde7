/** Why state could not be kept. Stable: match these, not the messages. */
export type PersistenceErrorCode =
  /** Somebody else has written since the state was read: read it again, or give up. */
  | "version_conflict"
  /** What is stored is no message of the expected type: the program is older than the data, or the data is damaged. */
  | "unreadable_state";

/** What stores and typed state report. */
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
