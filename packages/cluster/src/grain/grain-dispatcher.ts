import { create, isMessage, type Message } from "@bufbuild/protobuf";
import { ActorError, type ActorSystem, PID, type ReplyHandler } from "@ts-grain/actor";
import type { TypeRegistry } from "@ts-grain/remote";
import { ClusterError } from "../cluster-error.ts";
import { ActivationResponseSchema } from "../gen/cluster/cluster_pb.ts";
import { GrainErrorResponseSchema } from "../gen/cluster/grain_pb.ts";
import { LocatedAnswerSchema } from "../gen/tsgrain/cluster/v1/located_pb.ts";
import { Activation } from "../identity/activation.ts";
import { AtMember } from "../identity/at-member.ts";
import { CallHere } from "../identity/call-here.ts";
import type { ClusterIdentity } from "../identity/cluster-identity.ts";
import type { FindOptions } from "../identity/identity-lookup.ts";
import type { Location } from "../identity/location.ts";
import type { MemberList } from "../membership/member-list.ts";
import type { CallOutcome, ClusterCounters } from "../stats/cluster-stats.ts";
import { describeCycle } from "./call-chain.ts";
import { CallsByName, type CallsByNameParts } from "./calls-by-name.ts";
import { Deadline } from "./deadline.ts";
import { FirstAttempt, type GoOn } from "./first-attempt.ts";
import { deepFreeze } from "./freeze.ts";
import { CallByName, GrainCall } from "./grain-call.ts";
import type { OutgoingGrainCall } from "./grain-caller.ts";
import { GrainError } from "./grain-error.ts";
import { fromGrainFailure } from "./grain-failure.ts";
import type { Undelivered } from "./grain-search.ts";
import { GrainSearches } from "./grain-searches.ts";
import { type GrainMethod, type GrainService, registerService } from "./grain-service.ts";
import { IdempotentCalls } from "./idempotent-calls.ts";
import { answerIn } from "./located-answer.ts";
import { handOver, type SendCall } from "./one-way.ts";
import type { Sending, Sent } from "./sending.ts";

const maxCancelId = 0xffff_ffff;
const nobody: readonly string[] = [];
const settled: Promise<void> = Promise.resolve();

/** What calls are made with. */
export interface DispatcherParts extends CallsByNameParts {
  readonly system: ActorSystem;
  readonly members: MemberList;
  readonly types: TypeRegistry;
  readonly locate: (identity: ClusterIdentity, options: FindOptions) => Promise<PID>;
  readonly requestTimeoutMs: number;
  readonly noMemberTimeoutMs: number;
  readonly freezesMessages: boolean;
  readonly counters: ClusterCounters;
  /** Tells the member at an address that a call is not waited for any more. */
  readonly cancel: (address: string, cancelId: number) => void;
}

/** A call that was sent and failed. */
interface Attempt {
  readonly location: Location;
  readonly sending: Sending;
  readonly last: Undelivered | undefined;
}

/** Which call it is, and what came of sending it before. */
interface Repetition {
  readonly order: number;
  readonly last: Undelivered | undefined;
}

/** Makes grain calls: finds the grain, sends, and sends again if there is proof that no handler was started. */
export class GrainDispatcher {
  readonly #parts: DispatcherParts;
  readonly #registered = new Set<GrainService>();
  readonly #idempotentCalls: IdempotentCalls;
  readonly #searches: GrainSearches;
  readonly #byName: CallsByName;
  #cancelId: number;
  /** Calls made so far. */
  #made = 0;

  constructor(parts: DispatcherParts) {
    this.#parts = parts;
    // Members may still remember what an earlier process at this address has cancelled.
    this.#cancelId = Math.floor(parts.system.random.next() * 2 ** 30);
    this.#idempotentCalls = new IdempotentCalls(parts);
    this.#searches = new GrainSearches(parts);
    this.#byName = new CallsByName(parts);
  }

