import { create, type Message } from "@bufbuild/protobuf";
import type { Logger, PID } from "@ts-grain/actor";
import { ClusterError } from "../cluster-error.ts";
import type { ClusterCounters } from "../stats/cluster-stats.ts";
import type { GrainCall } from "./grain-call.ts";

/** Hears to whom a call was sent. */
export type OnSent = (target: PID) => void;

/** Sends a call until it is answered; tells each time to whom it was sent. */
export type SendCall = (onSent: OnSent) => Promise<Message>;

/** What is told of calls that fail after they were handed over. */
export interface HandOverParts {
  readonly logger: Logger;
  readonly counters: ClusterCounters;
}

/**
 * Hands a call over without waiting for its answer: resolves once it was sent, with an empty message. The call is
 * still sent again if it reached no handler. What the grain answers is an `Empty`, or an error that only the log gets.
 *
 * @throws what `send` throws before the call was first sent.
 */
export function handOver(
  { logger, counters }: HandOverParts,
  call: GrainCall,
  send: SendCall,
): Promise<Message> {
  const { promise, resolve, reject } = Promise.withResolvers<Message>();
  let isSent = false;
  const onSent = (): void => {
    isSent = true;
    resolve(create(call.method.output));
  };
  send(onSent).catch((error: unknown) => {
    if (!isSent) return reject(error);
    if (isLost(error)) counters.lostOneWay++;
    if (isWorthSaying(error)) logger.warn({ error, method: call.method.name }, "a one-way call failed");
  });
  return promise;
}

/** Whether it is certain that no handler was started. */
function isLost(error: unknown): boolean {
  return ClusterError.is(error) && isWorthSaying(error);
}

/** A handler may well run longer than the call waits, and who shuts down knows it. */
function isWorthSaying(error: unknown): boolean {
  return !(ClusterError.is(error) && (error.code === "outcome_unknown" || error.code === "stopped"));
}
