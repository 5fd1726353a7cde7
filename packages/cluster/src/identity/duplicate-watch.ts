import { type ClusterIdentity, identityKey } from "./cluster-identity.ts";
import { DuplicateActivation } from "./duplicate-activation.ts";

/** Of how many identities it is remembered who has held them. */
const maxIdentities = 100_000;

/** That a member has an activation, or had. */
export interface Holding extends ClusterIdentity {
  /** Its address. */
  readonly member: string;
  /** By this process's clock. */
  readonly begunAtMs: number;
  /** By this process's clock; Infinity while it has not ended. */
  readonly endedAtMs: number;
}

/** Finds out which identities more than one member has held at a time, from what members tell the owner. */
export class DuplicateWatch {
  readonly #told = new Map<string, Holding[]>();

  get isEmpty(): boolean {
    return this.#told.size === 0;
  }

  /**
   * A member has held an identity, or holds it.
   *
   * @param nowMs of what has not ended, more than that it was there until now is not known later
   * @param others who holds it beside those that have been told of
   * @returns with whom it has held it together, each once for as long as it is remembered
   */
  add(holding: Holding, nowMs: number, others: readonly Holding[] = []): readonly DuplicateActivation[] {
    const key = identityKey(holding);
    const before = this.#told.get(key) ?? [];
    const isKnown = before.some(({ member, begunAtMs }) => {
      // What is told again has not been measured anew to the millisecond.
      return member === holding.member && Math.abs(begunAtMs - holding.begunAtMs) < 1_000;
    });
    if (isKnown || (before.length === 0 && this.#told.size >= maxIdentities)) return [];
    this.#told.set(key, [...before, { ...holding, endedAtMs: Math.min(holding.endedAtMs, nowMs) }]);
    return [...before, ...others]
      .filter((other) => other.member !== holding.member && overlap(other, holding))
      .map((other) => new DuplicateActivation(holding, [other.member, holding.member]));
  }

  /** Forgets what it was told: views have agreed for long. */
  forget(): void {
    this.#told.clear();
  }
}

function overlap(one: Holding, other: Holding): boolean {
  return Math.max(one.begunAtMs, other.begunAtMs) < Math.min(one.endedAtMs, other.endedAtMs);
}
