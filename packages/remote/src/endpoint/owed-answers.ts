import type { Clock, PID, Timer } from "@ts-grain/actor";
import type { NumberedTerminated } from "../wire/numbered.ts";
import type { LinkPeer } from "./endpoint-link.ts";
import type { TerminationReason } from "./endpoint-state.ts";
import type { WatchPair } from "./watch-table.ts";

/** Bytes that an answer is taken to have beside its names, and for how many a system has room at least. */
const room = { answerBytes: 128, leastBytes: 512 * 1024 } as const;
/** Milliseconds that Go may still read what had come to it when the connection broke. */
const readOnMs = 1_000;
/** Milliseconds that whoever is connected has to show that it lives, where another system says that the address is its own. */
const elsewhereMs = 10_000;

/** The end of an actor, for a watcher in another process. */
export interface OwedAnswer {
  readonly watcher: PID;
  readonly answer: NumberedTerminated;
  /** The system whose watch it answers. */
  readonly systemId: string;
}

/** What was not sent, in order. The {@link keyOf key} says whose watch it answers; each watch has one answer. */
type Unsent<T> = Map<string, T>;

/** What {@link OwedAnswers} does to its endpoint. */
export interface AnswerWays {
  /** Connects, unless that is under way. */
  want(): void;
  /** Messages that were packed for the address so far, also those that have left. */
  packed(): number;
  /** Has `leave` called before long, if the connection takes frames. */
  leaveSoon(): void;
  /** Hands answers to the connection, which takes frames. */
  send(owed: readonly OwedAnswer[]): void;
  /** Has a Go peer say that it has read all that was sent to it. */
  ask(): void;
  /** Takes the connection for broken. */
  hangUp(): void;
  /** A system cannot be told, or it is not known whether it was. */
  untold(systemId: string): void;
}

/**
 * Answers for a system that is not known to have the address. If it has taken all of them back, its place is kept until the timer ends, as it
 * could have the peer asked as often as it likes otherwise.
 */
interface Waiting {
  readonly answers: Unsent<OwedAnswer>;
  bytes: number;
  /** Whether who is connected has shown since then that it lives. */
  isPeerThere: boolean;
  timer: Timer | undefined;
}

interface Queued {
  readonly owed: OwedAnswer;
  /** Messages that were packed before it, which it does not overtake. */
  readonly after: number;
}

/** A Go peer was asked. When it answers, it has read so many answers, and whoever waits knows that it lives. */
interface Asked {
  readonly read: number;
  readonly waiting?: Waiting;
}

/** Ends at which the peer may live, and not be told. At others it ends itself, or was told to. */
const mayLive: ReadonlySet<TerminationReason> = new Set(["unreachable", "refused", "replaced"]);

/**
 * What watchers at one address are to be told, until it is known that they were.
 *
 * An answer is for the system that watched. So it leaves when that system has answered our greeting, and waits as long as another one is
 * there, or nobody. A peer of ts-grain asks again for what was lost. One of Proto.Actor Go never does, so it is asked whether it has read
 * what was sent: if the connection breaks before it has said so, nobody knows whether its watchers were told. Those that were not, and only
 * those, it tells itself when its own connection to us ends.
 */
export class OwedAnswers {
  readonly #clock: Clock;
  readonly #ways: AnswerWays;
  readonly #mostBytes: number;
  /** Who has answered our greeting; it stays the same. */
  #peer: LinkPeer | undefined;
  #isOpen = false;
  readonly #waiting = new Map<string, Waiting>();
  /** For the peer. */
  readonly #queued: Unsent<Queued> = new Map();
  /** What a Go peer was sent, and is not known to have read. */
  #sent: OwedAnswer[] = [];
  /** Bytes of what is queued and sent. */
  #peerBytes = 0;
  /** Answers that a Go peer has read so far. */
  #read = 0;
  /** The earliest first. */
  #asked: Asked[] = [];
  /** While the peer may still read what it was sent on a connection that broke. */
  #doubt: Timer | undefined;

