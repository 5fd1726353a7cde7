import { deepStrictEqual, strictEqual } from "node:assert/strict";
import type { ClusterProvider } from "../membership/cluster-provider.ts";
import type { Member } from "../membership/member.ts";
import { ObservedMembers } from "./observed-members.ts";

/**
 * What the cases need of an implementation.
 *
 * @see {@link clusterProviderCases}
 */
export interface ClusterProviderHarness {
  /** A provider of one process; all that one harness gives reach the same members. */
  readonly createProvider: () => ClusterProvider;
  /** Names a cluster that no other case uses. */
  readonly clusterName: string;
}

/**
 * One promise that every provider keeps.
 *
 * @see {@link clusterProviderCases}
 */
export interface ClusterProviderCase {
  readonly name: string;
  readonly run: (harness: ClusterProviderHarness) => Promise<void>;
}

const alice: Member = {
  id: "alice",
  host: "127.0.0.1",
  port: 8001,
  kinds: ["SmartBulb", "SmartHouse"],
  dialect: "ts-grain",
};
const bob: Member = { id: "bob", host: "127.0.0.1", port: 8002, kinds: [], dialect: "ts-grain" };

/**
 * The conformance suite of the `ClusterProvider` port: run each case as one test, with a harness of its own. A case
 * rejects when the promise is broken; it may wait for ever when the provider never tells what it must.
 *
 * @example
 * import { InProcessProvider } from "@ts-grain/cluster";
 * import { type ClusterProviderHarness, clusterProviderCases } from "@ts-grain/cluster/testing";
 * import { test } from "vitest";
 *
 * test.each(clusterProviderCases)("$name", async ({ run }) => {
 *   const provider = new InProcessProvider();
 *   const harness: ClusterProviderHarness = {
 *     createProvider: () => provider,
 *     clusterName: "conformance",
 *   };
 *   await run(harness);
 * });
 */
export const clusterProviderCases: readonly ClusterProviderCase[] = [
  {
    name: "a member is told of itself, as it described itself, before its joining has settled",
    async run({ createProvider, clusterName }) {
      const observed = new ObservedMembers(clusterName);
      const session = await createProvider().joinAsMember(alice, observed.context);
      deepStrictEqual(observed.members, [alice]);
      await session.leave();
    },
  },
  {
    name: "members learn of each other, whoever came first",
    async run({ createProvider, clusterName }) {
      const [first, second] = [new ObservedMembers(clusterName), new ObservedMembers(clusterName)];
      const sessions = [
        await createProvider().joinAsMember(alice, first.context),
        await createProvider().joinAsMember(bob, second.context),
      ];
      await Promise.all([first.untilIds("alice", "bob"), second.untilIds("alice", "bob")]);
      deepStrictEqual(first.members.toSorted(byId), [alice, bob]);
      for (const session of sessions) await session.leave();
    },
  },
  {
    name: "a client sees the members and is not among them",
    async run({ createProvider, clusterName }) {
      const [member, client] = [new ObservedMembers(clusterName), new ObservedMembers(clusterName)];
      const clientSession = await createProvider().joinAsClient(client.context);
      strictEqual(client.calls > 0, true, "the listener of a client is called while it joins");
      const memberSession = await createProvider().joinAsMember(alice, member.context);
      await client.untilIds("alice");
      deepStrictEqual(member.members, [alice]);
      await memberSession.leave();
      await client.untilIds();
      await clientSession.leave();
    },
  },
  {
    name: "a member that leaves disappears for the others and hears no more; leaving twice is fine",
    async run({ createProvider, clusterName }) {
      const [leaving, staying] = [new ObservedMembers(clusterName), new ObservedMembers(clusterName)];
      const leavingSession = await createProvider().joinAsMember(alice, leaving.context);
      const stayingSession = await createProvider().joinAsMember(bob, staying.context);
      await staying.untilIds("alice", "bob");
      await leavingSession.leave();
      const heard = leaving.calls;
      await leavingSession.leave();
      await staying.untilIds("bob");
      await stayingSession.leave();
      strictEqual(leaving.calls, heard);
    },
  },
  {
    name: "a member that is abandoned disappears for the others in the end",
    async run({ createProvider, clusterName }) {
      const [dying, staying] = [new ObservedMembers(clusterName), new ObservedMembers(clusterName)];
      const dyingSession = await createProvider().joinAsMember(alice, dying.context);
      const stayingSession = await createProvider().joinAsMember(bob, staying.context);
      await staying.untilIds("alice", "bob");
      await dyingSession.abandon();
      await staying.untilIds("bob");
      await stayingSession.leave();
    },
  },
  {
    name: "clusters of different names do not see each other",
    async run({ createProvider, clusterName }) {
      const [here, elsewhere] = [
        new ObservedMembers(clusterName),
        new ObservedMembers(`${clusterName}-elsewhere`),
      ];
      const provider = createProvider();
      const sessions = [
        await provider.joinAsMember(alice, here.context),
        await createProvider().joinAsMember(bob, elsewhere.context),
      ];
      deepStrictEqual(here.members, [alice]);
      deepStrictEqual(elsewhere.members, [bob]);
      for (const session of sessions) await session.leave();
    },
  },
];

function byId(a: Member, b: Member): number {
  return a.id < b.id ? -1 : 1;
}
