import { readFileSync } from "node:fs";
import { join } from "node:path";
import { freePorts } from "@ts-grain/cluster/testing";
import { ConsulServer } from "@ts-grain/cluster-consul/testing";
import { describe, expect, test } from "vitest";
import { figuresOf } from "../src/checks/figures.ts";
import { checkNoFailure, checkRecovery, outages } from "../src/checks/service.ts";
import type { Started } from "../src/history/events.ts";
import type { History } from "../src/history/history.ts";
import { nowMs } from "../src/history/now.ts";
import { pause } from "../src/history/pause.ts";
import { foreverMs } from "../src/process/commands.ts";
import { byNight, isNightly, lamps, summarize } from "../src/rig/case.ts";
import { findConsul } from "../src/rig/programs.ts";
import { Rig } from "../src/rig/rig.ts";

const consul = findConsul();

/** The signals that end a member in order, and the code of one that is ended by a second one. */
const signals = [
  ["SIGTERM", 143],
  ["SIGINT", 130],
] as const;

/** The ids that Consul lists as alive. */
async function listed({ store: { address } }: Rig): Promise<readonly string[]> {
  const response = await fetch(`${address}/v1/health/service/faults?passing=1`);
  const entries = (await response.json()) as readonly { readonly Service: { readonly ID: string } }[];
  return entries.map(({ Service }) => Service.ID);
}

/** The handlers that were started for a grain. */
function startsOf({ starts }: History, identity: string): readonly Started[] {
  return starts.filter((start) => start.identity === identity);
}

function processOf({ activation }: Started): string {
  return activation.split("/")[0]!;
}

/** The process that started a grain's last handler. */
function lastStarter(history: History, identity: string): string {
  return processOf(startsOf(history, identity).at(-1)!);
}

/** How many of a sender's calls were made and not started when a process was told to end. */
function waitingAt({ calls, starts, faults }: History, process: string, sender: string): number {
  const signalMs = faults.find((fault) => fault.process === process && fault.what === "told to end")!.atMs;
  const started = new Set(starts.filter(({ atMs }) => atMs < signalMs).map(({ message }) => message));
  return calls.filter((call) => call.sender === sender && call.atMs < signalMs && !started.has(call.message))
    .length;
}

describe.skipIf(consul === undefined)("members that come back", () => {
  test("C5 a member that was killed and started again at its port within 200 ms is another, and serves within 3 s", {
    timeout: 120_000,
  }, async () => {
    await using rig = await Rig.start({ consul, ttlMs: byNight(4_000, 10_000) });
    const [, victim] = await rig.startMembers(3);
    const client = await rig.start("client", "c1");
    const successor = await rig.launch("member", "m2+", { port: victim!.port, begins: "when told" });
    const stopLoad = await client.startLoad({ sender: "load", callsPerSecond: 200, identities: lamps(100) });
    await pause(2_000);
    await victim!.kill();
    const begunMs = nowMs();
    await successor.begin();
    const joinedMs = nowMs();
    await pause(byNight(9_000, 18_000));
    await stopLoad();
    const history = await rig.finish();
    const killedMs = history.lifeOf("m2", "ended")!;
    const worst = Math.max(...outages(history, killedMs).values());
    console.log(
      `C5: begun after ${Math.round(begunMs - killedMs)} ms, joined after ${Math.round(joinedMs - killedMs)} ms, worst outage ${Math.round(worst)} ms; ${summarize(history.calls)}`,
    );
    expect(begunMs - killedMs).toBeLessThan(200);
    expect(worst).toBeLessThan(3_000);
    expect(checkRecovery(history, { afterMs: joinedMs, withinMs: 3_000 })).toEqual([]);
  });
});

