import { create } from "@bufbuild/protobuf";
import type { Logger, Random } from "@ts-grain/actor";
import { ClusterError } from "../cluster-error.ts";
import { type GrainErrorResponse, GrainErrorResponseSchema } from "../gen/cluster/grain_pb.ts";
import { GrainError } from "./grain-error.ts";

/** What is needed to report a failure. */
export interface FailureReporting {
  readonly logger: Logger;
  readonly random: Random;
}

/** What the caller may know of a failed call. The rest is logged, under an id that the caller gets. */
export function toGrainFailure(error: unknown, { logger, random }: FailureReporting): GrainErrorResponse {
  if (GrainError.is(error)) {
    const { reason, message, metadata } = error;
    return create(GrainErrorResponseSchema, { reason, message, metadata: { ...metadata } });
  }
  // Names the grains of the cycle and nothing else, and every caller on the way needs to know it.
  if (ClusterError.is(error) && error.code === "call_cycle") {
    return create(GrainErrorResponseSchema, {
      reason: "FAILED_PRECONDITION",
      message: error.message,
      metadata: { code: error.code },
    });
  }
  const errorId = Math.floor(random.next() * 2 ** 48)
    .toString(16)
    .padStart(12, "0");
  logger.error({ errorId, error }, "a grain failed");
  return create(GrainErrorResponseSchema, {
    reason: "INTERNAL",
    message: `internal error ${errorId}`,
    metadata: { errorId },
  });
}

/** The error that a caller throws for a failed call. */
export function fromGrainFailure({ reason, message, metadata }: GrainErrorResponse): GrainError {
  return new GrainError(reason, message, { metadata });
}
