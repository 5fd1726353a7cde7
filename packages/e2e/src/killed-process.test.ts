import { setTimeout as pause } from "node:timers/promises";
import { PID } from "@ts-grain/actor";
import { TestProbe } from "@ts-grain/actor/testing";
import { freePorts } from "@ts-grain/cluster/testing";
import { expect, test } from "vitest";
import { TextMember, text } from "./text-member.ts";
import { TextProcess } from "./text-process.ts";

const isNightly = process.env["TS_GRAIN_NIGHTLY"] === "true";

/** A process that is killed, and one that has waited to take its address. */
async function succession(): Promise<
  AsyncDisposable & { first: TextProcess; second: TextProcess; port: number }
> {
  const [first, second] = await Promise.all([TextProcess.fork(), TextProcess.fork()]);
  const [port] = (await freePorts(1)) as [number];
  await first.start({ port });
  const dispose = async (): Promise<void> => {
    await first[Symbol.asyncDispose]();
    await second[Symbol.asyncDispose]();
  };
  return { first, second, port, [Symbol.asyncDispose]: dispose };
}

test("C5 when a process is killed and another takes its address at once, watchers are told once, and its names are the other's", async () => {
  await using it = await succession();
  await using a = await TextMember.start();
  const watchers = [new TestProbe(a.system), new TestProbe(a.system)];
  const old = it.first.pid("echo");
  const oldCollector = it.first.pid("collector");
  for (const watcher of watchers) watcher.watch(old);
  await a.request(old, text("x"));
  a.system.root.send(oldCollector, text("to the first"));
  await expect.poll(() => it.first.collected()).toEqual(["to the first"]);

  const killedMs = performance.now();
  await it.first.kill();
  await it.second.start({ port: it.port });
  const startedMs = performance.now();
  let answeredMs: number | undefined;
  while (answeredMs === undefined && performance.now() - killedMs < 10_000) {
    // What left while the first one died, or waited for it, is lost or refused; each request settles by its deadline.
    answeredMs = await a.system.root.requestAsync(old, text("again"), { timeoutMs: 500 }).then(
      () => performance.now(),
      () => undefined,
    );
  }
  const figures = {
    "another listens after": startedMs - killedMs,
    "answers after": answeredMs! - killedMs,
  };
  console.log(`C5: ${JSON.stringify(figures, (_key, ms) => (typeof ms === "number" ? Math.round(ms) : ms))}`);
  expect(startedMs - killedMs).toBeLessThan(1_000);
  expect(answeredMs! - startedMs).toBeLessThan(3_000);

  a.system.root.send(oldCollector, text("to the second"));
  await expect.poll(() => it.second.collected()).toEqual(["to the second"]);
  // Longer than a second report would take.
  await pause(1_000);
  for (const watcher of watchers) {
    expect((await watcher.next()).message).toMatchObject({ who: old, why: "address_terminated" });
    expect(watcher.messages).toEqual([]);
  }
  expect(a.remote.stats).toMatchObject({ endpoints: 1, watches: 0 });
});

test("C5 an actor that only the killed process had is not found in the other", async () => {
  await using it = await succession();
  await using a = await TextMember.start();
  const spawn = (address: string) => a.remote.spawn({ address, kind: "echo" }, { timeoutMs: 500 });
  const spawned = await spawn(it.first.address);
  await expect(a.request(spawned, text("x"))).resolves.toEqual(text("ts: x"));
  await it.first.kill();
  await it.second.start({ port: it.port });
  // The other spawns one for the peer, too, under a name that it makes.
  await expect.poll(() => spawn(it.second.address).catch(() => undefined)).toBeInstanceOf(PID);
  await expect(a.request(spawned, text("x"))).rejects.toMatchObject({ code: "dead_letter" });
});

test.runIf(isNightly)(
  "C5 an actor forgets the watchers of a process that was killed, but not those of the one that took its address",
  { timeout: 120_000 },
  async () => {
    await using it = await succession();
    await using a = await TextMember.start();
    const watchers = (): number => a.remote.stats.watchers;
    for (const id of ["echo", "collector"]) await it.first.watch(a.pid(id));
    await expect.poll(watchers).toBe(2);
    await it.first.kill();
    await it.second.start({ port: it.port });
    await it.second.watch(a.pid("echo"));
    const killedMs = performance.now();
    await expect.poll(watchers, { timeout: 90_000 }).toBe(1);
    const forgottenMs = performance.now() - killedMs;
    console.log(`C5: forgotten after ${Math.round(forgottenMs)} ms`);
    expect(forgottenMs).toBeGreaterThan(59_000);
  },
);