describe.skipIf(consul === undefined)("members that begin and end", { concurrent: true }, () => {
  test.each(signals)(
    "C8 two times %s ends a member at once with %i, and it is gone from Consul when its TTL is over",
    {
      timeout: 60_000,
    },
    async (signal, expected) => {
      const ttlMs = 2_000;
      await using rig = await Rig.start({ consul, ttlMs });
      const member = await rig.start("member", "m1");
      await member.startLoad({ sender: "slow", callsPerSecond: 10, identities: ["x"], holdMs: 4_000 });
      await pause(500);
      const ending = member.terminate(signal);
      await pause(200);
      member.child.kill(signal);
      const { code, tookMs } = await ending;
      expect({ code, isQuick: tookMs < 1_000 }).toEqual({ code: expected, isQuick: true });
      await rig.until(async () => (await listed(rig)).length === 0, ttlMs + 1_000);
      const goneMs = nowMs() - member.exit!.atMs;
      console.log(`C8 ${signal} twice: ${code} after ${tookMs} ms, gone after ${Math.round(goneMs)} ms`);
      expect(goneMs).toBeLessThan(ttlMs + 500);
      await rig.finish();
    },
  );

  test.each(signals)(
    "C8 a member that %s tells to end while a grain is being activated ends in order",
    {
      timeout: 60_000,
    },
    async (signal) => {
      await using rig = await Rig.start({ consul });
      const member = await rig.start("member", "m1", { activationMs: 2_000 });
      const client = await rig.start("client", "c1");
      const stop = await client.startLoad({
        sender: "slow",
        callsPerSecond: 10,
        identities: ["x"],
        timeoutMs: 4_000,
      });
      await pause(500);
      const { code, tookMs } = await member.terminate(signal);
      console.log(`C8 ${signal} while activating: ${code} after ${tookMs} ms`);
      expect({ code, isQuick: tookMs < 10_000 }).toEqual({ code: 0, isQuick: true });
      expect(await listed(rig)).toEqual([]);
      await stop();
      await rig.finish();
    },
  );

  test.each(signals)(
    "C8 %s during the start ends the process, and leaves nothing that lasts",
    { timeout: 60_000 },
    async (signal) => {
      await using rig = await Rig.start({ consul, ttlMs: 2_000 });
      for (const afterMs of [300, 600, 900, 1_200, 1_500]) {
        const member = await rig.launch("member", `m-${afterMs}`);
        await pause(afterMs);
        const { code, tookMs } = await member.terminate(signal);
        console.log(
          `C8 ${signal} ${afterMs} ms after the start: ${code} ${member.exit?.signal} after ${tookMs} ms`,
        );
        // By the signal, unless it had begun to listen to it.
        expect([signal, 0]).toContain(member.exit?.signal ?? code);
        expect(tookMs).toBeLessThan(10_000);
      }
      await rig.until(async () => (await listed(rig)).length === 0, 5_000);
      await rig.finish();
    },
  );

  test.each(["exit", "throw"] as const)(
    "C8 a member whose program ends by %s in the middle of everything is gone from Consul when its TTL is over",
    { timeout: 60_000 },
    async (how) => {
      await using rig = await Rig.start({ consul, ttlMs: 2_000 });
      const [m1, m2] = await rig.startMembers(2);
      m2!.isEnded = true;
      void m2!.ask({ do: "crash", how });
      const { code, atMs } = await m2!.exited;
      await rig.until(async () => (await listed(rig)).length === 1, 10_000);
      await rig.untilAllSee(1);
      console.log(
        `C8 ${how}: code ${code}, gone after ${Math.round(nowMs() - atMs)} ms; ${m1!.name} sees it`,
      );
      expect(code).toBe(how === "exit" ? 7 : 1);
      await rig.finish();
    },
  );

  test("C8 a member whose grain never ends its call, and whose Consul does not answer, ends within ten seconds of SIGTERM", {
    timeout: 60_000,
  }, async () => {
    const server = await ConsulServer.start(consul);
    await using rig = await Rig.start({ consul, server });
    const member = await rig.start("member", "m1");
    const client = await rig.start("client", "c1");
    const load = { sender: "stuck", callsPerSecond: 0, identities: ["x"], holdMs: foreverMs };
    const stuck = client.ask({ do: "burst", load, calls: 3 });
    await rig.until(() => Promise.resolve(rig.readHistory().starts.length > 0));
    rig.fault("Consul silent");
    server.freeze();
    const { code, tookMs } = await member.terminate();
    server.thaw();
    rig.fault("Consul answers again");
    console.log(`C8 with a stuck grain and a silent Consul: ${code} after ${tookMs} ms`);
    expect({ code, isInTime: tookMs < 10_000 }).toEqual({ code: 0, isInTime: true });
    await stuck;
    await rig.finish();
  });

  test("C8 a member with a stuck grain that was let go, and whose Consul does not answer when it comes back, ends within ten seconds of SIGTERM", {
    timeout: 60_000,
  }, async () => {
    const server = await ConsulServer.start(consul);
    await using rig = await Rig.start({ consul, server });
    const [, member] = await rig.startMembers(2, { heartbeatExpiryMs: 1_500 });
    const client = await rig.start("client", "c1");
    const load = { sender: "stuck", callsPerSecond: 0, identities: lamps(10), holdMs: foreverMs };
    const stuck = client.ask({ do: "burst", load, calls: 10 });
    await rig.until(() => Promise.resolve(rig.readHistory().starts.length === 10));
    // Long enough for the other one to let it go, which is what it hears when it goes on.
    member!.freeze();
    await pause(3_000);
    rig.fault("Consul silent");
    server.freeze();
    member!.thaw();
    await pause(1_000);
    const { code, tookMs } = await member!.terminate();
    server.thaw();
    rig.fault("Consul answers again");
    expect(readFileSync(join(rig.folder, "m2.log"), "utf8")).toContain("was let go");
    console.log(`C8 while it comes back, with a stuck grain and a silent Consul: ${code} after ${tookMs} ms`);
    expect({ code, isInTime: tookMs < 10_000 }).toEqual({ code: 0, isInTime: true });
    await stuck;
    const { processes } = await rig.finish();
    const { events } = processes.find(({ process }) => process === "m2")!;
    expect(events.filter(({ event }) => event === "came_back")).toEqual([]);
  });

  test("C9 a member that hosts nothing is one all the same, and calls what others host", {
    timeout: 60_000,
  }, async () => {
    await using rig = await Rig.start({ consul });
    const empty = await rig.start("member", "m1", { kinds: [] });
    const { members, readiness } = await empty.report();
    expect(members).toHaveLength(1);
    expect(readiness).toEqual({ isReady: true, problems: [] });
    const burst = (sender: string, calls: number) =>
      empty.ask({
        do: "burst",
        load: { sender, callsPerSecond: 0, identities: lamps(20), timeoutMs: 2_000 },
        calls,
      });
    await burst("alone", 20);
    await rig.start("member", "m2");
    await rig.untilAllSee(2);
    await burst("together", 100);
    expect(await empty.terminate()).toMatchObject({ code: 0 });
    expect(await listed(rig)).toHaveLength(1);
    const history = await rig.finish();
    const by = (sender: string) => history.calls.filter((call) => call.sender === sender);
    console.log(`C9 no kinds: alone ${summarize(by("alone"))}; with another ${summarize(by("together"))}`);
    expect(figuresOf(by("alone")).outcomes).toEqual({ no_member: 20 });
    expect(figuresOf(by("together")).outcomes).toEqual({ ok: 100 });
    expect(history.starts.filter(({ activation }) => activation.startsWith("m1/"))).toEqual([]);
  });

  test("C9 a member whose port is taken says so, ends, and was never registered", {
    timeout: 60_000,
  }, async () => {
    await using rig = await Rig.start({ consul });
    const first = await rig.start("member", "m1");
    const second = await rig.launch("member", "m2", { port: first.port });
    second.isEnded = true;
    await expect(second.joined()).rejects.toThrow(/EADDRINUSE|in use|listen/);
    expect((await second.exited).code).toBe(3);
    expect(await listed(rig)).toHaveLength(1);
    await rig.finish();
  });

  test.runIf(isNightly)(
    "C9 a member that finds no Consul says so and ends",
    { timeout: 60_000 },
    async () => {
      await using rig = await Rig.start({ consul });
      const [port] = await freePorts(1);
      const member = await rig.launch("member", "m1", { consul: { address: `http://127.0.0.1:${port}` } });
      member.isEnded = true;
      const startedMs = nowMs();
      await expect(member.joined()).rejects.toThrow(/provider|Consul/);
      expect((await member.exited).code).toBe(3);
      console.log(`C9 no Consul: ended after ${Math.round(nowMs() - startedMs)} ms`);
      await rig.finish();
    },
  );

  test("R2 a member that is told to end while 500 calls wait for a grain and others take 2 s fails none, and starts those of the grain in order", {
    timeout: 60_000,
  }, async () => {
    await using rig = await Rig.start({ consul });
    await rig.startMembers(3);
    const client = await rig.start("client", "c1");
    const busy = {
      sender: "busy",
      callsPerSecond: 0,
      identities: lamps(30),
      holdMs: 2_000,
      timeoutMs: 20_000,
    };
    const queued = { sender: "queued", callsPerSecond: 0, identities: ["hot"], holdMs: 6, timeoutMs: 20_000 };
    const bursts = [
      client.ask({ do: "burst", load: busy, calls: 30 }),
      client.ask({ do: "burst", load: queued, calls: 600 }),
    ];
    await pause(500);
    const stopLoad = await client.startLoad({
      sender: "more",
      callsPerSecond: 50,
      identities: ["hot"],
      timeoutMs: 20_000,
    });
    // The one with the queue ends first, then whoever has it now.
    const ended: string[] = [];
    for (let end = 0; end < 2; end++) {
      const owner = lastStarter(rig.readHistory(), "hot");
      const { code, tookMs } = await rig.running.find(({ name }) => name === owner)!.terminate();
      console.log(`R2 ${owner} ended with ${code} after ${tookMs} ms`);
      expect(code).toBe(0);
      ended.push(owner);
    }
    await Promise.all(bursts);
    await stopLoad();
    const history = await rig.finish();
    const waited = waitingAt(history, ended[0]!, "queued");
    const servers = new Set(startsOf(history, "hot").map(processOf));
    console.log(
      `R2: ${summarize(history.calls)}; ${waited} waited at the signal, served by ${[...servers].join(", ")}`,
    );
    expect(checkNoFailure(history.calls)).toEqual([]);
    expect(waited).toBeGreaterThanOrEqual(500);
    expect(servers.size).toBeGreaterThanOrEqual(2);
    expect(ended.filter((name) => !servers.has(name))).toEqual([]);
  });
});
