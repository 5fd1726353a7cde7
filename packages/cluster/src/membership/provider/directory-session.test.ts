import { seededRandom } from "@ts-grain/actor";
import { RecordingLogger, VirtualClock } from "@ts-grain/actor/testing";
import { expect, test } from "vitest";
import type { Member } from "../member.ts";
import { joinDirectory } from "./directory-session.ts";
import type { MemberRegistration } from "./member-directory.ts";

const member = (id: string): Member => ({ id, host: "localhost", port: 1, kinds: [], dialect: "ts-grain" });
const timing = { refreshMs: 1_000, settleMs: 10_000, joinTimeoutMs: 10_000, leaveTimeoutMs: 5_000 };

/** A directory in memory that does as it is told. */
class ScriptedDirectory implements MemberRegistration {
  readonly clock = new VirtualClock();
  readonly logger = new RecordingLogger();
  readonly published: string[] = [];
  readonly asked: number[] = [];
  listed = new Set<string>();
  isDown = false;
  refreshes = 0;
  /** What each refresh awaits. */
  slowness: Promise<void> = Promise.resolve();

  async *lists(signal: AbortSignal): AsyncIterable<readonly Member[]> {
    while (!signal.aborted) {
      this.asked.push(this.clock.nowMs());
      if (this.isDown) throw new Error("the directory is down");
      yield [...this.listed].map(member);
    }
  }

