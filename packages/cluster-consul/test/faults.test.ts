import { setTimeout as sleep } from "node:timers/promises";
import type { Member, ProviderSession } from "@ts-grain/cluster";
import { ObservedMembers } from "@ts-grain/cluster/testing";
import { ConsulProvider, type ConsulProviderOptions } from "@ts-grain/cluster-consul";
import { ConsulServer } from "@ts-grain/cluster-consul/testing";
import { describe, expect, test } from "vitest";
import { findConsul } from "./consul-program.ts";
import { MemberProcess } from "./member-process.ts";

const program = findConsul();
const quick = { ttlMs: 2_000, refreshMs: 500, settleMs: 3_000 };

interface Joined {
  readonly observed: ObservedMembers;
  readonly session: ProviderSession;
}

const member = (id: string): Member => ({
  id,
  host: "127.0.0.1",
  port: 9_000,
  kinds: ["Bulb"],
  dialect: "ts-grain",
});

async function join(id: string, options: ConsulProviderOptions): Promise<Joined> {
  const observed = new ObservedMembers("faults");
  const session = await new ConsulProvider(options).joinAsMember(member(id), observed.context);
  return { observed, session };
}

async function joinBoth(options: ConsulProviderOptions): Promise<readonly [Joined, Joined]> {
  const both = [await join("alice", options), await join("bob", options)] as const;
  for (const { observed } of both) await observed.untilIds("alice", "bob");
  return both;
}

/** The ids that Consul lists with all checks passing. */
async function passing(consul: ConsulServer): Promise<readonly string[]> {
  const response = await fetch(`${consul.address}/v1/health/service/faults?passing=1`);
  const entries = (await response.json()) as readonly { readonly Service: { readonly ID: string } }[];
  return entries.map(({ Service }) => Service.ID).toSorted();
}

/** Asks again and again; resolves with the milliseconds that passed until it was so. */
async function untilTrue(condition: () => Promise<boolean>): Promise<number> {
  const startMs = performance.now();
  while (!(await condition())) await sleep(50);
  return performance.now() - startMs;
}

/** What a member saw once it had seen both. */
function losses({ observed }: Joined): readonly (readonly string[])[] {
  const complete = observed.history.findIndex((ids) => ids.length === 2);
  return observed.history.slice(complete).filter((ids) => ids.length < 2);
}

describe.skipIf(program === undefined)("with a real Consul that fails", () => {
  test.concurrent("a Consul that comes back with empty state is told of all members within two refreshes, and nobody is lost", async () => {
    await using consul = await ConsulServer.start(program);
    const both = await joinBoth({ address: consul.address, ...quick });
    await consul.kill();
    await sleep(3_000);
    await consul.restart();
    const tookMs = await untilTrue(async () => (await passing(consul)).length === 2);
    expect(tookMs).toBeLessThan(2_000 + 2 * quick.refreshMs);
    await sleep(quick.settleMs + 1_500);
    for (const joined of both) {
      expect(losses(joined)).toEqual([]);
      expect(joined.observed.logger.at("warn").toSorted()).toEqual([
        "refreshing the registration failed; it is tried again",
        "watching the members failed; it is tried again",
      ]);
      await joined.session.leave();
    }
    expect(await passing(consul)).toEqual([]);
  });

  test.concurrent("a Consul that answers nothing for longer than the TTL loses no member, and no client loses one", async () => {
    await using consul = await ConsulServer.start(program);
    const options = { address: consul.address, ttlMs: 8_000, refreshMs: 500, settleMs: 3_000 };
    const both = await joinBoth(options);
    const client = new ObservedMembers("faults");
    const clientSession = await new ConsulProvider(options).joinAsClient(client.context);
    consul.freeze();
    await sleep(10_000);
    consul.thaw();
    await sleep(options.settleMs + 2_500);
    expect(await passing(consul)).toEqual(["alice", "bob"]);
    expect(client.history).toEqual([client.history[0]]);
    await clientSession.leave();
    for (const joined of both) {
      expect(losses(joined)).toEqual([]);
      await joined.session.leave();
    }
  });

  test.concurrent("a member that somebody else deregisters is registered again, and one that stays unlisted is told", async () => {
    await using consul = await ConsulServer.start(program);
    const [alice, bob] = await joinBoth({ address: consul.address, ...quick });
    await fetch(`${consul.address}/v1/agent/service/deregister/alice`, { method: "PUT" });
    await bob.observed.untilIds("bob");
    await bob.observed.untilIds("alice", "bob");
    await fetch(`${consul.address}/v1/agent/service/maintenance/alice?enable=true`, { method: "PUT" });
    await bob.observed.untilIds("bob");
    await alice.observed.untilIds("bob");
    for (const { session } of [alice, bob]) await session.leave();
    expect(await passing(consul)).toEqual([]);
  });

  test.concurrent("members that leave at any moment leave nothing behind", async () => {
    await using consul = await ConsulServer.start(program);
    const options = { address: consul.address, ttlMs: 1_000, refreshMs: 20 };
    for (let round = 0; round < 10; round++) {
      const joining = Array.from({ length: 10 }, (_member, index) => join(`${round}-${index}`, options));
      const leaving = joining.map(async (joined, index) => {
        const { session } = await joined;
        await sleep(index * 7);
        await session.leave();
      });
      await Promise.all(leaving);
    }
    await sleep(200);
    const services = await (await fetch(`${consul.address}/v1/agent/services`)).json();
    expect(services).toEqual({});
  });

  test.concurrent("a stall of five seconds costs nothing; a killed process is gone when its TTL is over", {
    timeout: 60_000,
  }, async ({ annotate }) => {
    await using consul = await ConsulServer.start(program);
    const watching = await join("alice", { address: consul.address });
    await using bob = await MemberProcess.start(consul.address, "faults", "bob");
    await watching.observed.untilIds("alice", "bob");
    await bob.stall(5_000);
    await sleep(1_000);
    expect(losses(watching)).toEqual([]);
    const killedMs = performance.now();
    bob.process.kill("SIGKILL");
    await watching.observed.untilIds("alice");
    const tookMs = performance.now() - killedMs;
    await annotate(`the killed member was gone after ${Math.round(tookMs)} ms`);
    expect(tookMs).toBeLessThan(12_000);
    await watching.session.leave();
  });
});
