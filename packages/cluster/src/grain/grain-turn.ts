import { create, type DescMessage, type Message, type MessageInitShape } from "@bufbuild/protobuf";
import type { ActorContext } from "@ts-grain/actor";
import type { MessageCodec } from "@ts-grain/remote";
import type { GrainRequest } from "../gen/cluster/grain_pb.ts";
import type { UnstartedReason } from "../stats/cluster-stats.ts";
import { deepFreeze } from "./freeze.ts";
import { GrainCall } from "./grain-call.ts";
import { type ActivationContext, CallContext } from "./grain-context.ts";
import { GrainError } from "./grain-error.ts";
import { toGrainFailure } from "./grain-failure.ts";
import type { GrainHost } from "./grain-host.ts";
import type { GrainMethod, GrainService } from "./grain-service.ts";
import { IncomingRequest } from "./incoming-request.ts";
import type { ReceivedCall } from "./received-call.ts";

/** A grain that is active: what its calls are run on. */
export interface ActiveGrain {
  readonly host: GrainHost;
  readonly instance: object;
  readonly context: ActivationContext;
  /** It begins or ends to do something. */
  use(nowMs: number): void;
}

/** Where a call came from and how it is answered. */
export type Turn = Pick<ActorContext, "sender" | "headers" | "signal" | "respond">;

/** A call as this grain's contract has it. @throws GrainError if it does not fit. */
export function readGrainCall(grain: ActiveGrain, message: GrainCall | ReceivedCall): GrainCall {
  return message instanceof GrainCall ? adoptGrainCall(grain, message) : readReceivedCall(grain, message);
}

/** A caller in this process has its own copy of the contract. */
function adoptGrainCall({ host }: ActiveGrain, call: GrainCall): GrainCall {
  const method = findMethod(host.service, call.method.index, call.method.name);
  if (method === call.method) return call;
  const { request, deadline, callers, signal } = call;
  return new GrainCall({ method, request, deadline, callers, signal });
}

function readReceivedCall({ host }: ActiveGrain, { request, deadline }: ReceivedCall): GrainCall {
  const method = findMethod(host.service, request.methodIndex, request.methodName);
  try {
    const { callers, cancelId } = request;
    const input = readInput(request, method.inputCodec);
    return new GrainCall({ method, request: input, deadline, callers, cancelId });
  } catch (error) {
    throw new GrainError("INVALID_ARGUMENT", `the request is no ${method.input.typeName}`, { cause: error });
  }
}

function readInput(request: GrainRequest, codec: MessageCodec): Message {
  if (request instanceof IncomingRequest) return request.readRequest(codec);
  const { messageData } = request;
  return codec.decode(messageData, 0, messageData.length);
}

/**
 * Runs one call and answers it. Returns a promise only if the grain's method did, so that synchronous grains stay
 * synchronous. Never throws: what goes wrong is the answer.
 */
export function runGrainCall(grain: ActiveGrain, turn: Turn, call: GrainCall): void | Promise<void> {
  const { method, deadline } = call;
  const nowMs = grain.host.clock.nowMs();
  grain.use(nowMs);
  // Nobody waits any more, so nothing is started.
  if (deadline.isOver(nowMs)) return leaveUnstarted(grain, "expired");
  const cancelled = call.isCancelledByMessage
    ? grain.host.cancellations.begin(turn.sender, call.cancelId)
    : call.signal;
  if (cancelled?.aborted) return leaveUnstarted(grain, "cancelled");
  const callContext = new CallContext(grain.context, call, turn, cancelled);
  const { interleaving } = grain.context;
  if (!interleaving) grain.context.current = callContext;
  try {
    const result = interleaving
      ? interleaving.onBehalfOf(callContext, () => invoke(grain.instance, call, callContext))
      : invoke(grain.instance, call, callContext);
    if (isPromiseLike(result)) return settle(grain, turn, { call, result, callContext });
    turn.respond(toResponse(grain, turn, method, result));
  } catch (error) {
    respondFailure(grain, turn, error);
  }
  endCall(grain, turn, call, callContext);
  return undefined;
}

/** Whoever waited for it has been told already, by the clock or by itself: what is left is to count it. */
function leaveUnstarted({ host }: ActiveGrain, reason: UnstartedReason): void {
  host.counters.unstarted[reason]++;
}

/** Answers a call with an error; with one that only says so, if that error is itself too large to be sent. */
export function respondFailure(grain: ActiveGrain, turn: Turn, error: unknown): void {
  const { logger, cluster } = grain.context;
  const reporting = { logger, random: cluster.system.random };
  try {
    turn.respond(toGrainFailure(error, reporting));
  } catch (unsent) {
    turn.respond(toGrainFailure(unsent, reporting));
  }
}

interface PendingResult {
  readonly call: GrainCall;
  readonly result: PromiseLike<unknown>;
  readonly callContext: CallContext;
}

async function settle(grain: ActiveGrain, turn: Turn, pending: PendingResult): Promise<void> {
  try {
    turn.respond(toResponse(grain, turn, pending.call.method, await pending.result));
  } catch (error) {
    respondFailure(grain, turn, error);
  }
  grain.use(grain.host.clock.nowMs());
  endCall(grain, turn, pending.call, pending.callContext);
}

// Four parameters, as an object for them would be made for every call.
function endCall(
  { context, host }: ActiveGrain,
  { sender }: Turn,
  call: GrainCall,
  callContext: CallContext,
): void {
  context.current = undefined;
  callContext.end();
  if (call.isCancelledByMessage) host.cancellations.end(sender, call.cancelId);
}

/** The method at the caller's index, if it is the one that the caller means. */
function findMethod({ kind, methods }: GrainService, index: number, name: string): GrainMethod {
  const method = methods[index];
  // Members of Proto.Actor Go send no name.
  if (method && (name === "" || name === method.name)) return method;
  const here = method ? `here it is ${method.name}` : "here it has none";
  throw new GrainError(
    "UNIMPLEMENTED",
    `the caller's rpc ${index} of ${kind} is ${name || "unnamed"}, ${here}`,
  );
}

function invoke(
  instance: object,
  { method: { property, name }, request }: GrainCall,
  context: CallContext,
): unknown {
  const method: unknown = Reflect.get(instance, property);
  if (typeof method !== "function")
    throw new GrainError("UNIMPLEMENTED", `the grain has no method ${property} for ${name}`);
  return Reflect.apply(method, instance, [request, context]);
}

// Four parameters, as an object for them would be made for every call.
function toResponse(
  { host }: ActiveGrain,
  { sender }: Turn,
  { output, property, isOneWay }: GrainMethod,
  result: unknown,
): Message {
  // Nobody reads it but a caller whose contract does not say one-way yet.
  if (isOneWay) return create(output);
  if (typeof result !== "object" || result === null) {
    throw new TypeError(`${property} must return a ${output.typeName}, or its fields; got ${String(result)}`);
  }
  const response = create(output, result as MessageInitShape<DescMessage>);
  if (!host.freezesMessages || !sender) return response;
  // To another process it leaves as bytes at once, which nobody can change.
  return host.cluster.system.processes.isLocal(sender) ? deepFreeze(response) : response;
}

/** Whether it has to be waited for. */
export function isPromiseLike(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}
