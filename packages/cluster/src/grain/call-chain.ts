import { type ClusterIdentity, identityKey } from "../identity/cluster-identity.ts";
import type { GrainMethod, GrainReentrancy } from "./grain-service.ts";

// A call carries the grains that wait for it, outermost first. Each is written as the first letter of what may be started
// there meanwhile, a colon, the kind, a slash and the identity: "n:SmartBulb/kitchen".
const letters: Readonly<Record<GrainReentrancy, string>> = {
  none: "n:",
  call_chain: "c:",
  read_only: "r:",
  always: "a:",
};

/** A grain's link in the chain of the calls that it makes while it handles a call of this reentrancy. */
export function chainLink(grain: ClusterIdentity, reentrancy: GrainReentrancy): string {
  return letters[reentrancy] + identityKey(grain);
}

/** Whether a call was led to by one that the grain itself is handling. */
export function leadsThrough(callers: readonly string[], grain: ClusterIdentity): boolean {
  const key = identityKey(grain);
  return callers.some((link) => link.slice(2) === key);
}

/**
 * Describes the circle that a call would close, if it would never be answered because the called grain waits for it.
 * undefined if there is none.
 */
export function describeCycle(
  callers: readonly string[],
  target: ClusterIdentity,
  { reentrancy }: GrainMethod,
): string | undefined {
  if (callers.length === 0) return undefined;
  const key = identityKey(target);
  const from = callers.findIndex((link) => link.slice(2) === key && !lets(link, reentrancy));
  if (from === -1) return undefined;
  return [...callers.slice(from).map((link) => link.slice(2)), key]
    .map((grain) => JSON.stringify(grain))
    .join(" → ");
}

function lets(link: string, reentrancy: GrainReentrancy): boolean {
  if (link.startsWith(letters.read_only)) return reentrancy === "read_only";
  return !link.startsWith(letters.none);
}
