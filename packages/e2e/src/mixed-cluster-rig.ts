import { setTimeout as sleep } from "node:timers/promises";
import { freePorts } from "@ts-grain/cluster/testing";
import { activeTwice, countActivations, type MixedJournal, type Span } from "./mixed-cluster-history.ts";
import { MixedMember } from "./mixed-cluster-member.ts";
import { type MixedTally, wallClockMs } from "./mixed-cluster-protocol.ts";
import type { MixedDirectory } from "./mixed-cluster-provider.ts";

/** Milliseconds after all members have the same view in which moved activations may still be ending. */
const settleMs = 1_000;

type Language = MixedMember["language"];

const twoOfEach: readonly Language[] = ["go", "ts", "go", "ts"];

/** A language's share in the load on a cluster. */
export interface LanguageTally extends MixedTally {
  readonly language: Language;
}

/** Members of both languages in one cluster. */
export class MixedCluster implements AsyncDisposable {
  readonly #directory: MixedDirectory;
  readonly #all: MixedMember[] = [];
  readonly #journals = new Map<MixedMember, MixedJournal>();
  readonly #managePorts: number[];

  private constructor(directory: MixedDirectory, managePorts: number[]) {
    this.#directory = directory;
    this.#managePorts = managePorts;
  }

  /** Members that have found each other. Default: two of each language. */
  static async start(directory: MixedDirectory, languages = twoOfEach): Promise<MixedCluster> {
    const cluster = new MixedCluster(directory, []);
    return cluster.#filled(languages);
  }

  /** The same, without a server: every member asks the others. */
  static async startAutomanaged(): Promise<MixedCluster> {
    const ports = await freePorts(4);
    const at = ports.map((port) => `127.0.0.1:${port}`).join(",");
    return new MixedCluster({ provider: "automanaged", at }, [...ports]).#filled(twoOfEach);
  }

  /** The members that run. */
  get members(): readonly MixedMember[] {
    return this.#all.filter(({ isAlive }) => isAlive);
  }

  of(language: "go" | "ts"): readonly MixedMember[] {
    return this.members.filter((member) => member.language === language);
  }

  async join(language: "go" | "ts"): Promise<MixedMember> {
    const managePort = this.#managePorts.shift();
    const member = await MixedMember.start({ ...this.#directory, cluster: "mixed", language, managePort });
    this.#all.push(member);
    return member;
  }

  /** Resolves when all members see each other and nobody else, and have had time to act on it. */
  async agreed({ withinMs = 30_000 } = {}): Promise<void> {
    const deadlineMs = wallClockMs() + withinMs;
    while (!(await this.#agree())) {
      if (wallClockMs() > deadlineMs)
        throw new Error(`no agreement in ${withinMs} ms:\n${await this.#describe()}`);
      await sleep(100);
    }
    await sleep(settleMs);
  }

  /** What a member has seen is lost with its process, unless it is noted before. */
  async note(member: MixedMember): Promise<void> {
    const sightings = await member.sightings();
    const name = `${member.language} ${member.address}`;
    this.#journals.set(member, { member: name, sightings, endedAtMs: undefined });
  }

  /** The identities that were active twice at once during the span. */
  async activeTwice(span: Span): Promise<readonly string[]> {
    return activeTwice(await this.#read(), span);
  }

  /** How often an activation began or ended during the span. */
  async countSightings({ fromMs, toMs }: Span): Promise<number> {
    const sightings = (await this.#read()).flatMap((journal) => journal.sightings);
    return sightings.filter(({ atMs }) => atMs > fromMs && atMs < toMs).length;
  }

  /** How many activations there have been. */
  async countActivations(): Promise<number> {
    return countActivations(await this.#read());
  }

  /** Lets the given members call all identities while something happens; what became of the calls, by language. */
  async underLoad(
    callers: readonly MixedMember[],
    { identities, everyMs }: { readonly identities: readonly string[]; readonly everyMs: number },
    happens: () => Promise<void>,
  ): Promise<readonly LanguageTally[]> {
    for (const member of callers) await member.startLoad(identities, everyMs);
    try {
      await happens();
    } finally {
      await sleep(settleMs);
    }
    const tallies = await Promise.all(
      callers.map(async (member) => ({ language: member.language, ...(await member.stopLoad()) })),
    );
    return (["go", "ts"] as const).map((language) =>
      sum(
        language,
        tallies.filter((tally) => tally.language === language),
      ),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#all.map((member) => member[Symbol.asyncDispose]()));
  }

  async #filled(languages: readonly Language[]): Promise<this> {
    try {
      await Promise.all(languages.map((language) => this.join(language)));
      await this.agreed();
      return this;
    } catch (error) {
      await this[Symbol.asyncDispose]();
      throw error;
    }
  }

  async #agree(): Promise<boolean> {
    const expected = this.members.map(({ address }) => address).sort();
    const views = await Promise.all(this.members.map((member) => member.topology()));
    return views.every(
      (view) =>
        view
          .map(({ address }) => address)
          .sort()
          .join() === expected.join(),
    );
  }

  async #describe(): Promise<string> {
    const lines = this.members.map(async (member) => {
      const view = (await member.topology()).map(({ address }) => address).sort();
      return `${member.language} ${member.address} sees ${view.join(" ")}\n${member.log.slice(-2_000)}`;
    });
    return (await Promise.all(lines)).join("\n");
  }

  async #read(): Promise<readonly MixedJournal[]> {
    for (const member of this.members) await this.note(member);
    return [...this.#journals].map(([{ endedAtMs }, journal]) => ({ ...journal, endedAtMs }));
  }
}

function sum(language: "go" | "ts", tallies: readonly MixedTally[]): LanguageTally {
  return {
    language,
    calls: tallies.reduce((total, { calls }) => total + calls, 0),
    slowestMs: Math.max(0, ...tallies.map(({ slowestMs }) => slowestMs)),
    failed: tallies.flatMap(({ failed }) => failed),
  };
}
