import type { Random } from "@ts-grain/actor";
import { pause } from "../history/pause.ts";
import type { LoadOptions } from "../process/commands.ts";
import type { HostName, Links } from "./links.ts";
import type { TestProcess } from "./test-process.ts";

/** A name of a host that runs a member. */
type MemberName = "m1" | "m2" | "m3";

const memberNames: readonly MemberName[] = ["m1", "m2", "m3"];

/** A kind of fault that a soak inflicts. */
export type SoakFault =
  | "restart"
  | "kill"
  | "pause"
  | "long pause"
  | "cut"
  | "part"
  | "reset"
  | "unplug"
  | "consul emptied"
  | "consul silent"
  | "consul out of reach";

/** Links that are to break for a while, by the hosts at their ends. */
interface BrokenLinks {
  readonly links: readonly (readonly [HostName, HostName])[];
  readonly breaks: () => void;
  readonly mends: () => void;
}

/** Inflicts faults on what a seed chooses, and takes each back. The third member is never replaced, so that its memory can be watched. */
export class SoakFaults {
  readonly #links: Links;
  readonly #random: Random;
  readonly #load: Omit<LoadOptions, "sender">;
  readonly #members = new Map<MemberName, TestProcess>();
  readonly #stops = new Map<TestProcess, () => Promise<void>>();

  /** @param load what each member calls, for as long as it lives */
  constructor(links: Links, { random, load }: { random: Random; load: Omit<LoadOptions, "sender"> }) {
    this.#links = links;
    this.#random = random;
    this.#load = load;
    for (const [index, name] of memberNames.entries()) this.#members.set(name, links.members[index]!);
  }

  /** Lets every member call. */
  async startLoads(): Promise<void> {
    for (const member of this.#members.values()) await this.#startLoad(member);
  }

  async stopLoads(): Promise<void> {
    for (const member of this.#members.values()) await this.#stops.get(member)!();
  }

  /** Resolves when the fault is over. */
  async inflict(fault: SoakFault): Promise<void> {
    const { network, store } = this.#links;
    const [one, other] = this.#choose(memberNames);
    const host = (name: HostName) => this.#links.host(name);
    switch (fault) {
      case "restart":
        return this.#replace("in order");
      case "kill":
        return this.#replace("without a word");
      case "pause":
        return this.#freeze(this.#members.get(one)!, 2_000);
      case "long pause":
        return this.#freeze(this.#members.get(one)!, 14_000);
      case "cut":
        return this.#break({
          links: [[one, other]],
          breaks: () => network.cut(host(one), host(other)),
          mends: () => network.mend(host(one), host(other)),
        });
      case "part":
        return this.#break({
          links: [[one, other]],
          breaks: () => network.part(host(one), host(other)),
          mends: () => network.join(host(one), host(other)),
        });
      case "unplug":
        return this.#break({
          links: (["store", "c1", ...memberNames] as const)
            .filter((each) => each !== one)
            .map((each) => [one, each] as const),
          breaks: () => network.unplug(host(one)),
          mends: () => network.plug(host(one)),
        });
      case "consul out of reach":
        return this.#break({
          links: [[one, "store"]],
          breaks: () => network.part(host(one), host("store")),
          mends: () => network.join(host(one), host("store")),
        });
      case "reset":
        return this.#reset();
      case "consul emptied":
        await store.kill();
        this.#links.rig.fault("Consul killed");
        await pause(2_000);
        await store.restartEmpty();
        return this.#links.rig.fault("Consul restarted with nothing");
      case "consul silent":
        this.#links.rig.fault("Consul silent");
        store.freeze();
        await pause(this.#durationMs());
        store.thaw();
        return this.#links.rig.fault("Consul answers again");
    }
  }

  /** Ends the first or second member, and starts another one at its address at once. */
  async #replace(how: "in order" | "without a word"): Promise<void> {
    const [name] = this.#choose(["m1", "m2"] as const);
    const gone = this.#members.get(name)!;
    if (how === "in order") {
      await this.#stops.get(gone)!();
      await gone.terminate();
    } else await gone.kill();
    this.#stops.delete(gone);
    const member = await this.#links.rig.startOn(this.#links.host(name), "member", `${gone.name}+`);
    this.#members.set(name, member);
    await this.#startLoad(member);
  }

  async #freeze(member: TestProcess, forMs: number): Promise<void> {
    member.freeze();
    await pause(forMs);
    member.thaw();
  }

  async #break({ links, breaks, mends }: BrokenLinks): Promise<void> {
    const { rig } = this.#links;
    const named = links.map(([one, other]) => [this.#nameOn(one), this.#nameOn(other)] as const);
    for (const link of named) rig.fault("link broken", "from now", { link });
    breaks();
    await pause(this.#durationMs());
    mends();
    for (const link of named) rig.fault("link mended", "until now", { link });
  }

  /** What the present process on a host is called. */
  #nameOn(host: HostName): string {
    return this.#members.get(host as MemberName)?.name ?? host;
  }

  /** Resets all connections between two, one pair after the other, once a second. */
  async #reset(): Promise<void> {
    const { rig, network } = this.#links;
    for (const name of memberNames) {
      const [other] = this.#choose((["c1", ...memberNames] as const).filter((each) => each !== name));
      rig.fault("link reset", "now", { link: [this.#nameOn(name), this.#nameOn(other)] });
      network.reset(this.#links.host(name), this.#links.host(other));
      await pause(1_000);
    }
  }

  async #startLoad(member: TestProcess): Promise<void> {
    this.#stops.set(member, await member.startLoad({ ...this.#load, sender: `from-${member.name}` }));
  }

  /** Two different ones of them, in an order that is left to chance. */
  #choose<T>(all: readonly T[]): readonly [T, T] {
    const first = Math.floor(this.#random.next() * all.length);
    const others = all.toSpliced(first, 1);
    return [all[first]!, others[Math.floor(this.#random.next() * others.length)]!];
  }

  /** From 2 to 12 s: shorter and longer than what is noticed, and than the TTL. */
  #durationMs(): number {
    return 2_000 + this.#random.next() * 10_000;
  }
}
