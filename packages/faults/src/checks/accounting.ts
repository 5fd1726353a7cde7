import type { Call, History, Tell } from "../history/history.ts";
import { type Cause, findBusyTimes, findCauses, findStalls } from "./causes.ts";
import { Involvement, type Journey } from "./involved.ts";
import type { Span } from "./views.ts";

/** Outcomes that tell the caller that nothing was started. */
export const notStarted: readonly string[] = [
  "invalid_options",
  "no_member",
  "not_delivered",
  "overloaded",
  "call_cycle",
  "unknown_type",
  "stopped",
];

/** How a call ended that has not. */
const nothing = "nothing";
/** Milliseconds by which what is said of a one-way call may be late. */
const graceMs = 1_000;
/** The share of its time that a call must have waited behind others, if that is what it was lost by. */
const waitingShare = 0.9;

/** Where all went that was sent: each message is counted once. */
export interface Account {
  readonly sent: number;
  /** Those that a handler was started for. */
  readonly started: number;
  /** Those of which the caller was told that nothing was started for them, by outcome. */
  readonly refused: Readonly<Record<string, number>>;
  /** Those that something explains which happened meanwhile. */
  readonly lost: Readonly<Record<string, number>>;
  /** Those that nothing explains, in words. */
  readonly missing: readonly string[];
}

/**
 * D3: what was sent was started, or refused in so many words, or lost by something that the history knows, and that was done to its caller, its
 * grain's member or the link between them. One-way calls are refused in the log of their caller.
 */
export function checkAccounting(history: History): readonly string[] {
  return accountFor(history).missing;
}

/** Says of every call and one-way call what became of it. */
export function accountFor(history: History): Account {
  const started = new Set(history.starts.map(({ message }) => message));
  const givenUp = givenUpIn(history, started);
  const tells = history.tells.map((tell) => sentByTell(tell, givenUp.get(tell.message)));
  const sent = [...history.calls.map(sentByCall), ...tells];
  const explain = explainer(history);
  const refused: Record<string, number> = {};
  const lost: Record<string, number> = {};
  const missing: string[] = [];
  for (const message of sent.filter((each) => !started.has(each.message))) {
    const { outcome } = message;
    if (notStarted.includes(outcome)) refused[outcome] = (refused[outcome] ?? 0) + 1;
    else {
      const why = explain(message)?.why;
      if (why) lost[why] = (lost[why] ?? 0) + 1;
      else if (isSettled(message)) missing.push(describe(message));
    }
  }
  return {
    sent: sent.length,
    started: sent.filter(({ message }) => started.has(message)).length,
    refused,
    lost,
    missing,
  };
}

/** One line about it. */
export function summarizeAccount({ sent, started, refused, lost, missing }: Account): string {
  const parts = [...Object.entries(refused), ...Object.entries(lost)].map(
    ([what, count]) => ` + ${count} (${what})`,
  );
  return `${sent} sent = ${started} started${parts.join("")}${missing.length > 0 ? ` + ${missing.length} missing` : ""}`;
}

/** What succeeded without a handler, or never ended, is for the check of settlement to tell. */
function isSettled({ outcome, isOneWay }: Sent): boolean {
  return isOneWay || (outcome !== "ok" && outcome !== nothing);
}

/** A call or one-way call, and the time in which something may have happened to it. */
interface Sent extends Journey {
  readonly message: string;
  readonly timeoutMs: number;
  readonly outcome: string;
  readonly isOneWay: boolean;
}

function sentByCall({ message, caller, identity, timeoutMs, atMs, returns: [end] }: Call): Sent {
  const { outcome = nothing, atMs: toMs = Number.POSITIVE_INFINITY } = end ?? {};
  return { message, caller, identity, timeoutMs, outcome, fromMs: atMs, toMs, isOneWay: false };
}

/** It is sent again until its time is over, though its caller hears nothing of that. */
function sentByTell(
  { message, caller, identity, timeoutMs, atMs, handed: [end] }: Tell,
  givenUp: string | undefined,
): Sent {
  const outcome = givenUp ?? end?.outcome ?? nothing;
  const toMs = atMs + timeoutMs;
  return { message, caller, identity, timeoutMs, outcome, fromMs: atMs, toMs, isOneWay: true };
}

/** What callers have logged of one-way calls, each line for the first call that it can be about. */
function givenUpIn({ tells, processes }: History, started: ReadonlySet<string>): ReadonlyMap<string, string> {
  const outcomes = new Map<string, string>();
  const open = tells.filter(({ message }) => !started.has(message));
  for (const { process, events } of processes) {
    for (const event of events) {
      if (event.event !== "given_up") continue;
      const { outcome, atMs } = event;
      const about = open.find(
        (tell) =>
          tell.caller === process &&
          !outcomes.has(tell.message) &&
          tell.atMs <= atMs &&
          atMs <= tell.atMs + tell.timeoutMs + graceMs,
      );
      if (about) outcomes.set(about.message, outcome);
    }
  }
  return outcomes;
}

function explainer(history: History): (sent: Sent) => Cause | undefined {
  const causes = findCauses(history);
  const busyTimes = findBusyTimes(history);
  const stalls = findStalls(history);
  const involvement = new Involvement(history);
  return (sent) => {
    const isInvolved = involvement.of(sent);
    const concerns = ({ touches }: Cause): boolean => touches.every(isInvolved);
    return (
      causes.find((cause) => concerns(cause) && overlapMs(cause, sent) > 0) ??
      [busyTimes.get(sent.identity) ?? []].find(
        (busy) => total(busy, sent) >= (sent.toMs - sent.fromMs) * waitingShare,
      )?.[0] ??
      stalls.find((own) => own.every(concerns) && total(own, sent) >= sent.timeoutMs / 2)?.[0]
    );
  };
}

function overlapMs(one: Span, other: Span): number {
  return Math.min(one.toMs, other.toMs) - Math.max(one.fromMs, other.fromMs);
}

function total(spans: readonly Span[], during: Span): number {
  return spans.reduce((sum, span) => sum + Math.max(0, overlapMs(span, during)), 0);
}

function describe({ message, identity, outcome, isOneWay, fromMs, toMs }: Sent): string {
  const end = isOneWay ? "was handed over" : "ended";
  return `${message} to ${identity} at ${fromMs} ${end} as ${outcome} after ${Math.round(toMs - fromMs)} ms, no handler started, and nothing explains it`;
}
