import type { AtMember } from "../identity/at-member.ts";
import { type ClusterIdentity, identityProblem } from "../identity/cluster-identity.ts";
import type { LookupSession } from "../identity/identity-lookup.ts";
import type { PidCache } from "../identity/pid-cache.ts";
import { FirstAttempt, type FirstAttemptParts } from "./first-attempt.ts";

/** Milliseconds for which a member may answer none of those calls before grains are asked for there first. */
const patienceMs = 500;

/** What the calls are made with. */
export interface CallsByNameParts {
  readonly cache: PidCache;
  readonly receiverOf: LookupSession["receiverOf"];
  /** What is spoken at an address to which there is a connection. */
  readonly dialectAt: (address: string) => "ts-grain" | "proto-actor" | undefined;
}

/**
 * Calls of grains whose PIDs this process does not know, which go to the members that the grains belong to: one trip instead of two.
 *
 * Who asks for the PID first may ask again if no answer comes, as no call was sent; a call that is lost on the way has an unknown
 * outcome. So a call goes by name only over an open connection, and to a member that answers.
 */
export class CallsByName {
  readonly #parts: CallsByNameParts;
  /** By address. */
  readonly #awaited = new Map<string, AwaitedMember>();

  constructor(parts: CallsByNameParts) {
    this.#parts = parts;
  }

  /** Where to send a call of a grain whose place is not known; undefined if the grain has to be asked for first. */
  placeFor(target: ClusterIdentity, nowMs: number): AtMember | undefined {
    const { cache, receiverOf, dialectAt } = this.#parts;
    // What is under way must be sent again first, if it comes back.
    if (cache.atMembers.get(target) || cache.leftBehind(target)) return undefined;
    // Who looks for it says what is wrong with it.
    if (identityProblem(target.identity) !== undefined) return undefined;
    const receiver = receiverOf?.(target);
    if (!receiver || dialectAt(receiver.address) !== "ts-grain") return undefined;
    const isSilent = this.#awaited.get(receiver.address)?.isSilentAt(nowMs) ?? false;
    return isSilent ? undefined : cache.atMembers.add(target, receiver);
  }

  /** Hears how the call ends that is sent to a place of these at a time. */
  attempt(parts: FirstAttemptParts & { readonly location: AtMember }, nowMs: number): FirstAttempt {
    const { address } = parts.location.pid;
    let awaited = this.#awaited.get(address);
    if (!awaited) {
      awaited = new AwaitedMember(nowMs, () => this.#awaited.delete(address));
      this.#awaited.set(address, awaited);
    }
    return new AttemptByName(parts, awaited);
  }
}

/** A member that has calls to answer. */
class AwaitedMember {
  readonly #onDone: () => void;
  #open = 0;
  /** Since when it has answered none, as far as somebody has looked. */
  #sinceMs: number;
  #hasAnswered = false;

  /** @param onDone told when none is to be answered any more */
  constructor(nowMs: number, onDone: () => void) {
    this.#sinceMs = nowMs;
    this.#onDone = onDone;
  }

  isSilentAt(nowMs: number): boolean {
    if (this.#hasAnswered) this.#sinceMs = nowMs;
    this.#hasAnswered = false;
    return nowMs - this.#sinceMs > patienceMs;
  }

  begin(): void {
    this.#open++;
  }

  answered(): void {
    this.#hasAnswered = true;
    this.failed();
  }

  failed(): void {
    this.#open--;
    if (this.#open === 0) this.#onDone();
  }
}

class AttemptByName extends FirstAttempt {
  readonly #place: AtMember;
  readonly #member: AwaitedMember;

  constructor(parts: FirstAttemptParts & { readonly location: AtMember }, member: AwaitedMember) {
    super(parts);
    this.#place = parts.location;
    this.#member = member;
    member.begin();
  }

  override onReply(reply: unknown): void {
    this.#member.answered();
    this.#place.isAnswered = true;
    super.onReply(reply);
  }

  override onFailure(error: unknown): void {
    this.#member.failed();
    this.#place.isAnswered = true;
    super.onFailure(error);
  }
}
