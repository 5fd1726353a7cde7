import type { ActorContext, Timer } from "@ts-grain/actor";
import type { Holdings } from "../gen/tsgrain/cluster/v1/holdings_pb.ts";
import { memberAddress } from "../membership/member.ts";
import type { Topology } from "../membership/topology.ts";
import type { Activation, HostedKind } from "./activation.ts";
import { type ClusterIdentity, identityProblem } from "./cluster-identity.ts";
import type { DuplicateActivation } from "./duplicate-activation.ts";
import { readHoldings } from "./holdings.ts";
import type { Life } from "./life.ts";
import { LifeBook } from "./life-book.ts";
import type { PlacedActivations } from "./placed-activations.ts";
import { Rendezvous } from "./rendezvous.ts";

/** Milliseconds for which it is remembered at least who had what. */
const rememberMs = 30_000;
/** Milliseconds after which an owner will soon wait for nothing any more but what it knows to be there: each end is told then. */
export const lateMs = 4_000;
/**
 * Milliseconds for which it waits for what it was told to be there, unless it is told so again; and for which it is told so again. Together
 * they bound for how long a handler that never ends keeps its grain from beginning elsewhere.
 */
const believedMs = 10_000;
const insistMs = 16_000;
/** How many are named in a line of the log. */
const maxNamed = 10;

/** An activation that was here when it ceased to be this member's. */
interface OwnLife extends Life {
  untilMs: number;
  hasEnded: boolean;
  /** Whose it is, and who was told of it; undefined as long as that is not known. */
  owner: string | undefined;
  toldAtMs: number;
  /** Whether the owner was told that it has ended, by name. */
  isEndTold: boolean;
  /** Whether others could activate it without waiting for its end. */
  readonly isUnawaited: boolean;
}

/** What the member at an address has told. */
export interface ToldHoldings {
  readonly holdings: Holdings;
  readonly address: string;
}

/** What a member has to know of itself for this. */
export interface DuplicatesParts {
  /** Its address. */
  readonly self: string;
  readonly kinds: ReadonlyMap<string, HostedKind>;
}

/**
 * A member's part in finding out what was active twice: it tells the owners what of theirs it has, when it learns that it is theirs; and
 * reports what it is told to have been elsewhere while it was here, or at a third member.
 *
 * Who was let go by the others ends all that it has, and may own it again when it comes back. So it remembers what it had.
 */
export class Duplicates {
  readonly #parts: DuplicatesParts;
  readonly #book = new LifeBook();
  /** What has not ended, and what has. */
  readonly #open = new Map<Activation, OwnLife>();
  #past: OwnLife[] = [];
  #sweeping: Timer | undefined;

  constructor(parts: DuplicatesParts) {
    this.#parts = parts;
  }

