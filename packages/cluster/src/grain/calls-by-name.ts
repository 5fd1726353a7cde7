import type { AtMember } from "../identity/at-member.ts";
import type { ClusterIdentity } from "../identity/cluster-identity.ts";
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
  readonly #attention = new Map<string, Attention>();

  constructor(parts: CallsByNameParts) {
    this.#parts = parts;
  }

  /** Where to send a call of a grain whose place is not known; undefined if the grain has to be asked for first. */
  placeFor(target: ClusterIdentity, nowMs: number): AtMember | undefined {
    const { cache, receiverOf, dialectAt } = this.#parts;
    const receiver = receiverOf?.(target);
    const before = cache.atMembers.get(target);
    if (before) {
      // What comes back from there must be sent again before this one.
      if (receiver?.address !== before.pid.address) cache.leave(target, before);
      return undefined;
    }
    if (!receiver || cache.leftBehind(target) || dialectAt(receiver.address) !== "ts-grain") return undefined;
    return this.#attentionOf(receiver.address).isPaid(nowMs)
      ? cache.atMembers.add(target, receiver)
      : undefined;
  }

  /** Hears how the call ends that is sent to a place of these. */
  attempt(parts: FirstAttemptParts): FirstAttempt {
    return new AttemptByName(parts, this.#attentionOf(parts.location.pid.address));
  }

  #attentionOf(address: string): Attention {
    const known = this.#attention.get(address);
    if (known) return known;
    const attention = new Attention();
    this.#attention.set(address, attention);
    return attention;
  }
}

/** Whether a member answers what it is sent. */
class Attention {
  /** Calls that were not answered yet. */
  #open = 0;
  #hasAnswered = false;
  /** When it last answered, as far as somebody has looked, or had nothing to answer. */
  #sinceMs = 0;

  isPaid(nowMs: number): boolean {
    if (this.#open === 0 || this.#hasAnswered) this.#sinceMs = nowMs;
    this.#hasAnswered = false;
    return nowMs - this.#sinceMs <= patienceMs;
  }

  begin(): void {
    this.#open++;
  }

  end(isAnswer: boolean): void {
    this.#open--;
    if (isAnswer) this.#hasAnswered = true;
  }
}

class AttemptByName extends FirstAttempt {
  readonly #attention: Attention;

  constructor(parts: FirstAttemptParts, attention: Attention) {
    super(parts);
    this.#attention = attention;
    attention.begin();
  }

  override onReply(reply: unknown): void {
    this.#attention.end(true);
    super.onReply(reply);
  }

  override onFailure(error: unknown): void {
    this.#attention.end(false);
    super.onFailure(error);
  }
}