  async refresh(signal: AbortSignal): Promise<void> {
    this.refreshes++;
    const { promise: aborted, reject } = Promise.withResolvers<never>();
    signal.addEventListener("abort", () => reject(signal.reason));
    await Promise.race([this.#carryOut(), aborted]);
  }

  /** Whether the answer is still waited for or not. */
  async #carryOut(): Promise<void> {
    await this.slowness;
    if (this.isDown) throw new Error("the directory is down");
    this.listed.add("alice");
  }

  async remove(): Promise<void> {
    if (this.isDown) throw new Error("the directory is down");
    this.listed.delete("alice");
  }

  join(self?: string, signal?: AbortSignal): ReturnType<typeof joinDirectory> {
    return joinDirectory({
      directory: this,
      self: self === undefined ? undefined : { id: self, registration: this },
      timing,
      context: {
        clusterName: "test",
        clock: this.clock,
        random: seededRandom(1),
        logger: this.logger,
        signal,
        onMembers: (members) => this.published.push(members.map(({ id }) => id).join(" ")),
      },
    });
  }

  /** Lets time pass until the promise has settled. */
  async settle<T>(promise: Promise<T>): Promise<T> {
    let isSettled = false;
    const settled = promise.finally(() => {
      isSettled = true;
    });
    settled.catch(() => undefined);
    while (!isSettled) await this.clock.advance(100);
    return settled;
  }
}

test("a member that the directory has forgotten is registered again by the next refresh", async () => {
  const directory = new ScriptedDirectory();
  const session = await directory.settle(directory.join("alice"));
  directory.listed.clear();
  await directory.clock.advance(timing.refreshMs);
  expect([...directory.listed]).toEqual(["alice"]);
  expect(directory.published).toEqual(["alice"]);
  await directory.settle(session.leave());
});

test("an outage of any length leaves the list as it was, is asked about at most twice a second, and logged once", async () => {
  const directory = new ScriptedDirectory();
  directory.listed.add("bob");
  const session = await directory.settle(directory.join("alice"));
  directory.isDown = true;
  directory.asked.length = 0;
  await directory.clock.advance(600_000);
  expect(directory.published).toEqual(["bob alice"]);
  expect(directory.asked.length).toBeLessThan(1_200);
  expect(directory.logger.at("warn")).toHaveLength(2);
  directory.isDown = false;
  directory.listed = new Set(["carol"]);
  await directory.clock.advance(3_000);
  expect(directory.published.at(-1)?.split(" ").toSorted()).toEqual(["alice", "bob", "carol"]);
  await directory.clock.advance(timing.settleMs);
  expect(directory.published.at(-1)).toBe("carol alice");
  await directory.settle(session.leave());
});

test("a directory that answers at once for ever is asked at most twice a second", async () => {
  const directory = new ScriptedDirectory();
  const session = await directory.settle(directory.join());
  directory.asked.length = 0;
  await directory.clock.advance(60_000);
  expect(directory.asked.length).toBeGreaterThan(100);
  expect(directory.asked.length).toBeLessThanOrEqual(120);
  await session.leave();
});

test.each([1, 2, 3])(
  "a directory that fails after each row of %i lists is asked at most twice a second",
  async (row) => {
    const directory = new ScriptedDirectory();
    const { asked, clock } = directory;
    directory.lists = async function* () {
      for (let list = 0; list <= row; list++) {
        asked.push(clock.nowMs());
        if (list < row) yield [member("bob")];
      }
      throw new Error("it tells no changes");
    };
    const session = await directory.settle(directory.join());
    await clock.advance(10_000);
    asked.length = 0;
    await clock.advance(60_000);
    expect(asked.length).toBeGreaterThan(30);
    expect(asked.length).toBeLessThanOrEqual(121);
    expect(directory.published).toEqual(["bob"]);
    // Where no two lists come one after the other, it is one outage.
    if (row === 1) expect(directory.logger.at("warn")).toHaveLength(1);
    await session.leave();
  },
);

test("changes that follow each other at once are seen at once, as those of one member that joins", async () => {
  const directory = new ScriptedDirectory();
  const changes = Promise.withResolvers<void>();
  directory.lists = async function* (signal) {
    yield [];
    await changes.promise;
    for (const id of ["bob", "carol", "dave"]) yield [member(id)];
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
  };
  const session = await directory.settle(directory.join());
  await directory.clock.advance(10_000);
  changes.resolve();
  await directory.clock.advance(0);
  expect(directory.published.slice(-3)).toEqual(["bob", "carol", "dave"]);
  await session.leave();
});

test("joining rejects when the directory is down for too long, with its last answer as the cause", async () => {
  const directory = new ScriptedDirectory();
  directory.isDown = true;
  await expect(directory.settle(directory.join("alice"))).rejects.toMatchObject({
    code: "provider_unavailable",
    cause: { message: "the directory is down" },
  });
  expect(directory.published).toEqual([]);
  expect(directory.clock.scheduled).toBe(0);
});

test("joining succeeds once the directory is back in time", async () => {
  const directory = new ScriptedDirectory();
  directory.isDown = true;
  const joining = directory.join("alice");
  await directory.clock.advance(5_000);
  directory.isDown = false;
  const session = await directory.settle(joining);
  expect(directory.published).toEqual(["alice"]);
  await directory.settle(session.leave());
});

test("who ends before it has joined gets its session at once, and leaves by it", async () => {
  const directory = new ScriptedDirectory();
  const { promise, resolve } = Promise.withResolvers<void>();
  directory.slowness = promise;
  const ending = new AbortController();
  const joining = directory.join("alice", ending.signal);
  await directory.clock.advance(1_000);
  ending.abort();
  const session = await joining;
  expect(directory.clock.nowMs()).toBe(1_000);
  const leaving = session.leave();
  await directory.clock.advance(100);
  resolve();
  await directory.settle(leaving);
  expect([...directory.listed]).toEqual([]);
  expect(directory.clock.scheduled).toBe(0);
});

test("leaving waits for a refresh under way, so that it cannot register after the removal", async () => {
  const directory = new ScriptedDirectory();
  const session = await directory.settle(directory.join("alice"));
  const { promise, resolve } = Promise.withResolvers<void>();
  directory.slowness = promise;
  const before = directory.refreshes;
  await directory.clock.advance(timing.refreshMs);
  expect(directory.refreshes).toBe(before + 1);
  const leaving = session.leave();
  await directory.clock.advance(100);
  resolve();
  await directory.settle(leaving);
  await directory.clock.advance(60_000);
  expect([...directory.listed]).toEqual([]);
  expect(directory.refreshes).toBe(before + 1);
});

test("leaving a directory that is down gives up in time, and says so", async () => {
  const directory = new ScriptedDirectory();
  const session = await directory.settle(directory.join("alice"));
  directory.isDown = true;
  const startMs = directory.clock.nowMs();
  await directory.settle(session.leave());
  expect(directory.clock.nowMs() - startMs).toBeLessThanOrEqual(timing.leaveTimeoutMs + 100);
  expect(directory.logger.at("warn")).toContain("deregistering failed; the registration is left to lapse");
  expect(directory.clock.scheduled).toBe(0);
});

test("leaving gives up in time when a refresh under way does not end, and removes nothing then", async () => {
  const directory = new ScriptedDirectory();
  const session = await directory.settle(directory.join("alice"));
  directory.slowness = new Promise(() => {});
  await directory.clock.advance(timing.refreshMs);
  const startMs = directory.clock.nowMs();
  await directory.settle(session.leave());
  expect(directory.clock.nowMs() - startMs).toBeLessThanOrEqual(timing.leaveTimeoutMs + 100);
  expect(directory.logger.at("warn")).toEqual(["deregistering failed; the registration is left to lapse"]);
  expect([...directory.listed]).toEqual(["alice"]);
  expect(directory.clock.scheduled).toBe(0);
});

test("abandoning stops at once and leaves the registration as it is", async () => {
  const directory = new ScriptedDirectory();
  const session = await directory.settle(directory.join("alice"));
  await session.abandon();
  await session.leave();
  expect([...directory.listed]).toEqual(["alice"]);
  expect(directory.clock.scheduled).toBe(0);
});

test("abandoning gives up a leave under way at once", async () => {
  const directory = new ScriptedDirectory();
  const session = await directory.settle(directory.join("alice"));
  directory.slowness = new Promise(() => {});
  await directory.clock.advance(timing.refreshMs);
  const leaving = session.leave();
  await directory.clock.advance(100);
  await session.abandon();
  await leaving;
  expect([...directory.listed]).toEqual(["alice"]);
  expect(directory.clock.scheduled).toBe(0);
});
