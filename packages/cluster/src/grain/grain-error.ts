/** The reasons that Proto.Actor predefines. Others are allowed: any string that both sides know. */
export type GrainErrorReason =
  | "CANCELLED"
  | "UNKNOWN"
  | "INVALID_ARGUMENT"
  | "DEADLINE_EXCEEDED"
  | "NOT_FOUND"
  | "ALREADY_EXISTS"
  | "PERMISSION_DENIED"
  | "RESOURCE_EXHAUSTED"
  | "FAILED_PRECONDITION"
  | "ABORTED"
  | "OUT_OF_RANGE"
  | "UNIMPLEMENTED"
  | "INTERNAL"
  | "UNAVAILABLE"
  | "DATA_LOSS"
  | "UNAUTHENTICATED"
  | (string & {});

/** What a `GrainError` may carry beside its reason and message. */
export interface GrainErrorOptions extends ErrorOptions {
  /** Facts for the caller's program, as text. Travels to the caller; the cause does not. */
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

/**
 * An error that a grain means its caller to see: thrown by the grain's method, it is thrown again by the client, with
 * the same reason, message and metadata. Anything else that a grain throws reaches its caller as reason `INTERNAL`
 * with an id under which the member has logged it.
 *
 * @example
 * throw new GrainError("NOT_FOUND", "no such bulb", { metadata: { bulb: "kitchen" } });
 */
export class GrainError extends Error {
  override readonly name: string = "GrainError";
  /** Recognises errors made by another copy of this package. */
  readonly "~grainError": true = true;
  readonly reason: GrainErrorReason;
  readonly metadata: Readonly<Record<string, string>>;

  constructor(reason: GrainErrorReason, message: string, options: GrainErrorOptions = {}) {
    super(message, options);
    this.reason = reason;
    this.metadata = { ...options.metadata };
  }

  /** Whether a caught value is a `GrainError`, also of another copy of this package. */
  static is(value: unknown): value is GrainError {
    return value instanceof Error && "~grainError" in value;
  }
}
