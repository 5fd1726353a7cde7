/**
 * The reasons that Proto.Actor predefines. Others are allowed: any string that both sides know.
 *
 * @example
 * import { GrainError, type GrainErrorReason } from "@ts-grain/cluster";
 *
 * const hopeless: readonly GrainErrorReason[] = [
 *   "NOT_FOUND",
 *   "PERMISSION_DENIED",
 *   "INVALID_ARGUMENT",
 * ];
 * const isHopeless = (error: unknown): boolean =>
 *   GrainError.is(error) && hopeless.includes(error.reason);
 */
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

/**
 * What a `GrainError` may carry beside its reason and message.
 *
 * @see {@link GrainError}
 */
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
 * import { GrainError, type GrainErrorOptions } from "@ts-grain/cluster";
 *
 * function findBulb(bulbs: ReadonlySet<string>, bulb: string): string {
 *   const options: GrainErrorOptions = { metadata: { bulb } };
 *   if (!bulbs.has(bulb)) throw new GrainError("NOT_FOUND", "no such bulb", options);
 *   return bulb;
 * }
 *
 * try {
 *   findBulb(new Set(), "kitchen");
 * } catch (error) {
 *   if (GrainError.is(error)) console.log(error.reason, error.metadata["bulb"]); // prints: NOT_FOUND kitchen
 * }
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
