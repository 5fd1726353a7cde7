import type { Clock, Timer } from "@ts-grain/actor";
import type { MembersListener } from "../cluster-provider.ts";
import type { Member } from "../member.ts";

/** What a view is made of. */
export interface MemberViewOptions {
  readonly clock: Clock;
  readonly onMembers: MembersListener;
  /** Milliseconds after an outage in which an absence is not believed. */
  readonly settleMs: number;
  /** The id of the member whose view this is; undefined for a client. */
  readonly selfId: string | undefined;
}

type Phase =
  | { readonly name: "current" }
  | { readonly name: "interrupted" }
  | { readonly name: "settling"; readonly timer: Timer }
  | { readonly name: "closed" };

/**
 * What a member or client makes of the lists that a directory gives.
 *
 * A member that is off the list once has left for ever, so absence needs proof. After an outage the directory may have
 * lost its memory, and the members come back to it one by one: until `settleMs` have passed, whoever was there before
 * stays. A list without the member that reads it counts as an outage too. If it is still missing afterwards, the
 * others have seen it leave, and it is told so by a list without itself; but a member never believes an empty list,
 * which is what a directory shows to those who may not read it.
 */
export class MemberView {
  readonly #options: MemberViewOptions;
  readonly #joined = Promise.withResolvers<void>();
  #phase: Phase = { name: "current" };
  #listed: readonly Member[] = [];
  #published: readonly Member[] | undefined;

  constructor(options: MemberViewOptions) {
    this.#options = options;
  }

  /** Resolves once a list was published; the first that is has the member itself in it. */
  get joined(): Promise<void> {
    return this.#joined.promise;
  }

  /** Takes a complete list. */
  listed(members: readonly Member[]): void {
    if (this.#phase.name === "closed") return;
    const { selfId } = this.#options;
    const lacksSelf = selfId !== undefined && !members.some(({ id }) => id === selfId);
    if (lacksSelf && (!this.#published || members.length === 0)) return;
    this.#listed = members;
    if (
      this.#published &&
      (this.#phase.name === "interrupted" || (lacksSelf && this.#phase.name === "current"))
    ) {
      this.#phase = { name: "settling", timer: this.#settleLater() };
    }
    this.#publish();
  }

  /** Contact with the directory is lost: what comes next may be incomplete. */
  interrupted(): void {
    if (this.#phase.name === "closed") return;
    this.#cancelSettling();
    this.#phase = { name: "interrupted" };
  }

  /** Publishes nothing any more. */
  close(): void {
    this.#cancelSettling();
    this.#phase = { name: "closed" };
  }

  #settleLater(): Timer {
    return this.#options.clock.schedule(this.#options.settleMs, () => {
      this.#phase = { name: "current" };
      this.#publish();
    });
  }

  #cancelSettling(): void {
    if (this.#phase.name === "settling") this.#phase.timer.cancel();
  }

  #publish(): void {
    const before = this.#published ?? [];
    const members = this.#phase.name === "settling" ? withAbsent(this.#listed, before) : this.#listed;
    if (this.#published && sameMembers(members, before)) return;
    this.#published = members;
    this.#options.onMembers(members);
    this.#joined.resolve();
  }
}

/** Whether they are the same in all that is known of them, in whatever order: who was missing for a while stands last. */
function sameMembers(some: readonly Member[], others: readonly Member[]): boolean {
  const sorted = (members: readonly Member[]) => members.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  return JSON.stringify(sorted(some)) === JSON.stringify(sorted(others));
}

/** The listed members and those of before that are missing. */
function withAbsent(listed: readonly Member[], before: readonly Member[]): readonly Member[] {
  const ids = new Set(listed.map(({ id }) => id));
  return [...listed, ...before.filter(({ id }) => !ids.has(id))];
}
