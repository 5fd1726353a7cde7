import type { Message } from "@bufbuild/protobuf";
import type { LogEntry, RecordingLogger } from "@ts-grain/actor/testing";
import { type GrainCaller, GrainError, type OutgoingGrainCall } from "@ts-grain/cluster";
import { TestkitError } from "./testkit-error.ts";

/** What a revealing caller calls through. */
export interface RevealingCallerParts {
  readonly caller: GrainCaller;
  /** The log of the members that host what is called. */
  readonly log: RecordingLogger;
  /** The only kind that it calls. */
  readonly kind: string;
}

/**
 * Calls grains as any program does, and tells a test what others must not know: an error "INTERNAL" gets as its `cause` what the grain
 * has thrown.
 */
export class RevealingCaller implements GrainCaller {
  readonly #parts: RevealingCallerParts;

  constructor(parts: RevealingCallerParts) {
    this.#parts = parts;
  }

  async callGrain(call: OutgoingGrainCall): Promise<Message> {
    const { caller, kind } = this.#parts;
    if (call.service.kind !== kind)
      throw new TestkitError("wrong_client", `the client calls ${call.service.kind}, the grain is a ${kind}`);
    try {
      return await caller.callGrain(call);
    } catch (error) {
      throw revealed(error, this.#parts.log);
    }
  }
}

/** The same error; if it is one that hides its cause, with what was logged under its id. */
export function revealed(error: unknown, log: RecordingLogger): unknown {
  if (GrainError.is(error) && "errorId" in error.metadata)
    error.cause = findLogged(log, { errorId: error.metadata["errorId"] });
  return error;
}

/** The error that was last logged together with these fields. */
export function findLogged(log: RecordingLogger, wanted: Readonly<Record<string, unknown>>): unknown {
  const isWanted = ({ fields }: LogEntry): boolean =>
    "error" in fields && Object.entries(wanted).every(([name, value]) => Reflect.get(fields, name) === value);
  const entry = log.entries.findLast(isWanted);
  return entry && Reflect.get(entry.fields, "error");
}
