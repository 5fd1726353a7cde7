import type { ActorSystem, PID } from "@ts-grain/actor";
import { ClusterError } from "../cluster-error.ts";
import type { ClusterIdentity } from "../identity/cluster-identity.ts";
import type { FindOptions } from "../identity/identity-lookup.ts";
import type { Location } from "../identity/location.ts";
import type { PidCache } from "../identity/pid-cache.ts";
import type { MemberList } from "../membership/member-list.ts";
import type { Deadline } from "./deadline.ts";
import { pauseBeforeRetry } from "./retry-pause.ts";
import type { WaitingCall } from "./waiting-call.ts";

/** Milliseconds after which it is asked anew where a grain is: a question may be lost with its connection. */
const askTimeoutMs = 2_000;
/** Milliseconds that calls have to settle where the grain is not any more: a member that was killed does not answer. */
const handBackTimeoutMs = 500;

/** What searches are made with. */
export interface SearchParts {
  readonly system: ActorSystem;
  readonly members: MemberList;
  readonly cache: PidCache;
  readonly locate: (identity: ClusterIdentity, options: FindOptions) => Promise<PID>;
  /** Milliseconds after which calls fail for whose kind the cluster's members have no host. */
  readonly noMemberTimeoutMs: number;
}

/** A call that came back. */
export interface Undelivered {
  readonly problem: ClusterError;
  /** How often that has happened to it. */
  readonly times: number;
}

/** Finds a grain for all calls of this process that wait for it, and then sends them in the order in which they were made. */
export class GrainSearch {
  readonly #target: ClusterIdentity;
  readonly #parts: SearchParts;
  readonly #waiting: WaitingCall[] = [];
  readonly #onEnd: () => void;
  /** Ends what is asked or awaited for nobody any more; undefined where only time can bring that about. */
  #asking: AbortController | undefined;
  /** Since when members are known and none of them hosts the kind; Infinity if one does, or none is known. */
  #unhostedSinceMs = Number.POSITIVE_INFINITY;

  /** @param onEnd told when no call waits any more; calls that are added later are not sent */
  constructor(target: ClusterIdentity, parts: SearchParts, onEnd: () => void) {
    this.#target = target;
    this.#parts = parts;
    this.#onEnd = onEnd;
  }

  add(call: WaitingCall): void {
    const place = this.#waiting.findLastIndex(({ order }) => order < call.order) + 1;
    this.#waiting.splice(place, 0, call);
  }

  remove(call: WaitingCall): void {
    this.#waiting.splice(this.#waiting.indexOf(call), 1);
    if (this.#waiting.length === 0) this.#asking?.abort();
  }

  /** Fails the calls whose time is over. Returns when that of the next one is; Infinity if no call waits. */
  expire(nowMs: number): number {
    let nextMs = Number.POSITIVE_INFINITY;
    for (const call of [...this.#waiting]) {
      if (call.deadline.isOver(nowMs)) {
        this.remove(call);
        call.expire();
      } else {
        nextMs = Math.min(nextMs, call.deadline.atMs);
      }
    }
    return nextMs;
  }

  /**
   * Searches until no call waits any more. Never rejects: errors are the calls'.
   *
   * @param last what came of sending the first call before
   */
  async run(last: Undelivered | undefined): Promise<void> {
    const left = this.#parts.cache.leftBehind(this.#target);
    if (left) await this.#untilSettled(left);
    if (last && last.times > 1) await this.#pause(last.times, last.problem);
    for (let attempt = 0; this.#waiting.length > 0; attempt++) {
      // A question ends by its own time. Only a call that is cancelled may end the wait for it sooner.
      const asking = this.#waiting.some(({ canAbort }) => canAbort) ? new AbortController() : undefined;
      this.#asking = asking;
      try {
        const pid = await this.#parts.locate(this.#target, {
          timeoutMs: this.#askMs,
          signal: asking?.signal,
        });
        await this.#untilBehindOthers(pid);
        const location = this.#parts.cache.set(this.#target, pid);
        for (const call of this.#waiting.splice(0)) call.send(location);
      } catch (error) {
        if (isPassing(error) && !this.#isUnhosted(error)) await this.#pause(attempt, error);
        else if (!asking?.signal.aborted) for (const call of this.#waiting.splice(0)) call.fail(error);
      }
    }
    this.#onEnd();
  }

  /** How long to wait for an answer. */
  get #askMs(): number {
    return Math.min(askTimeoutMs, this.#lastDeadline().remainingMs);
  }

  /** Whether nobody has hosted the kind for as long as calls wait for that. A process that knows no member has yet to hear of them. */
  #isUnhosted({ code }: ClusterError): boolean {
    const { members, system } = this.#parts;
    const nowMs = system.clock.nowMs();
    const isHosted = code !== "no_member" || members.topology.members.length === 0;
    this.#unhostedSinceMs = isHosted ? Number.POSITIVE_INFINITY : Math.min(this.#unhostedSinceMs, nowMs);
    return nowMs >= this.#unhostedUntilMs;
  }

  get #unhostedUntilMs(): number {
    return this.#unhostedSinceMs + this.#parts.noMemberTimeoutMs;
  }

  async #pause(attempt: number, problem: ClusterError): Promise<void> {
    if (this.#waiting.length === 0) return;
    for (const call of this.#waiting) call.note(problem);
    this.#asking = new AbortController();
    const { signal } = this.#asking;
    const patienceMs = this.#unhostedUntilMs - this.#parts.system.clock.nowMs();
    const deadline = { remainingMs: Math.min(this.#lastDeadline().remainingMs, patienceMs) };
    await pauseBeforeRetry(this.#parts, { attempt, deadline, signal }).catch(() => undefined);
  }

  #lastDeadline(): Deadline {
    let last = this.#waiting[0]!.deadline;
    for (const { deadline } of this.#waiting) if (deadline.atMs > last.atMs) last = deadline;
    return last;
  }

  /**
   * A call of the grain may be under way by way of its member. If that is where the grain was found, what is sent now comes behind it, as
   * the member was asked after it was called; unless it was refused, or went to a member that had the grain before.
   */
  async #untilBehindOthers({ address }: PID): Promise<void> {
    const called = this.#parts.cache.atMembers.get(this.#target);
    if (!called) return;
    if (called.isAnswered || called.pid.address !== address) await this.#untilSettled(called);
    else called.isPassed = true;
  }

  /** What was sent before and comes back undelivered must be sent again first. */
  async #untilSettled(left: Location): Promise<void> {
    const { promise: isLongEnough, resolve } = Promise.withResolvers<void>();
    const timer = this.#parts.system.clock.schedule(handBackTimeoutMs, resolve);
    await Promise.race([left.settled(), isLongEnough]);
    timer.cancel();
  }
}

/** Whether asking again may help. */
function isPassing(error: unknown): error is ClusterError {
  return ClusterError.is(error) && (error.code === "not_delivered" || error.code === "no_member");
}
