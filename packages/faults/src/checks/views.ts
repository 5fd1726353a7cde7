import type { History, ProcessHistory } from "../history/history.ts";

/** A time during which something was so, in milliseconds of the history's clock. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** When a member began to see who is in the cluster as `view`, or, with none, ended. */
interface Turn {
  readonly atMs: number;
  readonly process: string;
  readonly view: string | undefined;
}

/** The times in which the living members did not all see the same members. */
export function findDisagreements(history: History): readonly Span[] {
  const views = new Map<string, string>();
  const spans: Span[] = [];
  let sinceMs: number | undefined;
  for (const { atMs, process, view } of findTurns(history)) {
    if (view === undefined) views.delete(process);
    else views.set(process, view);
    const differ = new Set(views.values()).size > 1;
    if (differ) sinceMs ??= atMs;
    else if (sinceMs !== undefined) {
      spans.push({ fromMs: sinceMs, toMs: atMs });
      sinceMs = undefined;
    }
  }
  if (sinceMs !== undefined) spans.push({ fromMs: sinceMs, toMs: Number.POSITIVE_INFINITY });
  return spans;
}

/** Every time that a process saw other members than before within a span, as lines for people: none, if nobody was missed and nobody came. */
export function findChanges(
  { processes }: Pick<History, "processes">,
  { fromMs, toMs }: Span,
): readonly string[] {
  return processes.flatMap(({ process, events }) =>
    events
      .filter((event) => event.event === "seen")
      .filter(({ atMs }) => atMs > fromMs && atMs < toMs)
      .map(({ atMs, members }) => `${process} saw ${members.length} after ${Math.round(atMs - fromMs)} ms`),
  );
}

/** Every time within a span that a process which was there before did not see one of some members, as lines for people. */
export function findMissed(
  { processes }: Pick<History, "processes">,
  members: readonly string[],
  { fromMs, toMs }: Span,
): readonly string[] {
  return processes.flatMap(({ process, events }) => {
    const seen = events.filter((event) => event.event === "seen");
    if (!seen.some(({ atMs }) => atMs < fromMs)) return [];
    return seen
      .filter(({ atMs }) => atMs > fromMs && atMs < toMs)
      .filter((each) => members.some((id) => !each.members.includes(id)))
      .map(({ atMs }) => `${process} missed one after ${Math.round(atMs - fromMs)} ms`);
  });
}

/** Every change of a member's view, in order of time. */
function findTurns(history: History): readonly Turn[] {
  const members = history.processes.filter(({ process }) => history.isMember(process));
  return members.flatMap((member) => turnsOf(history, member)).toSorted((a, b) => a.atMs - b.atMs);
}

function turnsOf(history: History, { process, events }: ProcessHistory): readonly Turn[] {
  const endedMs = history.lifeOf(process, "ended");
  const seen = events
    .filter((event) => event.event === "seen")
    .map(({ atMs, members }) => ({ atMs, process, view: members.toSorted().join(" ") }));
  return endedMs === undefined ? seen : [...seen, { atMs: endedMs, process, view: undefined }];
}
