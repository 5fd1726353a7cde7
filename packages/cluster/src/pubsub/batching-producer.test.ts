import type { StringValueSchema } from "@bufbuild/protobuf/wkt";
import { quietLogger, RecordingLogger, VirtualClock } from "@ts-grain/actor/testing";
import fc from "fast-check";
import { expect, test } from "vitest";
import { ClusterError } from "../cluster-error.ts";
import { BatchingProducer } from "./batching-producer.ts";
import type { ProducerOptions } from "./producer-options.ts";

type Options = ProducerOptions<typeof StringValueSchema>;
type Publish = (batch: readonly string[], signal: AbortSignal | undefined) => Promise<void>;

function rig(options: Options, publish: Publish = async () => undefined) {
  const clock = new VirtualClock();
  const logger = new RecordingLogger();
  const batches: string[][] = [];
  const initialized: number[] = [];
  const producer = new BatchingProducer<typeof StringValueSchema>(options, {
    topic: "news",
    clock,
    logger: options.onFailure ? quietLogger : logger,
    initialize: async (idleMs) => void initialized.push(idleMs),
    publish: async (messages, { signal }) => {
      const batch = messages.map((message) => String(message.value));
      batches.push(batch);
      await publish(batch, signal);
    },
  });
  const produce = (value: string) => producer.produce({ value }).catch((reason: unknown) => reason);
  return { clock, logger, batches, initialized, producer, produce };
}

/** A promise that a test settles. */
function gate() {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { opened: promise, open: resolve };
}

test("whatever is produced is published once and in order, in batches within the size, or fails", async () => {
  const step = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({ kind: fc.constant("produce" as const), count: fc.integer({ min: 1, max: 30 }) }),
    },
    {
      weight: 3,
      arbitrary: fc.record({ kind: fc.constant("pass" as const), ms: fc.integer({ min: 0, max: 10 }) }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("cancel" as const), which: fc.nat({ max: 20 }) }) },
  );
  const fate = fc.constantFrom("ok", "ok", "ok", "retry", "later", "skip", "stop");
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 30 }),
      fc.array(fc.tuple(fate, fc.integer({ min: 0, max: 8 })), { maxLength: 40 }),
      fc.integer({ min: 1, max: 12 }),
      fc.integer({ min: 5, max: 60 }),
      async (steps, fates, batchSize, maxQueued) => {
        const published: string[] = [];
        const decisions = { retry: "retry", later: { retryAfterMs: 3 }, skip: "skip", stop: "stop" } as const;
        let next: (typeof fates)[number][0] = "ok";
        const { clock, batches, producer } = rig(
          { batchSize, maxQueued, onFailure: () => decisions[next as keyof typeof decisions] },
          async (batch) => {
            const [what, ms] = fates.shift() ?? ["ok", 1];
            await new Promise<void>((resolve) => void clock.schedule(ms, resolve));
            next = what;
            if (what !== "ok") throw new Error(what);
            published.push(...batch);
          },
        );
        const outcomes = new Map<string, unknown>();
        const controllers: AbortController[] = [];
        let number = 0;
        for (const each of steps) {
          if (each.kind === "pass") await clock.advance(each.ms);
          else if (each.kind === "cancel") controllers.at(-1 - each.which)?.abort("cancelled");
          else
            for (let count = 0; count < each.count; count++) {
              const value = String(number++);
              const controller = new AbortController();
              controllers.push(controller);
              const { signal } = controller;
              producer.produce({ value }, { signal }).then(
                () => outcomes.set(value, "ok"),
                (reason: unknown) => outcomes.set(value, reason),
              );
              expect(producer.queued).toBeLessThanOrEqual(maxQueued);
            }
        }
        const stopped = producer.stop({ timeoutMs: 5_000 });
        await clock.advance(5_000);
        await stopped;
        expect(batches.every(({ length }) => length >= 1 && length <= batchSize)).toBe(true);
        // Everybody was answered, and those were told "ok" whose message was published.
        expect(outcomes.size).toBe(number);
        const told = [...outcomes].filter(([, outcome]) => outcome === "ok").map(([value]) => value);
        expect(told.toSorted((a, b) => Number(a) - Number(b))).toEqual(published);
        expect(published).toEqual(published.toSorted((a, b) => Number(a) - Number(b)));
        expect(producer.queued).toBe(0);
      },
    ),
    { numRuns: 150 },
  );
});

test("ten thousand messages are lost nowhere", async () => {
  const { batches, producer, produce } = rig({ batchSize: 2_000, maxQueued: 10_000 });
  const outcomes = Array.from({ length: 10_000 }, (_value, index) => produce(String(index)));
  expect(await Promise.all(outcomes)).toEqual(Array.from({ length: 10_000 }, () => undefined));
  await producer.stop();
  expect(batches.map(({ length }) => length)).toEqual([2_000, 2_000, 2_000, 2_000, 2_000]);
  expect(batches.flat()).toEqual(Array.from({ length: 10_000 }, (_value, index) => String(index)));
});

test("what comes while a batch is published makes the next one", async () => {
  const first = gate();
  const { batches, produce } = rig({}, ([value]) => (value === "1" ? first.opened : Promise.resolve()));
  void produce("1");
  await Promise.resolve();
  await Promise.resolve();
  const others = ["2", "3", "4"].map(produce);
  first.open();
  await Promise.all(others);
  expect(batches).toEqual([["1"], ["2", "3", "4"]]);
});

