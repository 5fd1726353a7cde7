import { getEventListeners } from "node:events";
import { expect, test } from "vitest";
import { propsFromFunction } from "../actor-cell/props.ts";
import { RequestFailed } from "../message/request-failed.ts";
import { PID } from "../pid/pid.ts";
import { TestSystem } from "../testing/test-system.ts";

/** An actor that keeps the senders of what it gets, to answer when the test says so. */
function keeper({ system }: TestSystem) {
  const senders: PID[] = [];
  const pid = system.root.spawn(propsFromFunction(({ sender }) => void (sender && senders.push(sender))));
  return { pid, senders };
}

const silent = propsFromFunction(() => {});

test("each request gets the reply to it, in whatever order they come", async () => {
  await using rig = new TestSystem();
  const { root } = rig.system;
  const { pid, senders } = keeper(rig);
  const replies = [1, 2, 3].map((number) => root.requestAsync(pid, number));
  await rig.settle();
  for (const [index, sender] of [...senders.entries()].reverse()) root.send(sender, `reply ${index + 1}`);
  expect(await Promise.all(replies)).toEqual(["reply 1", "reply 2", "reply 3"]);
});

test("the second reply to a request is discarded and counted", async () => {
  await using rig = new TestSystem();
  const { root } = rig.system;
  const { pid, senders } = keeper(rig);
  const first = root.requestAsync(pid, "question");
  await rig.settle();
  root.send(senders[0]!, "first");
  root.send(senders[0]!, "second");
  expect(await first).toBe("first");
  expect(rig.system.stats.deadLetters.late_reply).toBe(1);
});

test("a reply after the deadline is counted, and never settles another request", async () => {
  await using rig = new TestSystem({ deadLetterLog: { limit: 0 } });
  const { root } = rig.system;
  const { pid, senders } = keeper(rig);
  const late = expect(root.requestAsync(pid, "a", { timeoutMs: 10 })).rejects.toMatchObject({
    code: "deadline_exceeded",
  });
  await rig.clock.advance(10);
  await late;
  // Enough for every slot of the table to be used again.
  for (let round = 1; round <= 200; round++) {
    const other = root.requestAsync(pid, "b");
    await rig.settle();
    root.send(senders[0]!, "late");
    root.send(senders.at(-1)!, "in time");
    expect(await other).toBe("in time");
    expect(rig.system.stats.deadLetters.late_reply).toBe(round);
  }
});

test("replies find their requests while the table grows, whatever came before", async () => {
  await using rig = new TestSystem();
  const { root } = rig.system;
  const { pid, senders } = keeper(rig);
  const ask = async (count: number) => {
    senders.length = 0;
    const replies = Array.from({ length: count }, (_, number) => root.requestAsync(pid, number));
    await rig.settle();
    for (const [number, sender] of senders.entries()) root.send(sender, number);
    expect(await Promise.all(replies)).toEqual(Array.from({ length: count }, (_, number) => number));
  };
  for (const count of [20, 25, 300, 7, 5_000]) await ask(count);
});

test("a signal that outlives its requests keeps no listener of theirs", async () => {
  await using rig = new TestSystem();
  const { pid, senders } = keeper(rig);
  const { signal } = new AbortController();
  const replies = [1, 2].map((number) => rig.system.root.requestAsync(pid, number, { signal }));
  expect(getEventListeners(signal, "abort")).toHaveLength(1);
  await rig.settle();
  for (const sender of senders) rig.system.root.send(sender, "answer");
  await Promise.all(replies);
  expect(getEventListeners(signal, "abort")).toHaveLength(0);
});

test("an aborted signal ends the wait with its reason, before or after the request was sent", async () => {
  await using rig = new TestSystem();
  const { pid } = keeper(rig);
  const abort = new AbortController();
  const reply = rig.system.root.requestAsync(pid, "a", { signal: abort.signal });
  abort.abort(new Error("enough"));
  await expect(reply).rejects.toThrow("enough");
  await expect(rig.system.root.requestAsync(pid, "b", { signal: abort.signal })).rejects.toThrow("enough");
  expect(rig.system.stats.pendingRequests).toBe(0);
});

test("a failed request rejects with the error it carries", async () => {
  await using rig = new TestSystem();
  const { pid, senders } = keeper(rig);
  const reply = rig.system.root.requestAsync(pid, "a");
  await rig.settle();
  rig.system.root.send(senders[0]!, new RequestFailed(new Error("cannot be written")));
  await expect(reply).rejects.toThrow("cannot be written");
});

