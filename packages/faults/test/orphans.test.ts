import { seededRandom } from "@ts-grain/actor";
import { EtcdServer } from "@ts-grain/cluster-etcd/testing";
import { describe, expect, test } from "vitest";
import { pause } from "../src/history/pause.ts";
import type { ProcessOptions } from "../src/process/commands.ts";
import { byNight } from "../src/rig/case.ts";
import { findConsul, findEtcd } from "../src/rig/programs.ts";
import { Rig } from "../src/rig/rig.ts";

const consul = findConsul();
const etcd = findEtcd();
const seed = Number(process.env["TS_GRAIN_SEED"] ?? 1);
/** Members that are told to end from the moment on in which they have joined. */
const members = byNight(10, 200);
/** One after each four of them is told to end while it begins, which is mostly before it listens to signals. */
const perBeginner = 5;
const launched = Math.floor((members * perBeginner) / (perBeginner - 1));
/** Members that begin and end side by side. */
const lanes = 4;
/** Milliseconds within which a member is told to end, from its launch or its joining on. */
const latestMs = { launch: 3_000, joining: 400 };
/** So often that a refresh is mostly under way. */
const refreshMs = 50;

/** A store with no member, and what it holds of members, alive or not. */
interface Store {
  readonly rig: Rig;
  readonly options: Partial<ProcessOptions>;
  /** The ports of all that are registered. */
  readonly registered: () => Promise<readonly number[]>;
}

async function startConsul(): Promise<Store> {
  const rig = await Rig.start({ consul });
  const registered = async (): Promise<readonly number[]> => {
    const response = await fetch(`${rig.store.address}/v1/agent/services`);
    return Object.values((await response.json()) as Record<string, { readonly Port: number }>).map(
      ({ Port }) => Port,
    );
  };
  return { rig, options: { consul: { address: rig.store.address, refreshMs } }, registered };
}

async function startEtcd(): Promise<Store> {
  const server = await EtcdServer.start({ program: etcd });
  const [address] = server.endpoints;
  const rig = await Rig.start({
    server: { address: address!, kill: () => server[Symbol.asyncDispose]() },
  });
  const base64 = (text: string): string => Buffer.from(text).toString("base64");
  const registered = async (): Promise<readonly number[]> => {
    const body = JSON.stringify({ key: base64("/protoactor/"), range_end: base64("/protoactor0") });
    const response = await fetch(`${address}/v3/kv/range`, { method: "POST", body });
    const { kvs = [] } = (await response.json()) as { readonly kvs?: readonly { readonly value: string }[] };
    const values = kvs.map(({ value }) => JSON.parse(Buffer.from(value, "base64").toString()) as object);
    return values.map((value) => (value as { readonly port: number }).port);
  };
  return { rig, options: { etcd: { endpoints: server.endpoints, refreshMs } }, registered };
}

/** Starts and ends members at random moments; resolves with those of which something was left 1 s after they had ended in order. */
async function comeAndGo({ rig, options, registered }: Store) {
  const random = seededRandom(seed);
  const moments = Array.from({ length: launched }, (_member, index) => {
    const since = index % perBeginner === perBeginner - 1 ? ("launch" as const) : ("joining" as const);
    return { since, ms: Math.round(random.next() * latestMs[since]) };
  });
  const orphans: string[] = [];
  const ends = { "in order": 0, "before it listened to signals": 0 };
  const comeAndGoOnce = async (index: number): Promise<void> => {
    const member = await rig.launch("member", `m${index}`, options);
    const { since, ms } = moments[index]!;
    if (since === "joining") await member.joined();
    await pause(ms);
    const { code } = await member.terminate();
    ends[code === 0 ? "in order" : "before it listened to signals"]++;
    if (code !== 0) return;
    await pause(1_000);
    if ((await registered()).includes(member.listensAt))
      orphans.push(`m${index}, ${ms} ms after its ${since}`);
  };
  const lane = async (first: number): Promise<void> => {
    for (let index = first; index < launched; index += lanes) await comeAndGoOnce(index);
  };
  await Promise.all(Array.from({ length: lanes }, (_lane, first) => lane(first)));
  await rig.finish();
  return { orphans, ends };
}

const stores = [
  ["Consul", consul, startConsul],
  ["etcd", etcd, startEtcd],
] as const;

describe.for(stores)("members in %s that come and go", ([name, program, start]) => {
  test.skipIf(program === undefined)(
    `E4 of ${members} members that end in order at any moment after they have joined, nothing is left in ${name} a second after their exit, nor of others that end in order while they begin`,
    { timeout: 900_000 },
    async () => {
      const store = await start();
      await using _ = store.rig;
      const { orphans, ends } = await comeAndGo(store);
      console.log(`E4 ${name}: seed ${seed}, ${JSON.stringify(ends)}`);
      expect(orphans).toEqual([]);
      expect(ends["in order"]).toBeGreaterThanOrEqual(members);
    },
  );
});
