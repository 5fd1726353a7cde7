import type { Clock, PID, Timer } from "@ts-grain/actor";
import type { NumberedTerminated } from "../wire/numbered.ts";
import type { LinkPeer } from "./endpoint-link.ts";
import type { TerminationReason } from "./endpoint-state.ts";

/** Bytes that an answer is taken to have, of the room for those that wait; and how many may wait at least. */
const room = { answerBytes: 128, least: 4_096 } as const;
/** Milliseconds that Go may still read what had come to it when the connection broke. */
const readOnMs = 1_000;
/** Milliseconds in which it must show whether who asked has the address: a connection to the one that had it before ends in less. */
const elsewhereMs = 10_000;

/** The end of an actor, for a watcher in another process. */
export interface OwedAnswer {
  readonly watcher: PID;
  readonly answer: NumberedTerminated;
  /** The system whose watch it answers. */
  readonly systemId: string;
}

/** What {@link OwedAnswers} does to its endpoint. */
export interface AnswerWays {
  /** Connects, unless that is under way. */
  want(): void;
  /** Packs an answer behind all else that waits. Returns how many messages have been packed so far; undefined if it can never leave. */
  pack(owed: OwedAnswer): number | undefined;
  /** Takes out the answers among what is packed and has not left. */
  unpack(): void;
  /** Has a Go peer say that it has read all that was sent to it. */
  ask(): void;
  /** A system cannot be told, or it is not known whether it was. */
  untold(systemId: string): void;
}

interface Packed {
  readonly owed: OwedAnswer;
  /** Messages that are packed up to and with this one. */
  readonly position: number;
}

/**
 * What watchers at one address are to be told, until it is known that they were.
 *
 * An answer is for the system that watched. So it leaves when that system has answered our greeting, and waits as long as another one is
 * there, or nobody. A peer of ts-grain asks again for what was lost. One of Proto.Actor Go never does, so it is asked whether it has read
 * what was sent: if the connection breaks before it has said so, nobody knows whether its watchers were told. Those that were not, and only those, it tells
 * itself when its own connection to us ends.
 */
export class OwedAnswers {
  readonly #clock: Clock;
  readonly #ways: AnswerWays;
  readonly #most: number;
  #peer: LinkPeer | undefined;
  #isOpen = false;
  /** For who is not known to be at the address. */
  #waiting: OwedAnswer[] = [];
  /** For the peer: packed, and not known to be read, or of ts-grain to have left. */
  #packed: Packed[] = [];
  /** Messages that have left. */
  #left = 0;
  /** Messages that the peer will have read when it has answered; 0 while it is not asked. */
  #askedFor = 0;
  #elsewhere: Timer | undefined;
  /** While the peer may still read what it was sent on a connection that broke. */
  #doubt: Timer | undefined;

  /** `maxBytes` is the room for those that wait; a few thousand always have it. */
  constructor(clock: Clock, maxBytes: number, ways: AnswerWays) {
    this.#clock = clock;
    this.#most = Math.max(room.least, maxBytes / room.answerBytes);
    this.#ways = ways;
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0 && this.#packed.length === 0;
  }

  get isFull(): boolean {
    return this.#waiting.length + this.#packed.length >= this.#most;
  }

  owe(owed: OwedAnswer): void {
    const isPeers = owed.systemId === this.#peer?.memberId;
    // Its connection is about to be ended, and then it tells all its watchers.
    if (isPeers && this.#doubt !== undefined) return;
    if (isPeers && this.#isOpen) {
      this.#pack(owed);
      return;
    }
    this.#waiting.push(owed);
    if (this.#isOpen) this.#waitElsewhere();
    else this.#ways.want();
  }

  /** The peer has answered our greeting. */
  opened(peer: LinkPeer): void {
    this.#peer = peer;
    this.#isOpen = true;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const owed of waiting) this.owe(owed);
  }

  /** So many messages have left, of all that were packed. */
  left(messages: number): void {
    this.#left = messages;
    if (this.#packed.length === 0) return;
    if (this.#peer!.isTsGrain) this.#forgetUpTo(this.#left);
    else this.#ask();
  }

  /** A Go peer has answered. */
  read(): void {
    this.#forgetUpTo(this.#askedFor);
    this.#askedFor = 0;
    this.#ask();
  }

  /** The connection broke, and another one will be tried. */
  broke(): void {
    this.#isOpen = false;
    this.#askedFor = 0;
    this.#elsewhere?.cancel();
    this.#elsewhere = undefined;
    if (!this.#hasLeft(this.#packed[0])) return;
    this.#packed = [];
    this.#ways.unpack();
    const { memberId } = this.#peer!;
    this.#doubt ??= this.#clock.schedule(readOnMs, () => {
      this.#doubt = undefined;
      this.#ways.untold(memberId);
    });
  }

  /** A system has told its watchers itself. */
  forget(systemId: string): void {
    this.#waiting = this.#waiting.filter((owed) => owed.systemId !== systemId);
    if (systemId !== this.#peer?.memberId) return;
    this.#doubt?.cancel();
    this.#doubt = undefined;
    if (this.#packed.length === 0) return;
    this.#packed = [];
    this.#ways.unpack();
  }

  /** The address was given up. Returns what is for others than the one that was there. */
  ended(reason: TerminationReason): readonly OwedAnswer[] {
    this.#isOpen = false;
    this.#elsewhere?.cancel();
    const isInDoubt = this.#doubt !== undefined || this.#packed.length > 0;
    this.#doubt?.cancel();
    this.#doubt = undefined;
    const waiting = this.#waiting;
    const peer = this.#peer?.memberId;
    this.#waiting = [];
    this.#packed = [];
    // Otherwise it ends itself, or has been told that it has.
    if (reason !== "replaced" && reason !== "unreachable" && reason !== "refused") return [];
    const isReplaced = reason === "replaced";
    const untold = waiting.filter(({ systemId }) => !isReplaced || systemId === peer);
    this.#untold(isInDoubt && peer !== undefined ? [...untold.map(systemOf), peer] : untold.map(systemOf));
    return isReplaced ? waiting.filter(({ systemId }) => systemId !== peer) : [];
  }

  #pack(owed: OwedAnswer): void {
    const position = this.#ways.pack(owed);
    if (position !== undefined) this.#packed.push({ owed, position });
  }

  #ask(): void {
    if (this.#askedFor > 0 || !this.#hasLeft(this.#packed[0])) return;
    this.#askedFor = this.#left;
    this.#ways.ask();
  }

  #hasLeft(packed: Packed | undefined): boolean {
    return packed !== undefined && packed.position <= this.#left;
  }

  #forgetUpTo(position: number): void {
    const kept = this.#packed.findIndex((packed) => packed.position > position);
    this.#packed = kept === -1 ? [] : this.#packed.slice(kept);
  }

  #waitElsewhere(): void {
    this.#elsewhere ??= this.#clock.schedule(elsewhereMs, () => {
      this.#elsewhere = undefined;
      const waiting = this.#waiting;
      this.#waiting = [];
      this.#untold(waiting.map(systemOf));
    });
  }

  #untold(systemIds: Iterable<string>): void {
    for (const systemId of new Set(systemIds)) this.#ways.untold(systemId);
  }
}

function systemOf({ systemId }: OwedAnswer): string {
  return systemId;
}
