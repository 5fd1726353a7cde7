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
  /** Members host kinds of 1 to 128 bytes of UTF-8. */
  readonly kind: string;
  /** 1 to 512 bytes of UTF-8 without control characters: neither those of ASCII nor U+0080 to U+009F. */
  readonly identity: string;
}

/** The longest kind and identity, in UTF-8 bytes: they are parts of names of which remotes take 1,024. */
const maxKindBytes = 128;
const maxIdentityBytes = 512;

/**
 * What is wrong with an identity, if anything is. It has 1 to 512 bytes of well-formed Unicode without control
 * characters, since it is written to logs and terminals; everything else is allowed, and two different identities never meet (no normalisation).
 */
export function identityProblem(identity: string): string | undefined {
  if (typeof identity !== "string" || identity === "") return "an identity must be a non-empty string";
  if (!identity.isWellFormed() || hasControlCharacter(identity)) {
    return `identity ${JSON.stringify(identity.slice(0, 64))} has a control character or half a surrogate pair`;
  }
  if (!fits(identity, maxIdentityBytes)) return `an identity has at most ${maxIdentityBytes} bytes`;
  return undefined;
}

/** What is wrong with the name of a kind that a member is to host, if anything is: it has 1 to 128 bytes. */
export function kindProblem(kind: string): string | undefined {
  if (kind === "") return "a kind needs a name";
  if (!fits(kind, maxKindBytes)) return `a kind's name has at most ${maxKindBytes} bytes: ${kind}`;
  return undefined;
}

/** One string for each identity, and one identity for each string: kinds have no `/`. */
export function identityKey({ kind, identity }: ClusterIdentity): string {
  return `${kind}/${identity}`;
}

/** A UTF-16 unit is at most three bytes, so short strings need no count. */
function fits(text: string, maxBytes: number): boolean {
  return text.length * 3 <= maxBytes || new TextEncoder().encode(text).length <= maxBytes;
}

/** Those of ASCII, and U+0080 to U+009F, which terminals obey too. */
function hasControlCharacter(text: string): boolean {
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit < 0x20 || (unit >= 0x7f && unit <= 0x9f)) return true;
  }
  return false;
}
