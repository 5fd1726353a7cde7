import { deepStrictEqual, ok } from "node:assert/strict";
import { systemClock } from "@ts-grain/actor";
import type { ClusterProvider, ProviderSession } from "../membership/cluster-provider.ts";
import type { Member } from "../membership/member.ts";
import type { DirectoryOptions } from "../membership/provider/directory-timing.ts";
import { MemberProcess, type MemberProgram } from "./member-process.ts";
import { ObservedMembers } from "./observed-members.ts";

/**
 * A server on which providers keep their members, and which does what no server should.
 *
 * @see {@link ServerProcess}
 */
export interface FaultyServer {
  /** Lets it accept connections and answer nothing. */
  freeze(): void;
  /** Lets it go on. */
  thaw(): void;
  /** Ends it without a word. */
  kill(): Promise<void>;
  /** Starts it at the same address, remembering nothing. */
  restartEmpty(): Promise<void>;
}

/**
 * What the cases need of an implementation.
 *
 * @see {@link providerFaultCases}
 */
export interface ProviderFaultHarness {
  readonly server: FaultyServer;
  readonly clusterName: string;
  /** A provider with the given options, those that are left out as they are by default. */
  readonly createProvider: (options: DirectoryOptions & { readonly ttlMs?: number }) => ClusterProvider;
  /** The ids of the members that the server itself lists as alive, sorted. */
  readonly listed: () => Promise<readonly string[]>;
  /** Takes a member off the server's list, as somebody else might. */
  readonly remove: (id: string) => Promise<void>;
  /** A member with the default options. */
  readonly memberProgram: (id: string) => MemberProgram;
  /** Told what a case has measured. */
  readonly report: (figure: string) => unknown;
}

/**
 * One promise that every provider on a server keeps when that fails.
 *
 * @see {@link providerFaultCases}
 */
export interface ProviderFaultCase {
  readonly name: string;
  readonly run: (harness: ProviderFaultHarness) => Promise<void>;
}

const quick = { ttlMs: 4_000, refreshMs: 500, settleMs: 3_000 };

/**
 * The fault suite of providers on a server with leases: run each case as one test with a server of its own.
 *
 * @example
 * import { type ProviderFaultHarness, providerFaultCases } from "@ts-grain/cluster/testing";
 * import { test } from "vitest";
 *
 * declare function startHarness(): Promise<ProviderFaultHarness & AsyncDisposable>;
 *
 * test.for(providerFaultCases)("$name", { timeout: 60_000 }, async ({ run }) => {
 *   await using harness = await startHarness();
 *   await run(harness);
 * });
 */
