import type { DescMessage, Message, MessageInitShape } from "@bufbuild/protobuf";
import type { MessageHeaders } from "@ts-grain/actor";
import type { GrainMethod, GrainService } from "./grain-service.ts";

/**
 * How one grain call is made.
 *
 * @example
 * import type { GrainCaller, GrainCallOptions } from "@ts-grain/cluster";
 * import { getSmartBulbGrainClient } from "./gen/smartbulb_grain.ts";
 *
 * async function isOn(caller: GrainCaller, bulb: string): Promise<boolean> {
 *   const options: GrainCallOptions = { timeoutMs: 1_000, headers: { user: "ada" } };
 *   const state = await getSmartBulbGrainClient(caller, bulb).getState({}, options);
 *   return state.isOn;
 * }
 */
export interface GrainCallOptions {
  /**
   * Milliseconds within which the call settles, all retries included. Default: the cluster's `requestTimeoutMs`
   * (5,000), or what is left of the call that the calling grain is handling, if that is less.
   */
  readonly timeoutMs?: number | undefined;
  /** Ends the wait; the promise rejects with the signal's reason. The grain may still handle the call. */
  readonly signal?: AbortSignal | undefined;
  /** Text that travels beside the request; the grain reads it as `context.headers`. */
  readonly headers?: MessageHeaders | undefined;
}

/**
 * A call, complete but for its answer.
 *
 * @example
 * import type { GrainCaller, OutgoingGrainCall } from "@ts-grain/cluster";
 *
 * // Counts the calls that are made through another caller.
 * function counted(caller: GrainCaller, count: (rpc: string) => void): GrainCaller {
 *   return {
 *     callGrain(call: OutgoingGrainCall) {
 *       count(`${call.service.kind}/${call.method.name}`);
 *       return caller.callGrain(call);
 *     },
 *   };
 * }
 */
export interface OutgoingGrainCall {
  readonly service: GrainService;
  readonly identity: string;
  readonly method: GrainMethod;
  /** The request's fields, or the message itself. */
  readonly request: MessageInitShape<DescMessage>;
  readonly options: GrainCallOptions;
  /** The grains that wait for this call, outermost first, each as the runtime writes it. Default none. */
  readonly callers?: readonly string[] | undefined;
}

/**
 * What a grain client calls through: a cluster, or the context of a grain.
 *
 * @example
 * import type { GrainCaller } from "@ts-grain/cluster";
 * import { getSmartBulbGrainClient } from "./gen/smartbulb_grain.ts";
 *
 * // From outside with a cluster, from inside of a grain with its context.
 * async function turnAllOn(caller: GrainCaller, bulbs: readonly string[]): Promise<void> {
 *   await Promise.all(bulbs.map((bulb) => getSmartBulbGrainClient(caller, bulb).turnOn({})));
 * }
 */
export interface GrainCaller {
  /**
   * Calls a grain wherever it lives. Sent again only with proof that no handler was started.
   *
   * @throws GrainError what the grain reports.
   * @throws ClusterError "no_member", "not_delivered", "overloaded", "outcome_unknown", "unexpected_response",
   * "call_cycle", "invalid_options" or "stopped". RemoteError "not_serializable" if the request is none of its type, or
   * "message_too_large"; a grain in the caller's own process is given it as it is.
   */
  callGrain(call: OutgoingGrainCall): Promise<Message>;
}