  /**
   * The topology has changed.
   *
   * @param leftovers what is here and belongs to others now
   * @returns what its owners have to be told, by their addresses
   */
  moveTo(
    context: ActorContext,
    topology: Topology,
    leftovers: Iterable<Activation>,
  ): ReadonlyMap<string, readonly Life[]> {
    const { self } = this.#parts;
    const nowMs = context.system.clock.nowMs();
    const change = { nowMs, isUnawaited: topology.members.length === 0 };
    for (const activation of leftovers) this.#keep(activation, change);
    if (this.#open.size > 0) this.#sweepLater(context);
    const rendezvous = new Rendezvous(topology.members);
    const peers = new Set(
      topology.members.filter(({ dialect }) => dialect === "ts-grain").map(memberAddress),
    );
    const toTell = new Map<string, Life[]>();
    if (!peers.has(self)) return toTell;
    for (const own of this.#all()) {
      const owner = rendezvous.ownerOf(own);
      if (owner === own.owner || owner === undefined) continue;
      own.owner = owner;
      own.toldAtMs = nowMs;
      own.isEndTold = own.hasEnded;
      if (owner === self) this.#report(context, this.#book.note({ ...own }, nowMs));
      else if (peers.has(owner)) addTo(toTell, owner, own);
    }
    return toTell;
  }

  /** Whether one of the members at these addresses has told lately that it has an identity, and not that this has ended. */
  isHeldBy(identity: ClusterIdentity, addresses: ReadonlySet<string>, nowMs: number): boolean {
    return addresses.size > 0 && this.#book.isHeldBy(identity, addresses, nowMs - believedMs);
  }

  /**
   * What is to be told again as long as something is here that belongs to others, by its owner: what has not ended, and what has since it was told.
   * What ended comes first, as who cannot remember all of it remembers the last.
   */
  reminders(nowMs: number): ReadonlyMap<string, readonly Life[]> {
    const reminders = new Map<string, Life[]>();
    if (this.#open.size === 0) return reminders;
    for (const own of [...this.#past, ...this.#open.values()]) {
      const { owner, toldAtMs, hasEnded, isEndTold } = own;
      if (owner === undefined || owner === this.#parts.self || isEndTold) continue;
      if (nowMs - toldAtMs > insistMs) continue;
      own.isEndTold = hasEnded;
      addTo(reminders, owner, own);
    }
    return reminders;
  }

  /** Whether something is here that its owner waits for. */
  isInsisting(nowMs: number): boolean {
    return [...this.#open.values()].some(({ toldAtMs }) => nowMs - toldAtMs <= insistMs);
  }

  /** What the member at an address was told of, as it is now. */
  toldTo(address: string): readonly Life[] {
    return [...this.#all()].filter(({ owner }) => owner === address);
  }

  /** @returns whom to tell that an activation has ended, if its owner may have activated it before */
  ended(
    context: ActorContext,
    activation: Activation,
  ): { readonly life: Life; readonly owner: string } | undefined {
    const own = this.#open.get(activation);
    if (!own) return undefined;
    this.#open.delete(activation);
    this.#past.push(own);
    const nowMs = context.system.clock.nowMs();
    own.untilMs = nowMs;
    own.hasEnded = true;
    if (own.owner === this.#parts.self) this.#report(context, this.#book.note({ ...own }, nowMs));
    const isLate = own.isUnawaited || nowMs - own.toldAtMs > lateMs;
    const { owner } = own;
    if (owner === undefined || owner === this.#parts.self || !isLate) return undefined;
    own.isEndTold = true;
    return { life: own, owner };
  }

  /** A member has told what it has, or had, of this one's. */
  told(context: ActorContext, { holdings, address }: ToldHoldings, placed: PlacedActivations): void {
    if (!this.#parts.kinds.has(holdings.kind)) return;
    const nowMs = context.system.clock.nowMs();
    this.#sweepLater(context);
    const found: DuplicateActivation[] = [];
    for (const life of readHoldings(holdings, address, nowMs)) {
      if (identityProblem(life.identity)) continue;
      const here = placed.get(life);
      found.push(...this.#book.note(life, nowMs, here && this.#lifeOf(here, nowMs)));
    }
    this.#report(context, found);
  }

  /** Ends with its actor. */
  stop(): void {
    this.#sweeping?.cancel();
  }

  *#all(): Iterable<OwnLife> {
    yield* this.#open.values();
    yield* this.#past;
  }

  #keep(activation: Activation, { nowMs, isUnawaited }: { nowMs: number; isUnawaited: boolean }): void {
    if (this.#open.has(activation)) return;
    const life = this.#lifeOf(activation, nowMs);
    if (!life) return;
    this.#open.set(activation, {
      ...life,
      owner: undefined,
      toldAtMs: nowMs,
      isEndTold: false,
      isUnawaited,
    });
  }

  #report({ system }: ActorContext, found: readonly DuplicateActivation[]): void {
    if (found.length === 0) return;
    const grains = found.slice(0, maxNamed).map(({ kind, identity }) => ({ kind, identity }));
    const { members } = found[0]!;
    system.logger.warn(
      { count: found.length, grains, members },
      "grains were active on two members at a time",
    );
    for (const each of found) system.eventStream.publish(each);
  }

  #sweepLater({ system }: Pick<ActorContext, "system">): void {
    this.#sweeping ??= system.clock.schedule(rememberMs, () => {
      this.#sweeping = undefined;
      const beforeMs = system.clock.nowMs() - rememberMs;
      this.#book.forgetBefore(beforeMs);
      this.#past = this.#past.filter(({ owner, toldAtMs }) => owner === undefined || toldAtMs >= beforeMs);
      if (!this.#book.isEmpty || this.#open.size + this.#past.length > 0) this.#sweepLater({ system });
    });
  }

  /** undefined as long as it has not begun. */
  #lifeOf({ kind, identity, begunAtMs }: Activation, nowMs: number): Life | undefined {
    if (begunAtMs === Number.POSITIVE_INFINITY) return undefined;
    const { self: member } = this.#parts;
    return { kind, identity, member, number: begunAtMs >>> 0, begunAtMs, untilMs: nowMs, hasEnded: false };
  }
}

function addTo(toTell: Map<string, Life[]>, owner: string, life: Life): void {
  const told = toTell.get(owner);
  if (told) told.push(life);
  else toTell.set(owner, [life]);
}
