import { create, isMessage, type Message } from "@bufbuild/protobuf";
import { ActorError, type ActorSystem, type PID } from "@ts-grain/actor";
import type { TypeRegistry } from "@ts-grain/remote";
import { ClusterError } from "../cluster-error.ts";
import { GrainErrorResponseSchema } from "../gen/cluster/grain_pb.ts";
import type { ClusterIdentity } from "../identity/cluster-identity.ts";
import type { FindOptions } from "../identity/identity-lookup.ts";
import type { PidCache } from "../identity/pid-cache.ts";
import type { MemberList } from "../membership/member-list.ts";
import type { CallOutcome, ClusterCounters } from "../stats/cluster-stats.ts";
import { describeCycle } from "./call-chain.ts";
import { Deadline } from "./deadline.ts";
import { deepFreeze } from "./freeze.ts";
import { GrainCall } from "./grain-call.ts";
import type { GrainCallOptions, OutgoingGrainCall } from "./grain-caller.ts";
import { GrainError } from "./grain-error.ts";
import { fromGrainFailure } from "./grain-failure.ts";
import { type GrainMethod, type GrainService, registerService } from "./grain-service.ts";
import { IdempotentCalls } from "./idempotent-calls.ts";
import { handOver, type SendCall } from "./one-way.ts";
import { pauseBeforeRetry } from "./retry-pause.ts";

const maxCancelId = 0xffff_ffff;

/** What calls are made with. */
export interface DispatcherParts {
  readonly system: ActorSystem;
  readonly members: MemberList;
  readonly cache: PidCache;
  readonly types: TypeRegistry;
  readonly locate: (identity: ClusterIdentity, options: FindOptions) => Promise<PID>;
  readonly requestTimeoutMs: number;
  readonly freezesMessages: boolean;
  readonly counters: ClusterCounters;
  /** Tells the member at an address that a call is not waited for any more. */
  readonly cancel: (address: string, cancelId: number) => void;
}

/** A call that is on its way. */
interface Sending {
  readonly target: ClusterIdentity;
  readonly call: GrainCall;
  readonly options: GrainCallOptions;
  readonly onSent: (target: PID) => void;
}

/** Makes grain calls: finds the grain, sends, and sends again if there is proof that no handler was started. */
export class GrainDispatcher {
  readonly #parts: DispatcherParts;
  readonly #registered = new Set<GrainService>();
  readonly #idempotentCalls: IdempotentCalls;
  #cancelId = 0;

  constructor(parts: DispatcherParts) {
    this.#parts = parts;
    this.#idempotentCalls = new IdempotentCalls(parts);
  }

  /** Makes a call and counts how it ends. */
  async call(call: OutgoingGrainCall): Promise<Message> {
    const { calls } = this.#parts.counters;
    try {
      const response = await this.#call(call);
      calls.ok++;
      return response;
    } catch (error) {
      calls[outcomeOf(error)]++;
      throw error;
    }
  }

  async #call({
    service,
    identity,
    method,
    request,
    options,
    callers = [],
  }: OutgoingGrainCall): Promise<Message> {
    const { system, types, requestTimeoutMs } = this.#parts;
    if (!this.#registered.has(service)) {
      this.#registered.add(service);
      registerService(types, service);
    }
    const target = { kind: service.kind, identity };
    // Nobody waits for a one-way call.
    const waiting = method.isOneWay ? [] : callers;
    const cycle = describeCycle(waiting, target, method);
    if (cycle)
      throw new ClusterError("call_cycle", `${cycle}: each waits for the next, the last for the first`);
    const deadline = new Deadline(system.clock, options.timeoutMs ?? requestTimeoutMs);
    const signal = method.isOneWay ? undefined : options.signal;
    const call = new GrainCall({
      method,
      request: create(method.input, request),
      deadline,
      callers: waiting,
      signal,
      cancelId: signal && this.#nextCancelId(),
    });
    const send: SendCall = (onSent) => this.#send({ target, call, options, onSent });
    if (method.isOneWay) return handOver(system, call, send);
    if (method.isIdempotent) return this.#idempotentCalls.call(deadline, send);
    return send(() => undefined);
  }

  /** Never 0, which says that a call will not be cancelled. */
  #nextCancelId(): number {
    this.#cancelId = (this.#cancelId % maxCancelId) + 1;
    return this.#cancelId;
  }

  async #send(sending: Sending): Promise<Message> {
    const { call, options } = sending;
    const { deadline } = call;
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.#attempt(sending);
      } catch (error) {
        if (!isSafeToRepeat(error) || deadline.remainingMs === 0) throw error;
      }
      this.#parts.counters.retries++;
      await pauseBeforeRetry(this.#parts, { attempt, deadline, signal: options.signal });
    }
  }

  async #attempt({ target, call, options, onSent }: Sending): Promise<Message> {
    const { system, cache, locate, freezesMessages } = this.#parts;
    const { signal, headers } = options;
    const pid = cache.get(target) ?? (await locate(target, { timeoutMs: call.deadline.remainingMs, signal }));
    if (freezesMessages && system.processes.isLocal(pid)) deepFreeze(call.request);
    try {
      const timeoutMs = call.deadline.remainingMs;
      const reply = system.root.requestAsync(pid, call, { timeoutMs, signal, headers });
      onSent(pid);
      return readReply(call.method, await reply);
    } catch (error) {
      if (signal?.aborted && call.cancelId !== 0) this.#parts.cancel(pid.address, call.cancelId);
      if (!ActorError.is(error)) throw error;
      if (error.code === "dead_letter") cache.remove(target, pid);
      throw toOutcome(error, target, call.method);
    }
  }
}

function readReply(method: GrainMethod, reply: unknown): Message {
  if (isMessage(reply, method.output)) return reply;
  if (isMessage(reply, GrainErrorResponseSchema)) throw fromGrainFailure(reply);
  const got = isMessage(reply) ? reply.$typeName : typeof reply;
  throw new ClusterError(
    "unexpected_response",
    `${method.name} answers ${method.output.typeName}, got ${got}`,
  );
}

function outcomeOf(error: unknown): CallOutcome {
  if (ClusterError.is(error)) return error.code;
  return GrainError.is(error) ? "grain_error" : "aborted";
}

function isSafeToRepeat(error: unknown): boolean {
  return ClusterError.is(error) && (error.code === "not_delivered" || error.code === "no_member");
}

function toOutcome(error: ActorError, { kind, identity }: ClusterIdentity, { name }: GrainMethod): Error {
  const call = `${name} of ${JSON.stringify(`${kind}/${identity}`)}`;
  const options = { cause: error };
  switch (error.code) {
    case "dead_letter":
      return new ClusterError("not_delivered", `${call} reached no activation`, options);
    case "overloaded":
      return new ClusterError("overloaded", `${call} was refused: too much is queued`, options);
    case "deadline_exceeded":
      return new ClusterError(
        "outcome_unknown",
        `${call} was not answered in time; it may have run`,
        options,
      );
    case "stopped":
      return new ClusterError(
        "stopped",
        `${call} was cut off: this process's actor system has stopped`,
        options,
      );
    case "invalid_message":
    case "invalid_options":
    case "name_taken":
    case "no_message":
      return error;
  }
}
