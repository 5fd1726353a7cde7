import { expect, test } from "vitest";
import { figuresOf } from "../src/checks/figures.ts";
import { findConsul } from "../src/rig/programs.ts";
import { Rig } from "../src/rig/rig.ts";
import { hostileIdentities, isRefused } from "./hostile-identities.ts";

const consul = findConsul();

test.skipIf(consul === undefined)(
  `A12 of ${hostileIdentities.length} hostile identities that a client sends to a member, each is refused or is a grain of its own`,
  { timeout: 60_000 },
  async () => {
    await using rig = await Rig.start({ consul });
    const member = await rig.start("member", "m1");
    const client = await rig.start("client", "c1");
    const [refused, taken] = [true, false].map((wanted) =>
      hostileIdentities.filter((identity) => isRefused(identity) === wanted),
    );
    for (const [caller, sender] of [
      [client, "client"],
      [client, "again"],
      [member, "member"],
    ] as const) {
      const load = { sender, callsPerSecond: 0, identities: hostileIdentities };
      await caller.ask({ do: "burst", load, calls: hostileIdentities.length });
    }
    const { stats } = await member.report();
    const history = await rig.finish();
    const { outcomes } = figuresOf(history.calls);
    console.log(`A12: ${JSON.stringify(outcomes)}`);
    const refusedCalls = history.calls.filter(({ returns }) => returns[0]?.outcome === "invalid_options");
    expect(new Set(refusedCalls.map(({ identity }) => identity))).toEqual(new Set(refused));
    expect(outcomes).toEqual({ invalid_options: 3 * refused!.length, ok: 3 * taken!.length });
    // Each has one activation, which was told its own name, and no call of another one.
    const { events } = history.processes.find(({ process }) => process === "m1")!;
    const activated = events.filter((event) => event.event === "activated");
    expect(activated.map(({ identity }) => identity).toSorted()).toEqual(taken!.toSorted());
    expect(new Set(activated.map(({ activation }) => activation)).size).toBe(taken!.length);
    const named = new Map(activated.map(({ activation, identity }) => [activation, identity]));
    for (const { identity, returns } of history.calls.filter((call) => !isRefused(call.identity)))
      expect(named.get(returns[0]!.activation!)).toBe(identity);
    // Metrics do not take two for one either.
    expect(stats.activated).toBe(taken!.length);
  },
);

test.skipIf(consul === undefined)(
  'A12 the grain "a.b" of the kind "c" and the grain "a" of the kind "b.c" are two, for a client and a member',
  { timeout: 60_000 },
  async () => {
    await using rig = await Rig.start({ consul });
    const member = await rig.start("member", "m1", { kinds: ["c", "b.c"] });
    const client = await rig.start("client", "c1");
    const short = { of: "c", identity: "a.b" } as const;
    const long = { of: "b.c", identity: "a" } as const;
    for (const [index, caller] of [client, client, member].entries()) {
      for (const say of [short, long]) {
        const said = { identity: say.identity, count: index + 1 };
        expect(await caller.ask({ do: "say", say })).toEqual({ kind: "said", said });
      }
    }
    await rig.finish();
  },
);