  /** Makes a call and counts how it ends. */
  call(call: OutgoingGrainCall): Promise<Message> {
    try {
      return this.#call(call);
    } catch (error) {
      return this.#counted(Promise.reject(error as Error));
    }
  }

  // Not async, as `call` is not: each promise between the caller and the request costs a good part of a call inside the
  // process.
  #call({
    service,
    identity,
    method,
    request,
    options,
    callers = nobody,
  }: OutgoingGrainCall): Promise<Message> {
    const { system, types, requestTimeoutMs } = this.#parts;
    if (!this.#registered.has(service)) {
      this.#registered.add(service);
      registerService(types, service);
    }
    const target = { kind: service.kind, identity };
    // Nobody waits for a one-way call.
    const waiting = method.isOneWay ? nobody : callers;
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
    if (!method.isOneWay && !method.isIdempotent) {
      const { calls: outcomes } = this.#parts.counters;
      return this.#send({ target, call, options, outcomes }, deadline.timeoutMs);
    }
    const send: SendCall = (onSent) => this.#send({ target, call, options, onSent }, deadline.remainingMs);
    if (method.isOneWay) {
      const { counters } = this.#parts;
      return this.#counted(handOver({ logger: system.logger, counters }, call, send));
    }
    return this.#counted(this.#idempotentCalls.call(deadline, send));
  }

  async #counted(answer: Promise<Message>): Promise<Message> {
    const { calls } = this.#parts.counters;
    try {
      const response = await answer;
      calls.ok++;
      return response;
    } catch (error) {
      calls[outcomeOf(error)]++;
      throw error;
    }
  }

  /** Never 0, which says that a call will not be cancelled. */
  #nextCancelId(): number {
    this.#cancelId = (this.#cancelId % maxCancelId) + 1;
    return this.#cancelId;
  }

  /**
   * Calls to one grain start in the order in which they were made, those included that are sent again.
   *
   * @param remainingMs until the deadline: given, as the clock takes as long to be read as some of a call's steps
   */
  #send(sending: Sending, remainingMs: number): Promise<Message> {
    const order = this.#made++;
    const { target } = sending;
    if (this.#searches.has(target)) return this.#sendUntilAnswered(sending, order, undefined);
    const location = this.#parts.cache.find(target);
    if (!location) return this.#sendByName(sending, order, remainingMs);
    const attempt = new FirstAttempt({ sending, order, location, goOn: this.#goOn });
    this.#sendTo(location, sending, attempt, remainingMs);
    return attempt.answer;
  }

  /** Sends it to the member that the grain belongs to, if that can hand it on, or asks for the grain first. */
  #sendByName(sending: Sending, order: number, timeoutMs: number): Promise<Message> {
    const { target, call, options, onSent } = sending;
    const nowMs = call.deadline.atMs - timeoutMs;
    const place = this.#byName.placeFor(target, nowMs);
    if (!place) return this.#sendUntilAnswered(sending, order, undefined);
    const attempt = this.#byName.attempt({ sending, order, location: place, goOn: this.#goOn }, nowMs);
    const { signal, headers } = options;
    place.begin();
    const message = new CallByName(target, call);
    this.#parts.system.root.requestInto(place.pid, message, attempt, { timeoutMs, signal, headers });
    onSent?.(place.pid);
    return attempt.answer;
  }

  readonly #goOn: GoOn = (sending, order, sent) => this.#sendUntilAnswered(sending, order, sent);

  /** @param first what came of sending it for the first time, if it was sent and is not answered by that */
  async #sendUntilAnswered(sending: Sending, order: number, first: Sent | undefined): Promise<Message> {
    const { outcomes } = sending;
    let sent = first;
    let last: Undelivered | undefined;
    try {
      // So that the stack of an error that is made from now on names who called: until then our promise is not yet the caller's.
      if (first) await settled;
      for (;;) {
        const { location, reply } = sent ?? (await this.#sendOnceFound(sending, { order, last }));
        try {
          const response = this.#read(await reply(), sending, location);
          if (outcomes) outcomes.ok++;
          return response;
        } catch (error) {
          last = this.#undelivered(error, { location, sending, last });
        } finally {
          location.end();
        }
        this.#parts.counters.retries++;
        sent = this.#sendAgain(sending);
      }
    } catch (error) {
      if (outcomes) outcomes[outcomeOf(error)]++;
      throw error;
    }
  }

  /** @throws what the grain reports, and what shows that the reply is none. */
  #read(reply: unknown, { target, call: { method } }: Sending, location: Location): Message {
    if (!(location instanceof AtMember)) return readReply(method, reply);
    const { pid } = location;
    if (isMessage(reply, ActivationResponseSchema))
      throw new ClusterError("not_delivered", `member ${pid.address} does not activate the grain now`);
    if (!isMessage(reply, LocatedAnswerSchema)) return readReply(method, reply);
    const { cache, receiverOf } = this.#parts;
    // It may have moved while the call was handled.
    const isThere = receiverOf?.(target)?.address === pid.address && !cache.get(target);
    if (isThere) cache.set(target, new PID(pid.address, reply.id));
    return readReply(method, answerIn(reply, method));
  }

  /** Sends it at once, if another call has found out where to. */
  #sendAgain(sending: Sending): Sent | undefined {
    const { target } = sending;
    const known = this.#searches.has(target) ? undefined : this.#parts.cache.get(target);
    return known && this.#sendAndPromise(known, sending);
  }

  #sendOnceFound(sending: Sending, { order, last }: Repetition): Promise<Sent> {
    const { deadline } = sending.call;
    const { signal } = sending.options;
    return new Promise((resolve, fail) => {
      // A search goes on with the calls behind it, whatever becomes of this one.
      const send = (location: Location): void => {
        try {
          resolve(this.#sendAndPromise(location, sending));
        } catch (error) {
          fail(error as Error);
        }
      };
      const waiting = { order, deadline, signal, problem: last?.problem, send, fail };
      this.#searches.join(sending.target, waiting, last);
    });
  }

  #sendAndPromise(location: Location, sending: Sending): Sent {
    const { promise, resolve: onReply, reject: onFailure } = Promise.withResolvers<unknown>();
    this.#sendTo(location, sending, { onReply, onFailure }, sending.call.deadline.remainingMs);
    return { location, reply: () => promise };
  }

  // Four parameters, as an object for them would be made for every call.
  #sendTo(location: Location, sending: Sending, handler: ReplyHandler, timeoutMs: number): void {
    const { call, options, onSent } = sending;
    const { system, freezesMessages } = this.#parts;
    const { signal, headers } = options;
    const { parent } = location;
    const pid = parent ?? location.pid;
    if (freezesMessages && system.processes.isLocal(pid)) deepFreeze(call.request);
    location.begin();
    const message = parent && location instanceof Activation ? new CallHere(location, call) : call;
    system.root.requestInto(pid, message, handler, { timeoutMs, signal, headers });
    onSent?.(pid);
  }

  /** @throws what the caller is told, unless it is certain that no handler was started and there is time left. */
  #undelivered(error: unknown, { location, sending, last }: Attempt): Undelivered {
    const { target, call, options } = sending;
    location.afterFailure();
    if (options.signal?.aborted && call.cancelId !== 0)
      this.#parts.cancel((location.parent ?? location.pid).address, call.cancelId);
    const problem = ActorError.is(error) ? toOutcome(error, target, call.method) : error;
    if (!isUndelivered(problem) || call.deadline.remainingMs === 0) throw problem;
    this.#parts.cache.removeLocation(target, location);
    return { problem, times: (last?.times ?? 0) + 1 };
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

/** Whether it is certain that no handler was started. */
function isUndelivered(problem: unknown): problem is ClusterError {
  return ClusterError.is(problem) && problem.code === "not_delivered";
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
