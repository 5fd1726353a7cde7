import type { MixedSighting } from "./mixed-cluster-protocol.ts";

/** What a member has seen of its activations. */
export interface MixedJournal {
  readonly member: string;
  readonly sightings: readonly MixedSighting[];
  /** When its process ended, in milliseconds since 1970; undefined if it runs. */
  readonly endedAtMs: number | undefined;
}

/** A span of time, in milliseconds since 1970. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** One activation's life in one member. */
interface Life extends Span {
  readonly identity: string;
  readonly member: string;
}

/** Says which identities were active in two members at once during the span, and where. */
export function activeTwice(journals: readonly MixedJournal[], { fromMs, toMs }: Span): readonly string[] {
  const byIdentity = Map.groupBy(journals.flatMap(lives), ({ identity }) => identity);
  return [...byIdentity].flatMap(([identity, all]) => {
    const inSpan = all.filter((life) => life.fromMs < toMs && life.toMs > fromMs);
    const ordered = inSpan.toSorted((one, other) => one.fromMs - other.fromMs);
    const isTwice = ordered.some(({ fromMs: next }, index) => {
      const before = ordered[index - 1];
      return before !== undefined && Math.max(next, fromMs) < Math.min(before.toMs, toMs);
    });
    return isTwice ? [`${identity}: ${ordered.map(({ member }) => member).join(", ")}`] : [];
  });
}

/** How many activations the members have seen begin. */
export function countActivations(journals: readonly MixedJournal[]): number {
  return journals.flatMap(lives).length;
}

function lives({ member, sightings, endedAtMs = Number.POSITIVE_INFINITY }: MixedJournal): Life[] {
  const ended: Life[] = [];
  const begun = new Map<string, number>();
  for (const { what, identity, atMs } of sightings) {
    const fromMs = begun.get(identity);
    if (fromMs !== undefined) ended.push({ identity, member, fromMs, toMs: atMs });
    if (what === "activated") begun.set(identity, atMs);
    else begun.delete(identity);
  }
  const living = [...begun].map(([identity, fromMs]) => ({ identity, member, fromMs, toMs: endedAtMs }));
  return [...ended, ...living];
}
