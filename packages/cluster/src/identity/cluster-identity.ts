/**
 * Names one grain in the whole cluster.
 *
 * @example
 * import type { Cluster, ClusterIdentity, PID } from "@ts-grain/cluster";
 *
 * async function whereIs(cluster: Cluster, { kind, identity }: ClusterIdentity): Promise<string> {
 *   const pid: PID = await cluster.locate({ kind, identity });
 *   return pid.address;
 * }
 */
export interface ClusterIdentity {
  readonly kind: string;
  readonly identity: string;
}

/** The longest identity, in UTF-8 bytes: it is a part of names of which remotes take 1,024. */
const maxIdentityBytes = 512;

/**
 * What is wrong with an identity, if anything is. It has 1 to 512 bytes of well-formed Unicode without control
 * characters; everything else is allowed, and two different identities never meet (no normalisation).
 */
export function identityProblem(identity: string): string | undefined {
  if (typeof identity !== "string" || identity === "") return "an identity must be a non-empty string";
  if (!identity.isWellFormed() || hasControlCharacter(identity)) {
    return `identity ${JSON.stringify(identity.slice(0, 64))} has a control character or half a surrogate pair`;
  }
  // A UTF-16 unit is at most three bytes, so short strings need no count.
  if (
    identity.length * 3 > maxIdentityBytes &&
    new TextEncoder().encode(identity).length > maxIdentityBytes
  ) {
    return `an identity has at most ${maxIdentityBytes} bytes`;
  }
  return undefined;
}

/** One string for each identity, and one identity for each string: kinds have no `/`. */
export function identityKey({ kind, identity }: ClusterIdentity): string {
  return `${kind}/${identity}`;
}

function hasControlCharacter(text: string): boolean {
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit < 0x20 || unit === 0x7f) return true;
  }
  return false;
}