test("a wait without end needs no timer", async () => {
  await using rig = new TestSystem();
  const { pid, senders } = keeper(rig);
  const reply = rig.system.root.requestAsync(pid, "a", { timeoutMs: Number.POSITIVE_INFINITY });
  await rig.clock.advance(1e9);
  expect(rig.clock.scheduled).toBe(0);
  rig.system.root.send(senders[0]!, "at last");
  expect(await reply).toBe("at last");
});

test.each([-1, Number.NaN])("a timeout of %d is refused", async (timeoutMs) => {
  await using rig = new TestSystem();
  const { pid } = keeper(rig);
  await expect(rig.system.root.requestAsync(pid, "a", { timeoutMs })).rejects.toMatchObject({
    code: "invalid_options",
  });
});

test("deadlines of different length each end at their time", async () => {
  await using rig = new TestSystem();
  const { pid } = keeper(rig);
  const ended: number[] = [];
  for (const timeoutMs of [700, 30, 5_000, 1, 250]) {
    rig.system.root
      .requestAsync(pid, "a", { timeoutMs })
      .catch(() => ended.push(rig.clock.nowMs() - timeoutMs));
  }
  await rig.clock.advance(5_000);
  expect(ended).toEqual([0, 0, 0, 0, 0]);
});

test("100 000 requests that time out, are cancelled or go to nobody leave nothing behind", async () => {
  await using rig = new TestSystem({ deadLetterLog: { limit: 0 } });
  const { root } = rig.system;
  const pid = root.spawn(silent);
  const nobody = new PID("nonhost", "nobody");
  const abort = new AbortController();
  const codes = new Map<string, number>();
  const count = (error: unknown) => {
    const code = (error as { readonly code?: string }).code ?? "aborted";
    codes.set(code, (codes.get(code) ?? 0) + 1);
  };
  for (let index = 0; index < 100_000; index++) {
    root.requestAsync(pid, index, { timeoutMs: 100 + (index % 50) }).catch(count);
    root.requestAsync(pid, index, { signal: abort.signal }).catch(count);
    root.requestAsync(nobody, index).catch(count);
  }
  expect(rig.system.stats.pendingRequests).toBe(200_000);
  abort.abort(new Error("cancelled"));
  // Long enough for the log's period, too.
  await rig.clock.advance(1_000);
  expect(Object.fromEntries(codes)).toEqual({ deadline_exceeded: 1e5, aborted: 1e5, dead_letter: 1e5 });
  expect(rig.system.stats.pendingRequests).toBe(0);
  expect(rig.clock.scheduled).toBe(0);
});

test("shutting down settles the requests that wait, and takes no more", async () => {
  const rig = new TestSystem();
  const pid = rig.system.root.spawn(silent);
  const reply = expect(rig.system.root.requestAsync(pid, "a")).rejects.toMatchObject({ code: "stopped" });
  await rig.settle();
  await rig.system.shutdown();
  await reply;
  await expect(rig.system.root.requestAsync(pid, "b")).rejects.toMatchObject({ code: "stopped" });
  expect(rig.clock.scheduled).toBe(0);
});

test("of many requests each ends at its own deadline, however many were made at once", async () => {
  await using rig = new TestSystem({ deadLetterLog: { limit: 0 } });
  const { root } = rig.system;
  const pid = root.spawn(silent);
  const ended: [dueMs: number, atMs: number][] = [];
  for (const { count, timeoutMs } of [
    { count: 30, timeoutMs: 5_000 },
    { count: 3, timeoutMs: 50 },
    { count: 200, timeoutMs: 1_000 },
    { count: 30, timeoutMs: 100 },
    { count: 1, timeoutMs: 700 },
  ]) {
    const dueMs = rig.clock.nowMs() + timeoutMs;
    for (let number = 0; number < count; number++) {
      root.requestAsync(pid, number, { timeoutMs }).catch(() => ended.push([dueMs, rig.clock.nowMs()]));
    }
    await rig.clock.advance(10);
  }
  await rig.clock.advance(6_000);
  expect(ended).toHaveLength(264);
  // Exactly, as no two of these times are so near to each other that one look serves both.
  expect(ended.filter(([dueMs, atMs]) => dueMs !== atMs)).toEqual([]);
  expect(rig.system.stats.pendingRequests).toBe(0);
});
