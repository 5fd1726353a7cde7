import { deepStrictEqual, notStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { ClusterError } from "../cluster-error.ts";
import type { IdentityLookup } from "../identity/identity-lookup.ts";
import { LookupRig, rigKind } from "./lookup-rig.ts";

/**
 * One promise that every identity lookup keeps.
 *
 * @see {@link identityLookupCases}
 */
export interface IdentityLookupCase {
  readonly name: string;
  /** Rejects when the promise is broken. The function makes the lookup of one process. */
  readonly run: (createLookup: () => IdentityLookup) => Promise<void>;
}

const identities: readonly string[] = Array.from({ length: 30 }, (_identity, index) => `grain-${index}`);

/**
 * The conformance suite of the `IdentityLookup` port: run each case as one test.
 *
 * @example
 * import { DistHashLookup } from "@ts-grain/cluster";
 * import { identityLookupCases } from "@ts-grain/cluster/testing";
 * import { test } from "vitest";
 *
 * test.each(identityLookupCases)("$name", async ({ run }) => {
 *   await run(() => new DistHashLookup());
 * });
 */
export const identityLookupCases: readonly IdentityLookupCase[] = [
  {
    name: "every member and client finds the same activation, and there is one",
    async run(createLookup) {
      const rig = new LookupRig(createLookup);
      const processes = [
        await rig.addMember(),
        await rig.addMember(),
        await rig.addMember(),
        await rig.addClient(),
      ];
      for (const identity of identities) {
        const found = await Promise.all(processes.map((process) => rig.find(process, identity)));
        deepStrictEqual(new Set(found.map(String)).size, 1);
        strictEqual(rig.started.get(`${rigKind}/${identity}`), 1);
      }
    },
  },
  {
    name: "identities are spread over the members",
    async run(createLookup) {
      const rig = new LookupRig(createLookup);
      const [first] = [await rig.addMember(), await rig.addMember(), await rig.addMember()];
      const found = await Promise.all(identities.map((identity) => rig.find(first, identity)));
      ok(new Set(found.map(({ address }) => address)).size > 1);
    },
  },
  {
    name: "only members that host a kind have its activations",
    async run(createLookup) {
      const rig = new LookupRig(createLookup);
      const [, host] = [await rig.addMember(["Other"]), await rig.addMember()];
      for (const identity of identities) {
        strictEqual((await rig.find(host, identity)).address, host.system.address);
      }
    },
  },
  {
    name: "a kind that no member hosts is refused with no_member",
    async run(createLookup) {
      const rig = new LookupRig(createLookup);
      const client = await rig.addClient();
      await rig.addMember(["Other"]);
      await rejects(
        rig.find(client, "grain"),
        (error) => ClusterError.is(error) && error.code === "no_member",
      );
    },
  },
  {
    name: "an activation that ended is replaced by a new one",
    async run(createLookup) {
      const rig = new LookupRig(createLookup);
      const [first] = [await rig.addMember(), await rig.addMember()];
      const before = await rig.find(first, "grain");
      first.system.root.stop(before);
      await rig.clock.advance(100);
      const after = await rig.find(first, "grain");
      notStrictEqual(String(after), String(before));
      strictEqual(rig.living.get(`${rigKind}/grain`), 1);
    },
  },
  {
    name: "what is found here without asking is what everybody finds",
    async run(createLookup) {
      const rig = new LookupRig(createLookup);
      const [first, second] = [await rig.addMember(), await rig.addMember()];
      await rig.clock.advance(100);
      for (const identity of identities) {
        const here = first.lookup.findHere?.({ kind: rigKind, identity });
        const found = await rig.find(second, identity);
        if (here) strictEqual(String(found), String(here.pid));
        strictEqual(rig.started.get(`${rigKind}/${identity}`), 1);
      }
    },
  },
  {
    name: "nothing is found here without asking that another member may still hold, or that this one ends",
    async run(createLookup) {
      const rig = new LookupRig(createLookup, { endsAfterMs: 50 });
      const first = await rig.addMember();
      for (const identity of identities) await rig.find(first, identity);
      const joined = await rig.addMember();
      for (let elapsedMs = 0; elapsedMs < 200; elapsedMs += 10) {
        for (const identity of identities) {
          joined.lookup.findHere?.({ kind: rigKind, identity });
          await rig.clock.settle();
          ok(rig.living.get(`${rigKind}/${identity}`)! <= 1, "one activation at a time");
        }
        await rig.clock.advance(10);
      }
      const released = joined.lookup.release({ timeoutMs: 1_000 });
      await rig.clock.settle();
      for (const identity of identities)
        strictEqual(joined.lookup.findHere?.({ kind: rigKind, identity }), undefined);
      await rig.settle(released);
    },
  },
  {
    name: "nothing is found here without asking once this member is let go, even before its activations hear of it",
    async run(createLookup) {
      const rig = new LookupRig(createLookup);
      const [first] = [await rig.addMember(), await rig.addMember()];
      await rig.clock.advance(100);
      for (const identity of identities) await rig.find(first, identity);
      first.members.forgetAll();
      for (const identity of identities)
        strictEqual(first.lookup.findHere?.({ kind: rigKind, identity }), undefined);
    },
  },
  {
    name: "an identity belongs to the member on which it is found, and to no other one",
    async run(createLookup) {
      const rig = new LookupRig(createLookup);
      const [first, second] = [await rig.addMember(), await rig.addMember()];
      await rig.clock.advance(100);
      for (const identity of identities) {
        const { address } = await rig.find(first, identity);
        for (const { system } of [first, second]) {
          const belongs = first.lookup.belongsTo?.({ kind: rigKind, identity }, system.address);
          if (belongs !== undefined) strictEqual(belongs, system.address === address);
        }
      }
    },
  },
  {
    name: "who found an activation here is told when it takes no more calls, whatever ends it",
    async run(createLookup) {
      const rig = new LookupRig(createLookup, { endsAfterMs: 50 });
      const only = await rig.addMember();
      await rig.clock.advance(100);
      const here = identities.map((identity) => only.lookup.findHere?.({ kind: rigKind, identity }));
      const again = identities.map((identity) => only.lookup.findHere?.({ kind: rigKind, identity }));
      for (const [index, location] of here.entries()) strictEqual(again[index], location);
      const stopped = here[0];
      if (!stopped) return;
      only.system.root.stop(stopped.pid);
      await rig.clock.advance(100);
      strictEqual(only.left.get(`${rigKind}/${identities[0]}`), stopped);
      strictEqual(only.left.size, 1);
      const released = only.lookup.release({ timeoutMs: 1_000 });
      await rig.clock.settle();
      for (const [index, identity] of identities.entries())
        strictEqual(only.left.get(`${rigKind}/${identity}`), here[index]);
      await rig.settle(released);
    },
  },
  {
    name: "a member that is releasing takes no new activations",
    async run(createLookup) {
      const rig = new LookupRig(createLookup, { endsAfterMs: 50 });
      const only = await rig.addMember();
      await rig.find(only, "old");
      const released = only.lookup.release({ timeoutMs: 1_000 });
      await rejects(
        rig.find(only, "new"),
        (error) => ClusterError.is(error) && error.code === "not_delivered",
      );
      await rig.settle(released);
      strictEqual(rig.started.get(`${rigKind}/new`), undefined);
    },
  },
  {
    name: "a member that releases ends all its activations and takes no new ones",
    async run(createLookup) {
      const rig = new LookupRig(createLookup);
      const [staying, leaving] = [await rig.addMember(), await rig.addMember()];
      for (const identity of identities) await rig.find(staying, identity);
      await rig.settle(leaving.lookup.release({ timeoutMs: 1_000 }));
      const living = [...rig.living.values()].reduce((sum, count) => sum + count, 0);
      ok(living < identities.length, "some activations were on the member that left");
      rig.remove(leaving);
      for (const identity of identities) {
        strictEqual((await rig.find(staying, identity)).address, staying.system.address);
        strictEqual(rig.living.get(`${rigKind}/${identity}`), 1);
      }
    },
  },
  {
    name: "when members join and leave, each identity ends up with one activation that all agree on",
    async run(createLookup) {
      const rig = new LookupRig(createLookup);
      const processes = [await rig.addMember()];
      for (const identity of identities) await rig.find(processes[0]!, identity);
      for (let joined = 0; joined < 3; joined++) processes.push(await rig.addMember());
      await rig.clock.advance(100);
      rig.remove(processes.splice(1, 1)[0]!);
      await rig.clock.advance(100);
      for (const identity of identities) {
        const found = await Promise.all(processes.map((process) => rig.find(process, identity)));
        strictEqual(new Set(found.map(String)).size, 1);
      }
    },
  },
  {
    name: "a find that waits for a member ends with not_delivered as soon as that member has left",
    async run(createLookup) {
      const rig = new LookupRig(createLookup);
      const [first, silent] = [await rig.addMember(), await rig.addMember()];
      await rig.settle(silent.remote.shutdown({ graceful: false }));
      const finds = identities.map((identity) =>
        first.lookup.find({ kind: rigKind, identity }, { timeoutMs: 60_000 }),
      );
      const outcomes = Promise.allSettled(finds);
      await rig.clock.advance(1_000);
      rig.remove(silent);
      const startedAt = rig.clock.nowMs();
      const failed = (await rig.settle(outcomes)).filter(({ status }) => status === "rejected");
      ok(failed.length > 0, "some identities belong to the member that left");
      ok(rig.clock.nowMs() - startedAt < 1_000, "nobody waits for the deadline");
    },
  },
  {
    name: "a find that nobody answers ends in time with not_delivered",
    async run(createLookup) {
      const rig = new LookupRig(createLookup);
      const [first, ...others] = [await rig.addMember(), await rig.addMember(), await rig.addMember()];
      for (const { remote } of others) await rig.settle(remote.shutdown({ graceful: false }));
      const outcomes = await Promise.allSettled(identities.map((identity) => rig.find(first, identity)));
      const failed = outcomes.filter(({ status }) => status === "rejected");
      ok(failed.length > 0, "some identities belong to members that do not answer");
      for (const outcome of failed) {
        ok(
          outcome.status === "rejected" &&
            ClusterError.is(outcome.reason) &&
            outcome.reason.code === "not_delivered",
        );
      }
    },
  },
];
