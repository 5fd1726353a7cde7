import type { Attack } from "./hostile-transport-floods.ts";
import type { Outcome } from "./hostile-transport-rig.ts";

const mebibyte = 1024 * 1024;

/** What depends on how fast a machine is, and on what else it does. */
export interface Limits {
  /** For one turn of the victim's event loop, without what other programs took. */
  readonly stallMs: number;
  /** For 99 of 100 requests of an honest member. */
  readonly p99Ms: number;
  /** For an honest newcomer to be greeted. */
  readonly greetedMs: number;
  /** MiB by which resident memory may grow at most, garbage included: in a case, and in all of them together. */
  readonly caseMebibytes: number;
  readonly allMebibytes: number;
}

/**
 * The promise, for a machine that does nothing else. The attackers, and the honest ones, work on it, too. V8 and `malloc` keep pages from case to case, some 40 MiB in
 * all.
 */
export const promised: Limits = {
  stallMs: 200,
  p99Ms: 500,
  greetedMs: 1_000,
  caseMebibytes: 64,
  allMebibytes: 128,
};
/**
 * For any machine: others that work there count a collection of garbage at several times its cost, and keep it from being done in time. What waited for a peer that was shown out,
 * up to 24 MiB, lies there until then, while as much waits for the next.
 */
export const borne: Limits = {
  stallMs: 1_000,
  p99Ms: 2_000,
  greetedMs: 5_000,
  caseMebibytes: 128,
  allMebibytes: 160,
};

/** MiB of objects and buffers that may live when it is over, more than before the first case: what 64 strangers may hold, at 64 KiB each. 42 bytes for each of 100,000 frames are more. */
export const mostLive = 4;

/** Judges what the cases do to one victim: each by itself, and all together. */
export class Judge {
  readonly #limits: Limits;
  /** How the victim was before the first case. */
  #first: Outcome | undefined;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  /** What breaks the promise, each with the case and its figures; empty if nothing does. */
  complaints({ id, what, ...attack }: Attack, outcome: Outcome): readonly string[] {
    const first = this.#first;
    this.#first ??= outcome;
    return [
      ...standing(outcome),
      ...this.#waits(outcome),
      ...memory(outcome, attack.mostMebibytes ?? this.#limits.caseMebibytes),
      ...(first ? memoryOfAll(first, outcome, this.#limits.allMebibytes) : []),
      ...counted(attack, outcome),
    ].map((complaint) => `${id}, ${what}: ${complaint}`);
  }

  #waits({ ownStallMs, busyMs, p99Ms, greetedMs }: Outcome): readonly string[] {
    const limits = this.#limits;
    return [
      ...above("a stall of its own", ownStallMs, limits.stallMs, "ms"),
      ...above("computing", busyMs, limits.stallMs, "ms"),
      ...above("the 99th of 100 requests", p99Ms, limits.p99Ms, "ms"),
      ...above("a newcomer's greeting", greetedMs, limits.greetedMs, "ms"),
    ];
  }
}

/** The victim lives, and has nothing left but what it had: one peer. */
function standing({ isAlive, failed, strayErrors, sessions, endpoints, collected }: Outcome) {
  return [
    ...(isAlive ? [] : ["the process has ended"]),
    ...above("errors that reached the process", strayErrors, 0),
    ...above("failed requests of the honest member", failed, 0),
    ...(sessions === 1 ? [] : [`sessions: ${sessions} instead of 1`]),
    ...(endpoints === 1 ? [] : [`endpoints: ${endpoints} instead of 1`]),
    ...above("messages that got through", collected.length, 0),
  ];
}

function memory({ beforeBytes, peakBytes, liveBeforeBytes, liveNowBytes }: Outcome, most: number) {
  return [
    ...above("memory at most", (peakBytes - beforeBytes) / mebibyte, most, "MiB"),
    ...above("memory that lives", (liveNowBytes - liveBeforeBytes) / mebibyte, mostLive, "MiB"),
  ];
}

/** Since before the first case. */
function memoryOfAll(first: Outcome, { peakBytes, liveNowBytes }: Outcome, most: number): readonly string[] {
  const grown = (peakBytes - first.beforeBytes) / mebibyte;
  const live = (liveNowBytes - first.liveBeforeBytes) / mebibyte;
  return [
    ...above("memory at most, of all cases so far", grown, most, "MiB"),
    ...above("memory that lives, of all cases so far", live, mostLive, "MiB"),
  ];
}

/** Whatever was refused has its counter. */
function counted({ deadLetters, refused = 0 }: Omit<Attack, "id" | "what">, outcome: Outcome) {
  const least = Math.max(refused, outcome.ended);
  return [
    ...(deadLetters === undefined || outcome.deadLetters === deadLetters
      ? []
      : [`dead letters: ${outcome.deadLetters} instead of ${deadLetters}`]),
    ...(outcome.refused >= least ? [] : [`refused: ${outcome.refused}, at least ${least} were to be`]),
  ];
}

function above(what: string, is: number, most: number, unit = ""): readonly string[] {
  if (is <= most) return [];
  return [`${what}: ${Number(is.toFixed(1))}${unit && ` ${unit}`}, at most ${most}`];
}
