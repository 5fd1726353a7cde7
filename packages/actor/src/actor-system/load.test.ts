import { spawnSync } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import type { ActorContext } from "../actor-cell/actor-context.ts";
import { propsFromFunction } from "../actor-cell/props.ts";
import { isFromRuntime } from "../message/system-message.ts";
import { quietLogger } from "../testing/quiet-logger.ts";
import { ActorSystem } from "./actor-system.ts";
import { StrayErrorEvent } from "./stray-error-event.ts";

// The tests in this file are about real time: how the thread is shared with timers, and what a flood costs.

function realSystem(options: { readonly strayErrors?: "all" } = {}): ActorSystem {
  return new ActorSystem({ logger: quietLogger, deadLetterLog: { limit: 0 }, ...options });
}

/** What this thread has worked since, in ms; what other processes take from it does not count. */
function threadCpuMsSince(begin: NodeJS.CpuUsage): number {
  const { user, system } = process.threadCpuUsage(begin);
  return (user + system) / 1e3;
}

/** By how many ms of this thread's work a timer of 10 ms is late, many times over, while something else goes on. */
async function lateness(rounds: number): Promise<number[]> {
  const late: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const begin = process.threadCpuUsage();
    await sleep(10);
    late.push(threadCpuMsSince(begin) - 10);
  }
  return late.sort((one, other) => one - other);
}

test.each([
  ["sends to itself for ever", () => {}],
  [
    "awaits a resolved promise and sends to itself for ever",
    async () => {
      await undefined;
    },
  ],
])("an actor that %s starves neither timers nor other actors", async (_name, first) => {
  await using system = realSystem();
  const turning = (then: (context: ActorContext) => void | Promise<void>) => {
    const seen = { turns: 0 };
    const count = (context: ActorContext) => {
      seen.turns++;
      context.send(context.self, 1);
    };
    const pid = system.root.spawn(
      propsFromFunction((context) => {
        const outcome = then(context);
        return outcome === undefined ? count(context) : outcome.then(() => count(context));
      }),
    );
    return { pid, seen };
  };
  const [busy, ...others] = [turning(first), turning(() => {}), turning(() => {})];
  const late = await lateness(100);
  for (const { pid } of [busy!, ...others]) system.root.stop(pid);
  expect(late[98]).toBeLessThan(50);
  // Without the busy one, each of the two others would have half of all turns.
  const allTurns = [busy!, ...others].reduce((sum, { seen }) => sum + seen.turns, 0);
  for (const { seen } of others) expect(seen.turns).toBeGreaterThan(0.4 * (allTurns / 2));
});

test("a million queued messages are drained in bounded time and memory, and the loop stays alive", async () => {
  await using system = realSystem();
  const { promise, resolve } = Promise.withResolvers<void>();
  let handled = 0;
  const slow = system.root.spawn(
    propsFromFunction(({ message }) => {
      if (isFromRuntime(message)) return promise;
      handled++;
      return undefined;
    }),
  );
  await sleep(0);
  const beforeBytes = process.memoryUsage().heapUsed;
  const cpuBefore = process.threadCpuUsage();
  for (let number = 0; number < 1_000_000; number++) system.root.send(slow, { number });
  expect(process.memoryUsage().heapUsed - beforeBytes).toBeLessThan(300e6);
  resolve();
  const stallsMs: number[] = [];
  while (handled < 1_000_000) {
    const begin = process.threadCpuUsage();
    await sleep(1);
    stallsMs.push(threadCpuMsSince(begin));
  }
  expect(threadCpuMsSince(cpuBefore)).toBeLessThan(5_000);
  expect(Math.max(...stallsMs)).toBeLessThan(100);
});

test("a rejection that nobody awaits and a throw out of a timer are reported, and the process lives", async () => {
  const kept = (["unhandledRejection", "uncaughtException"] as const).map((event) => {
    const listeners = process.listeners(event as "uncaughtException");
    process.removeAllListeners(event);
    return { event, listeners };
  });
  try {
    await using system = realSystem({ strayErrors: "all" });
    const strays: unknown[] = [];
    system.eventStream.subscribe((event) => event instanceof StrayErrorEvent && strays.push(event.error));
    const pid = system.root.spawn(
      propsFromFunction((context) => {
        if (context.message === "reject") void Promise.reject(new Error("nobody awaits this"));
        else if (context.message === "throw") {
          setTimeout(() => {
            throw new Error("out of a timer");
          }, 0);
        } else if (!isFromRuntime(context.message)) context.respond("alive");
      }),
    );
    system.root.send(pid, "reject");
    system.root.send(pid, "throw");
    while (strays.length < 2) await sleep(1);
    expect(strays).toEqual([new Error("nobody awaits this"), new Error("out of a timer")]);
    expect(await system.root.requestAsync(pid, "?")).toBe("alive");
    await system.shutdown();
    expect(process.listenerCount("unhandledRejection")).toBe(0);
  } finally {
    for (const { event, listeners } of kept) for (const listener of listeners) process.on(event, listener);
  }
});

test("a hundred systems add no more than one listener to the process", async () => {
  const before = process.listenerCount("unhandledRejection");
  const systems = Array.from({ length: 100 }, () => realSystem());
  expect(process.listenerCount("unhandledRejection")).toBe(before + 1);
  for (const system of systems) await system.shutdown();
  expect(process.listenerCount("unhandledRejection")).toBe(before);
});

test("a system that was shut down leaves nothing that keeps the process alive", () => {
  const program = `
    import { ActorSystem, propsFromFunction } from "@ts-grain/actor";
    const system = new ActorSystem();
    const pid = system.root.spawn(propsFromFunction((context) => context.sender && context.respond("answer")));
    console.log(await system.root.requestAsync(pid, "?", { timeoutMs: 1e9 }));
    await system.shutdown();
    await system.shutdown();
  `;
  expect(runProgram(program)).toEqual({ status: 0, stdout: "answer", stderr: "" });
});

test("by default a rejection that nobody awaits does not end the process", () => {
  const program = `
    import { ActorSystem, propsFromFunction } from "@ts-grain/actor";
    const errors = [];
    const logger = { debug() {}, info() {}, warn() {}, error: ({ err }) => errors.push(err.message) };
    const system = new ActorSystem({ logger });
    const pid = system.root.spawn(
      propsFromFunction((context) => {
        if (context.message === "go") void Promise.reject(new Error("nobody awaits this"));
        if (context.message === "go") void context.requestAsync(context.self, "?", { timeoutMs: 10 });
      }),
    );
    system.root.send(pid, "go");
    setTimeout(async () => {
      await system.shutdown();
      console.log(errors.join());
    }, 300);
  `;
  expect(runProgram(program)).toEqual({
    status: 0,
    stdout: "nobody awaits this,no reply came in time",
    stderr: "",
  });
});

/** Runs a program that imports this package from its sources. */
function runProgram(program: string) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ["--conditions=@ts-grain/source", "--input-type=module", "--eval", program],
    { cwd: import.meta.dirname, encoding: "utf8", timeout: 20_000 },
  );
  return { status, stdout: stdout.trim(), stderr };
}