test("a full producer says that it is overloaded, and tells when there is room", async () => {
  const first = gate();
  const { producer, produce } = rig({ batchSize: 1, maxQueued: 2 }, () => first.opened);
  const taken = [produce("1"), produce("2")];
  expect(await produce("3")).toMatchObject({ name: "ClusterError", code: "overloaded" });
  let hasRoom = false;
  const room = producer.whenRoom().then(() => {
    hasRoom = true;
  });
  const given = producer.whenRoom({ signal: AbortSignal.abort("given up") });
  await expect(given).rejects.toBe("given up");
  expect(hasRoom).toBe(false);
  first.open();
  await room;
  expect(await Promise.all(taken)).toEqual([undefined, undefined]);
  expect(await produce("4")).toBeUndefined();
});

test("what is taken back before it is published is not published", async () => {
  const first = gate();
  const { batches, producer, produce } = rig({}, () => first.opened);
  void produce("1");
  await Promise.resolve();
  await Promise.resolve();
  const controller = new AbortController();
  const kept = produce("2");
  const cancelled = producer.produce({ value: "3" }, { signal: controller.signal });
  controller.abort("changed my mind");
  await expect(cancelled).rejects.toBe("changed my mind");
  first.open();
  await kept;
  expect(batches).toEqual([["1"], ["2"]]);
});

test("what is taken back while its batch waits for another attempt is left out of it", async () => {
  const controller = new AbortController();
  const attempts: number[] = [];
  const { clock, batches, producer, produce } = rig(
    {
      onFailure: ({ attempt }) => {
        attempts.push(attempt);
        return { retryAfterMs: 10 };
      },
    },
    async (batch) => {
      if (batch.length > 1 || attempts.length < 3) throw new Error("not now");
    },
  );
  const kept = produce("1");
  const cancelled = producer
    .produce({ value: "2" }, { signal: controller.signal })
    .catch((reason: unknown) => reason);
  await clock.advance(5);
  controller.abort("too late");
  await clock.advance(100);
  expect(await cancelled).toBe("too late");
  expect(await kept).toBeUndefined();
  expect(batches).toEqual([["1", "2"], ["1"], ["1"], ["1"]]);
  expect(attempts).toEqual([1, 2, 3]);
});

test("a failure stops the producer: all that waits fails with it, and nothing more is taken", async () => {
  const { logger, batches, producer, produce } = rig({ batchSize: 2 }, async () => {
    throw new ClusterError("no_member", "nobody");
  });
  const outcomes = await Promise.all(["1", "2", "3"].map(produce));
  expect(outcomes).toEqual([1, 2, 3].map(() => expect.objectContaining({ code: "no_member" })));
  expect(batches).toEqual([["1", "2"]]);
  expect(await produce("4")).toMatchObject({ code: "stopped", cause: { code: "no_member" } });
  await expect(producer.whenRoom()).rejects.toMatchObject({ code: "stopped" });
  expect(logger.at("error")).toEqual(["a producer could not publish, and has stopped"]);
});

test("a batch may be skipped: only its messages fail", async () => {
  const { batches, produce } = rig({ batchSize: 2, onFailure: () => "skip" }, async ([value]) => {
    if (value === "1") throw new Error("bad luck");
  });
  const outcomes = await Promise.all(["1", "2", "3"].map(produce));
  expect(outcomes).toEqual([new Error("bad luck"), new Error("bad luck"), undefined]);
  expect(batches).toEqual([["1", "2"], ["3"]]);
});

test("a decision that throws stops the producer", async () => {
  const { produce } = rig(
    {
      onFailure: () => {
        throw new TypeError("a mistake");
      },
    },
    async () => {
      throw new Error("no");
    },
  );
  expect(await produce("1")).toEqual(new Error("no"));
  expect(await produce("2")).toMatchObject({ code: "stopped" });
});

test("stopping publishes what waits, and takes no more", async () => {
  const { batches, producer, produce } = rig({});
  const waiting = ["1", "2"].map(produce);
  const stopped = producer.stop();
  expect(await produce("3")).toMatchObject({ code: "stopped" });
  await stopped;
  expect(await Promise.all(waiting)).toEqual([undefined, undefined]);
  expect(batches).toEqual([["1", "2"]]);
});

test("stopping waits no longer than it is told, also for a producer that tries for ever", async () => {
  const { clock, producer, produce } = rig(
    { batchSize: 1, onFailure: () => ({ retryAfterMs: 50 }) },
    async () => {
      throw new Error("never");
    },
  );
  const waiting = ["1", "2"].map(produce);
  await clock.advance(500);
  const stopped = producer.stop({ timeoutMs: 200 });
  await clock.advance(199);
  expect(producer.queued).toBe(2);
  await clock.advance(1);
  await stopped;
  expect(await Promise.all(waiting)).toEqual([1, 2].map(() => expect.objectContaining({ code: "stopped" })));
});

test("the topic is told once after how long it may end itself", async () => {
  const { initialized, produce } = rig({ topicIdleTimeoutMs: 1_500 });
  await produce("1");
  await produce("2");
  expect(initialized).toEqual([1_500]);
});

test.each([
  { batchSize: 0 },
  { batchSize: 10_001 },
  { maxQueued: 0 },
  { publishTimeoutMs: Number.NaN },
  { topicIdleTimeoutMs: -1 },
])("an option that makes no sense is refused: %o", (options) => {
  expect(() => rig(options)).toThrow(expect.objectContaining({ code: "invalid_options" }));
});
