import { quietLogger, VirtualClock } from "@ts-grain/actor/testing";
import { expect, test } from "vitest";
import {
  ActorSystem,
  Cluster,
  type ClusterProvider,
  configureCluster,
  configureRemote,
  DistHashLookup,
  InProcessProvider,
  type Member,
  type ProviderContext,
  type ProviderSession,
} from "../src/index.ts";
import {
  type DirectoryOptions,
  joinDirectory,
  resolveDirectoryTiming,
} from "../src/membership/provider/index.ts";
import { EvictingProvider } from "../src/testing/evicting-provider.ts";
import { getWitnessGrainClient } from "./gen/witness_grain.ts";
import { Testimony } from "./witness-grain.ts";

const silent = new Promise<void>(() => {});

/** A provider on a list in memory, which can fall silent as a server that stands still. */
class SilentProvider implements ClusterProvider {
  readonly clock: VirtualClock;
  readonly transport = new InProcessProvider().transport;
  readonly #options: DirectoryOptions;
  readonly #listed = new Map<string, Member>();
  /** What every answer waits for, from now on. */
  answers: Promise<void> = Promise.resolve();

  constructor(clock: VirtualClock, options: DirectoryOptions = {}) {
    this.clock = clock;
    this.#options = options;
  }

  get listed(): readonly string[] {
    return [...this.#listed.keys()];
  }

  joinAsMember(self: Member, context: ProviderContext): Promise<ProviderSession> {
    const refresh = (signal: AbortSignal) => this.#ask(signal, () => void this.#listed.set(self.id, self));
    const remove = (signal: AbortSignal) => this.#ask(signal, () => void this.#listed.delete(self.id));
    return this.#join({ context, self: { id: self.id, registration: { refresh, remove } } });
  }

  joinAsClient(context: ProviderContext): Promise<ProviderSession> {
    return this.#join({ context });
  }

  #join(joining: Pick<Parameters<typeof joinDirectory>[0], "context" | "self">): Promise<ProviderSession> {
    const read = (signal: AbortSignal) => this.#ask(signal, () => [...this.#listed.values()]);
    async function* lists(signal: AbortSignal) {
      while (!signal.aborted) yield await read(signal);
    }
    const timing = resolveDirectoryTiming(this.#options);
    return joinDirectory({ ...joining, directory: { lists }, timing });
  }

  async #ask<T>(signal: AbortSignal, carryOut: () => T): Promise<T> {
    const { promise: aborted, reject } = Promise.withResolvers<never>();
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    await Promise.race([this.answers, aborted]);
    return carryOut();
  }
}

/** A member that hosts a grain whose call never ends. */
class StuckMember {
  readonly clock = new VirtualClock();
  readonly store: SilentProvider;
  readonly #provider: EvictingProvider;
  #cluster: Cluster | undefined;

  constructor(options?: DirectoryOptions) {
    this.store = new SilentProvider(this.clock, options);
    this.#provider = new EvictingProvider(this.store);
  }

  get cluster(): Cluster {
    return this.#cluster!;
  }

  async start(): Promise<void> {
    const testimony = new Testimony();
    testimony.beforeBump = () => silent;
    const remote = configureRemote("localhost", 0);
    const lookup = new DistHashLookup();
    const config = configureCluster("test", this.#provider, lookup, remote, { kinds: [testimony.kind()] });
    const { clock } = this;
    const starting = Cluster.startMember(new ActorSystem({ clock, logger: quietLogger }), config);
    await clock.advance(1_000);
    this.#cluster = await starting;
    getWitnessGrainClient(this.#cluster, "stuck")
      .bump({})
      .catch(() => undefined);
    await clock.advance(100);
  }

  /** Takes it off the list, and lets it begin to come back. */
  async letGo(): Promise<void> {
    void this.#provider.evict(this.cluster.self!);
    await this.clock.advance(0);
  }

  /** Milliseconds until it has ended, and until nothing is left to wait for, which would keep its process. */
  async end(how: "shutdown" | "kill"): Promise<{ readonly endedMs: number; readonly quietMs: number }> {
    const { clock, cluster } = this;
    const beganMs = clock.nowMs();
    let endedMs = Number.POSITIVE_INFINITY;
    void cluster[how]().then(() => {
      endedMs = clock.nowMs() - beganMs;
    });
    while (clock.nowMs() - beganMs < 60_000 && (endedMs === Number.POSITIVE_INFINITY || clock.scheduled > 0))
      await clock.advance(100);
    return { endedMs, quietMs: clock.nowMs() - beganMs };
  }
}

interface Silence {
  readonly when: string;
  readonly options?: DirectoryOptions;
  readonly arrange: (member: StuckMember) => Promise<void>;
}

const silences: readonly Silence[] = [
  {
    when: "silent when the member is to end",
    arrange: async ({ store }) => {
      store.answers = silent;
    },
  },
  {
    when: "silent for longer than leaving may take, by its options",
    options: { leaveTimeoutMs: 30_000 },
    arrange: async ({ store }) => {
      store.answers = silent;
    },
  },
  {
    when: "silent since the member was let go",
    arrange: async (member) => {
      member.store.answers = silent;
      await member.letGo();
    },
  },
  {
    when: "silent since the member began to come back",
    arrange: async (member) => {
      await member.letGo();
      member.store.answers = silent;
      await member.clock.advance(500);
    },
  },
  {
    when: "silent, but for one answer, while the member comes back and leaves",
    arrange: async (member) => {
      await member.letGo();
      const { promise, resolve } = Promise.withResolvers<void>();
      member.store.answers = promise;
      await member.clock.advance(500);
      member.clock.schedule(6_900, () => {
        member.store.answers = silent;
        resolve();
      });
    },
  },
];

test.each(silences)(
  "a member with a stuck grain leaves within ten seconds, and waits for nothing then, though its provider is $when",
  async ({ options, arrange }) => {
    const member = new StuckMember(options);
    await member.start();
    await arrange(member);
    const { endedMs, quietMs } = await member.end("shutdown");
    expect(endedMs).toBeLessThan(10_000);
    expect(quietMs).toBeLessThan(10_000);
  },
);

test("a member that is killed while it comes back waits for its actors, and for no provider", async () => {
  const member = new StuckMember();
  await member.start();
  await member.letGo();
  member.store.answers = silent;
  await member.clock.advance(500);
  const { endedMs, quietMs } = await member.end("kill");
  expect(quietMs).toBe(endedMs);
});
