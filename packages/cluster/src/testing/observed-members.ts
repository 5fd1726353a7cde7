import { systemClock, systemRandom } from "@ts-grain/actor";
import { RecordingLogger } from "@ts-grain/actor/testing";
import type { ProviderContext } from "../membership/cluster-provider.ts";
import type { Member } from "../membership/member.ts";

/**
 * Remembers what a provider told its listener, and waits for what it will tell.
 *
 * @example
 * import { InProcessProvider, type Member } from "@ts-grain/cluster";
 * import { ObservedMembers } from "@ts-grain/cluster/testing";
 *
 * const alice: Member = {
 *   id: "alice",
 *   host: "127.0.0.1",
 *   port: 8090,
 *   kinds: [],
 *   dialect: "ts-grain",
 * };
 * const observed = new ObservedMembers("home");
 * const session = await new InProcessProvider().joinAsMember(alice, observed.context);
 * await observed.untilIds("alice");
 * await session.leave();
 * console.log(observed.history[0]?.join()); // prints: alice
 */
export class ObservedMembers {
  readonly context: ProviderContext;
  /** What the provider logged. */
  readonly logger: RecordingLogger = new RecordingLogger();
  /** The ids of every list that came, in the order in which they came. */
  readonly history: (readonly string[])[] = [];
  #members: readonly Member[] | undefined;
  #calls = 0;
  #waiting: { readonly condition: (ids: readonly string[]) => boolean; readonly resolve: () => void }[] = [];

  constructor(clusterName: string) {
    this.context = {
      clusterName,
      logger: this.logger,
      clock: systemClock,
      random: systemRandom,
      onMembers: (members) => this.#observe(members),
    };
  }

  /** How often the listener was called. */
  get calls(): number {
    return this.#calls;
  }

  /** The last list. */
  get members(): readonly Member[] {
    return this.#members ?? [];
  }

  /** Resolves once exactly these ids are listed. */
  async untilIds(...ids: readonly string[]): Promise<void> {
    const wanted = JSON.stringify(ids.toSorted());
    const condition = (listed: readonly string[]): boolean => JSON.stringify(listed.toSorted()) === wanted;
    if (this.#members && condition(this.#members.map(({ id }) => id))) return;
    await new Promise<void>((resolve) => this.#waiting.push({ condition, resolve }));
  }

  #observe(members: readonly Member[]): void {
    this.#members = members;
    this.#calls++;
    const ids = members.map(({ id }) => id);
    this.history.push(ids);
    this.#waiting = this.#waiting.filter(({ condition, resolve }) => {
      if (!condition(ids)) return true;
      resolve();
      return false;
    });
  }
}