  /** `maxBytes` is the room that each system has. */
  constructor(clock: Clock, maxBytes: number, ways: AnswerWays) {
    this.#clock = clock;
    this.#mostBytes = Math.max(room.leastBytes, maxBytes);
    this.#ways = ways;
  }

  /** Whether some have not left. */
  get isWaiting(): boolean {
    return this.#queued.size > 0 || this.#owedElsewhere().length > 0;
  }

  /** Whether no more should be owed to a system. */
  isFullFor(systemId: string): boolean {
    const waiting = this.#waiting.get(systemId)?.bytes ?? 0;
    return waiting + (this.#isPeers(systemId) ? this.#peerBytes : 0) >= this.#mostBytes;
  }

  owe(owed: OwedAnswer): void {
    if (this.#isPeers(owed.systemId)) {
      // In doubt its connection is about to be ended, and then it tells all its watchers.
      if (this.#doubt === undefined) this.#queue(owed);
    } else {
      this.#wait(owed);
    }
    if (!this.#isOpen) this.#ways.want();
  }

  /** The peer has answered our greeting. */
  opened(peer: LinkPeer): void {
    this.#peer = peer;
    this.#isOpen = true;
    const own = this.#waiting.get(peer.memberId);
    this.#waiting.delete(peer.memberId);
    for (const owed of own?.answers.values() ?? []) this.#queue(owed);
    // It has just shown that it lives.
    for (const [systemId, waiting] of this.#waiting) {
      waiting.isPeerThere = true;
      this.#waitElsewhere(systemId, waiting);
    }
  }

  /** So many of the messages that were packed have left, and the connection takes frames: sends what does not overtake others. False if there is none. */
  leave(messages: number): boolean {
    const leaving: OwedAnswer[] = [];
    for (const [key, { owed, after }] of this.#queued) {
      if (after > messages) break;
      this.#queued.delete(key);
      leaving.push(owed);
    }
    if (leaving.length === 0) return false;
    this.#ways.send(leaving);
    if (this.#peer!.isTsGrain) {
      this.#peerBytes -= bytesOf(leaving);
    } else {
      this.#sent.push(...leaving);
      this.#askForSent();
    }
    return true;
  }

  /**
   * A Go system takes a watch back. What was sent crosses that on its way; what was not is not sent, as Go would take it for the answer to a
   * later watch of the same two.
   */
  takenBack(watch: WatchPair, systemId: string): void {
    const key = keyOf(watch, 0);
    const queued = this.#isPeers(systemId) ? this.#queued.get(key) : undefined;
    if (queued !== undefined) {
      this.#queued.delete(key);
      this.#peerBytes -= bytesOf([queued.owed]);
    }
    const waiting = this.#waiting.get(systemId);
    const owed = waiting?.answers.get(key);
    if (waiting === undefined || owed === undefined) return;
    waiting.answers.delete(key);
    waiting.bytes -= bytesOf([owed]);
  }

  /** A Go peer has answered. */
  answered(): void {
    const asked = this.#asked.shift();
    if (asked === undefined) return;
    if (asked.waiting) asked.waiting.isPeerThere = true;
    const read = this.#sent.splice(0, Math.max(0, asked.read - this.#read));
    this.#read += read.length;
    this.#peerBytes -= bytesOf(read);
    this.#askForSent();
  }

  /** The connection broke, and another one will be tried. */
  broke(): void {
    this.#isOpen = false;
    this.#asked = [];
    for (const waiting of this.#waiting.values()) stop(waiting);
    if (this.#sent.length === 0) return;
    this.#forgetPeers();
    const { memberId } = this.#peer!;
    this.#doubt = this.#clock.schedule(readOnMs, () => {
      this.#doubt = undefined;
      this.#ways.untold(memberId);
    });
  }

  /** A system has told its watchers itself. */
  forget(systemId: string): void {
    stop(this.#waiting.get(systemId));
    this.#waiting.delete(systemId);
    if (!this.#isPeers(systemId)) return;
    this.#forgetPeers();
    this.#doubt?.cancel();
    this.#doubt = undefined;
  }

  /** The address was given up. Returns what is for others than the one that was there. */
  ended(reason: TerminationReason): readonly OwedAnswer[] {
    const isPeerUntold = this.#doubt !== undefined || this.#peerBytes > 0;
    const waiting = this.#owedElsewhere();
    for (const one of this.#waiting.values()) stop(one);
    this.#waiting.clear();
    this.#forgetPeers();
    this.#doubt?.cancel();
    this.#doubt = undefined;
    this.#isOpen = false;
    if (isPeerUntold && mayLive.has(reason)) this.#ways.untold(this.#peer!.memberId);
    if (reason === "stopped") return [];
    if (reason !== "unreachable" && reason !== "refused")
      return waiting.flatMap(([, { answers }]) => [...answers.values()]);
    for (const [systemId] of waiting) this.#ways.untold(systemId);
    return [];
  }

  #isPeers(systemId: string): boolean {
    return systemId === this.#peer?.memberId;
  }

  #queue(owed: OwedAnswer): void {
    const key = keyOfOwed(owed);
    if (this.#queued.has(key)) return;
    this.#queued.set(key, { owed, after: this.#ways.packed() });
    this.#peerBytes += bytesOf([owed]);
    this.#ways.leaveSoon();
  }

  #wait(owed: OwedAnswer): void {
    const { systemId } = owed;
    const waiting = this.#waiting.get(systemId) ?? {
      answers: new Map<string, OwedAnswer>(),
      bytes: 0,
      isPeerThere: false,
      timer: undefined,
    };
    const key = keyOfOwed(owed);
    if (waiting.answers.has(key)) return;
    waiting.answers.set(key, owed);
    waiting.bytes += bytesOf([owed]);
    this.#waiting.set(systemId, waiting);
    if (!this.#isOpen || waiting.timer !== undefined) return;
    waiting.isPeerThere = this.#peer!.isTsGrain;
    this.#waitElsewhere(systemId, waiting);
  }

  /** Another system is connected. If that is dead, its connection ends sooner or later, but nobody may have noticed yet. */
  #waitElsewhere(systemId: string, waiting: Waiting): void {
    waiting.timer = this.#clock.schedule(elsewhereMs, () => {
      waiting.timer = undefined;
      if (waiting.answers.size > 0 && !waiting.isPeerThere) {
        this.#ways.hangUp();
        return;
      }
      this.#waiting.delete(systemId);
      if (waiting.answers.size > 0) this.#ways.untold(systemId);
    });
    if (!waiting.isPeerThere) this.#ask({ read: this.#read + this.#sent.length, waiting });
  }

  /** One question at a time. */
  #askForSent(): void {
    const read = this.#read + this.#sent.length;
    const isAsked = this.#asked.some((asked) => asked.read > this.#read);
    if (!isAsked && read > this.#read) this.#ask({ read });
  }

  #ask(asked: Asked): void {
    this.#asked.push(asked);
    this.#ways.ask();
  }

  #forgetPeers(): void {
    this.#read += this.#sent.length;
    this.#sent = [];
    this.#queued.clear();
    this.#peerBytes = 0;
  }

  /** The systems that wait for answers, with these. */
  #owedElsewhere(): readonly (readonly [string, Waiting])[] {
    return [...this.#waiting].filter(([, { answers }]) => answers.size > 0);
  }
}

/** All watches of Go, which numbers none, by one watcher of one actor are the same until they were answered or taken back. */
function keyOf({ watcher, watchee }: WatchPair, number: number): string {
  return `${number} ${watcher.id.length} ${watcher.id} ${watchee.address} ${watchee.id}`;
}

function keyOfOwed({ watcher, answer: { who, number } }: OwedAnswer): string {
  return keyOf({ watcher, watchee: who }, number);
}

function stop(waiting: Waiting | undefined): void {
  waiting?.timer?.cancel();
  if (waiting) waiting.timer = undefined;
}

function bytesOf(answers: readonly OwedAnswer[]): number {
  let bytes = answers.length * room.answerBytes;
  for (const { watcher, answer } of answers) bytes += watcher.id.length + answer.who.id.length;
  return bytes;
}
