import { ClusterError, type ClusterErrorCode, GrainError } from "@ts-grain/cluster";

/** What a client of the server gets to know of an error. */
export interface HttpFailure {
  readonly status: number;
  readonly body: object;
}

/** What grains say. The last is this program's own. */
const statusOfReason: Readonly<Record<string, number>> = {
  INVALID_ARGUMENT: 400,
  OUT_OF_RANGE: 400,
  UNAUTHENTICATED: 401,
  PERMISSION_DENIED: 403,
  NOT_FOUND: 404,
  ABORTED: 409,
  ALREADY_EXISTS: 409,
  FAILED_PRECONDITION: 409,
  RESOURCE_EXHAUSTED: 429,
  CANCELLED: 499,
  UNIMPLEMENTED: 501,
  UNAVAILABLE: 503,
  DEADLINE_EXCEEDED: 504,
  ERROR_REASON_OUT_OF_STOCK: 409,
};

/** What the cluster says. The compiler sees to it that each code has its status. */
const statusOfCode: Readonly<Record<ClusterErrorCode, number>> = {
  // The name of an article comes from the request, and everything else is right.
  invalid_options: 400,
  // Nothing was started: trying again is safe.
  no_member: 503,
  not_delivered: 503,
  overloaded: 503,
  provider_unavailable: 503,
  stopped: 503,
  // It may have happened.
  outcome_unknown: 504,
  unexpected_response: 502,
  call_cycle: 500,
  topic_refused: 500,
  unknown_type: 500,
};

/** Describes an error to clients, and nothing that they should not know. undefined if it came from no call. */
export function describeFailure(error: unknown): HttpFailure | undefined {
  if (GrainError.is(error)) {
    const { reason, message, metadata } = error;
    return { status: statusOfReason[reason] ?? 500, body: { reason, message, metadata } };
  }
  if (ClusterError.is(error)) {
    const { code } = error;
    return { status: statusOfCode[code], body: { code } };
  }
  // The client has hung up.
  if (error instanceof DOMException && error.name === "AbortError") return { status: 499, body: {} };
  return undefined;
}
