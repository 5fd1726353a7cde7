import {
  create,
  type DescMessage,
  fromBinary,
  type Message,
  type MessageInitShape,
} from "@bufbuild/protobuf";
import type { ActorContext } from "@ts-grain/actor";
import type { GrainRequest } from "../gen/cluster/grain_pb.ts";
import { Deadline } from "./deadline.ts";
import { deepFreeze } from "./freeze.ts";
import { GrainCall } from "./grain-call.ts";
import { type ActivationContext, CallContext } from "./grain-context.ts";
import { GrainError } from "./grain-error.ts";
import { toGrainFailure } from "./grain-failure.ts";
import type { GrainMethod, GrainService } from "./grain-service.ts";

/** A grain that is active: what its calls are run on. */
export interface ActiveGrain {
  readonly service: GrainService;
  readonly instance: object;
  readonly context: ActivationContext;
  readonly freezesMessages: boolean;
}

/** Reads a call that came from another process. @throws GrainError if it does not fit the service's contract. */
export function readGrainRequest(grain: ActiveGrain, request: GrainRequest): GrainCall {
  const method = findMethod(grain.service, request.methodIndex, request.methodName);
  const { requestTimeoutMs, system } = grain.context.cluster;
  const deadline = new Deadline(system.clock, request.timeoutMs || requestTimeoutMs);
  try {
    const { callers, messageData } = request;
    return new GrainCall({ method, request: fromBinary(method.input, messageData), deadline, callers });
  } catch (error) {
    throw new GrainError("INVALID_ARGUMENT", `the request is no ${method.input.typeName}`, { cause: error });
  }
}

/**
 * Runs one call and answers it. Returns a promise only if the grain's method did, so that synchronous grains stay
 * synchronous. Never throws: what goes wrong is the answer.
 */
export function runGrainCall(
  grain: ActiveGrain,
  context: ActorContext,
  call: GrainCall,
): void | Promise<void> {
  // Nobody waits any more, so nothing is started.
  if (call.deadline.remainingMs === 0) return undefined;
  const { sender, headers } = context;
  const callContext = new CallContext(grain.context, {
    sender,
    headers,
    deadline: call.deadline,
    callers: call.callers,
    stopped: () => context.signal,
  });
  grain.context.current = callContext;
  try {
    const method = findMethod(grain.service, call.method.index, call.method.name);
    const result = invoke(grain.instance, method, [call.request, callContext]);
    if (isPromiseLike(result)) return settle(grain, context, { method, result, callContext });
    context.respond(toResponse(grain, method, result));
  } catch (error) {
    respondFailure(grain, context, error);
  }
  endCall(grain, callContext);
  return undefined;
}

/** Answers a call with an error. */
export function respondFailure(grain: ActiveGrain, context: ActorContext, error: unknown): void {
  const { logger, cluster } = grain.context;
  context.respond(toGrainFailure(error, { logger, random: cluster.system.random }));
}

interface PendingResult {
  readonly method: GrainMethod;
  readonly result: PromiseLike<unknown>;
  readonly callContext: CallContext;
}

async function settle(grain: ActiveGrain, context: ActorContext, pending: PendingResult): Promise<void> {
  try {
    context.respond(toResponse(grain, pending.method, await pending.result));
  } catch (error) {
    respondFailure(grain, context, error);
  }
  endCall(grain, pending.callContext);
}

function endCall({ context }: ActiveGrain, callContext: CallContext): void {
  context.current = undefined;
  callContext.end();
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
  { property, name }: GrainMethod,
  parameters: [Message, CallContext],
): unknown {
  const method: unknown = Reflect.get(instance, property);
  if (typeof method !== "function")
    throw new GrainError("UNIMPLEMENTED", `the grain has no method ${property} for ${name}`);
  return Reflect.apply(method, instance, parameters);
}

function toResponse(
  { freezesMessages }: ActiveGrain,
  { output, property }: GrainMethod,
  result: unknown,
): Message {
  if (typeof result !== "object" || result === null) {
    throw new TypeError(`${property} must return a ${output.typeName}, or its fields; got ${String(result)}`);
  }
  const response = create(output, result as MessageInitShape<DescMessage>);
  return freezesMessages ? deepFreeze(response) : response;
}

function isPromiseLike(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}