export const providerFaultCases: readonly ProviderFaultCase[] = [
  {
    name: "a server that comes back with empty state is told of all members within two refreshes, and nobody is lost",
    async run(harness) {
      const { server, listed } = harness;
      const both = await joinBoth(harness, quick);
      await server.kill();
      await sleep(3_000);
      await server.restartEmpty();
      const tookMs = await untilTrue(async () => (await listed()).length === 2);
      harness.report(`both members were registered again after ${Math.round(tookMs)} ms`);
      // The pause between two attempts to reach a server that is away is at most 2 s.
      ok(tookMs < 2_000 + 2 * quick.refreshMs, `registered again after ${tookMs} ms`);
      await sleep(quick.settleMs + 1_500);
      deepStrictEqual(both.flatMap(losses), []);
      for (const { observed } of both) ok(observed.logger.at("warn").length <= 3, "an outage is logged once");
      for (const { session } of both) await session.leave();
      deepStrictEqual(await listed(), []);
    },
  },
  {
    name: "a server that answers nothing for longer than the TTL loses no member, for members and clients",
    async run(harness) {
      const { server, listed, createProvider, clusterName } = harness;
      const options = { ...quick, ttlMs: 8_000 };
      const both = await joinBoth(harness, options);
      const client = new ObservedMembers(clusterName);
      const clientSession = await createProvider(options).joinAsClient(client.context);
      server.freeze();
      await sleep(11_000);
      server.thaw();
      await sleep(options.settleMs + 2_500);
      deepStrictEqual(await listed(), ["alice", "bob"]);
      deepStrictEqual(
        client.history.map((ids) => ids.toSorted()),
        [["alice", "bob"]],
      );
      deepStrictEqual(both.flatMap(losses), []);
      for (const { session } of [...both, { session: clientSession }]) await session.leave();
    },
  },
  {
    name: "a member that somebody else takes off the list is registered again",
    async run(harness) {
      const both = await joinBoth(harness, quick);
      await harness.remove("alice");
      await untilTrue(async () => (await harness.listed()).length === 2);
      for (const { observed } of both) await observed.untilIds("alice", "bob");
      for (const { session } of both) await session.leave();
      deepStrictEqual(await harness.listed(), []);
    },
  },
  {
    name: "members that leave at any moment leave nothing behind",
    async run(harness) {
      for (let round = 0; round < 10; round++) {
        const leaving = Array.from({ length: 10 }, async (_member, index) => {
          const { session } = await join(harness, { id: `${round}-${index}`, ttlMs: 2_000, refreshMs: 20 });
          await sleep(index * 7);
          await session.leave();
        });
        await Promise.all(leaving);
      }
      await sleep(200);
      deepStrictEqual(await harness.listed(), []);
    },
  },
  {
    name: "a stall of five seconds costs nothing, and a killed process is gone when its TTL is over",
    async run(harness) {
      const watching = await join(harness, { id: "alice" });
      await using bob = await MemberProcess.start(harness.memberProgram("bob"));
      await watching.observed.untilIds("alice", "bob");
      await bob.stall(5_000);
      await sleep(1_000);
      deepStrictEqual(losses(watching), []);
      const killedMs = systemClock.nowMs();
      await bob.kill();
      await watching.observed.untilIds("alice");
      const tookMs = systemClock.nowMs() - killedMs;
      harness.report(`the killed member was gone after ${Math.round(tookMs)} ms`);
      ok(tookMs < 13_000, `gone after ${tookMs} ms`);
      await watching.session.leave();
    },
  },
];

interface Joined {
  readonly observed: ObservedMembers;
  readonly session: ProviderSession;
}

interface JoinOptions extends DirectoryOptions {
  readonly id: string;
  readonly ttlMs?: number;
}

async function join(harness: ProviderFaultHarness, { id, ...options }: JoinOptions): Promise<Joined> {
  const observed = new ObservedMembers(harness.clusterName);
  const self: Member = { id, host: "127.0.0.1", port: 9_000, kinds: ["Bulb"], dialect: "ts-grain" };
  const session = await harness.createProvider(options).joinAsMember(self, observed.context);
  return { observed, session };
}

async function joinBoth(
  harness: ProviderFaultHarness,
  options: Omit<JoinOptions, "id">,
): Promise<readonly [Joined, Joined]> {
  const alice = await join(harness, { id: "alice", ...options });
  const bob = await join(harness, { id: "bob", ...options });
  for (const { observed } of [alice, bob]) await observed.untilIds("alice", "bob");
  return [alice, bob];
}

/** What a member saw that lacked one of the two, once it had seen both. */
function losses({ observed }: Joined): readonly (readonly string[])[] {
  const complete = observed.history.findIndex((ids) => ids.length === 2);
  return observed.history.slice(complete).filter((ids) => ids.length < 2);
}

/** Asks again and again; resolves with the milliseconds that passed until it was so. */
async function untilTrue(condition: () => Promise<boolean>): Promise<number> {
  const startMs = systemClock.nowMs();
  while (!(await condition())) await sleep(50);
  return systemClock.nowMs() - startMs;
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => void systemClock.schedule(ms, resolve));
}
