import { type ClusterIdentity, identityKey } from "./cluster-identity.ts";
import { DuplicateActivation } from "./duplicate-activation.ts";
import { type Life, overlap } from "./life.ts";

/** Of how many identities lives are kept, how many of each, and how many pairs of these are told of. */
const limits = { identities: 50_000, lives: 8, pairs: 16 } as const;

const nobody: readonly DuplicateActivation[] = [];

/** What is known of one identity. */
interface Page {
  lives: Life[];
  /** Which two are known to have been together, so that nobody is told twice. */
  together: Set<string> | undefined;
  keptSinceMs: number;
}

/** Which members have had which identities, for a while. Finds out what more than one has had at a time. */
export class LifeBook {
  readonly #pages = new Map<string, Page>();

  get isEmpty(): boolean {
    return this.#pages.size === 0;
  }

  /**
   * Writes a life down, or what has become known of one that is there.
   *
   * @param here the identity's present activation in this process, which needs no entry
   * @returns those with which it was together, as was not known before
   */
  note(life: Life, nowMs: number, here?: Life): readonly DuplicateActivation[] {
    const key = identityKey(life);
    const page = this.#pages.get(key) ?? this.#newPage(key, nowMs);
    if (page.lives.length === 0 && !here) {
      page.lives.push(life);
      return nobody;
    }
    const others = page.lives.filter((other) => !isSame(other, life));
    const known = here && !others.some((other) => isSame(other, here)) ? [...others, here] : others;
    page.lives = [...others.slice(1 - limits.lives), life];
    page.keptSinceMs = nowMs;
    // What is told to be there is there together with what is here, were it for a moment.
    const areTogether = (other: Life) => overlap(other, life) || (other === here && !life.hasEnded);
    return known
      .filter((other) => other.member !== life.member && areTogether(other) && isNews(page, other, life))
      .map((other) => new DuplicateActivation(life, [other.member, life.member]));
  }

  /** Whether one of the members at these addresses has told since then that it has the identity. */
  isHeldBy(identity: ClusterIdentity, addresses: ReadonlySet<string>, sinceMs: number): boolean {
    const lives = this.#pages.get(identityKey(identity))?.lives ?? [];
    return lives.some(
      ({ member, hasEnded, untilMs }) => !hasEnded && untilMs >= sinceMs && addresses.has(member),
    );
  }

  /** Forgets the identities of which nothing was written down since. */
  forgetBefore(atMs: number): void {
    for (const [key, { keptSinceMs }] of this.#pages) if (keptSinceMs < atMs) this.#pages.delete(key);
  }

  /** In place of the oldest, if there are too many. */
  #newPage(key: string, keptSinceMs: number): Page {
    const page: Page = { lives: [], together: undefined, keptSinceMs };
    if (this.#pages.size >= limits.identities) this.#pages.delete(this.#pages.keys().next().value!);
    this.#pages.set(key, page);
    return page;
  }
}

function isSame(one: Life, other: Life): boolean {
  return one.member === other.member && one.number === other.number;
}

function isNews(page: Page, one: Life, other: Life): boolean {
  page.together ??= new Set();
  const { together } = page;
  const pair = [one, other].map(({ member, number }) => `${member} ${number}`).toSorted();
  const size = together.size;
  if (size >= limits.pairs) return false;
  return together.add(pair.join(" ")).size > size;
}
