import { expect, test } from "vitest";
import { Started, Stopped, Stopping } from "../message/lifecycle.ts";
import { isFromRuntime } from "../message/system-message.ts";
import { allForOne } from "../supervision/all-for-one.ts";
import { JournalActor } from "../testing/journal-actor.ts";
import { TestSystem } from "../testing/test-system.ts";
import type { Actor } from "./actor.ts";
import type { ActorContext } from "./actor-context.ts";
import { propsFromFunction, propsFromProducer } from "./props.ts";

test("the next message waits until the handler's promise settles", async () => {
  await using rig = new TestSystem();
  const { promise, resolve } = Promise.withResolvers<void>();
  const journal: string[] = [];
  const pid = rig.system.root.spawn(
    propsFromFunction(async ({ message }) => {
      journal.push(`begin ${String(message)}`);
      if (message === "a") await promise;
      journal.push(`end ${String(message)}`);
    }),
  );
  await rig.settle();
  journal.length = 0;
  rig.system.root.send(pid, "a");
  rig.system.root.send(pid, "b");
  await rig.settle();
  expect(journal).toEqual(["begin a"]);
  resolve();
  await rig.settle();
  expect(journal).toEqual(["begin a", "end a", "begin b", "end b"]);
});

test("message, sender and headers stay the same across await", async () => {
  await using rig = new TestSystem();
  const { root } = rig.system;
  const pid = root.spawn(
    propsFromFunction(async (context) => {
      if (isFromRuntime(context.message)) return;
      await undefined;
      context.respond([context.message, context.headers]);
    }),
  );
  const replies = [1, 2, 3].map((number) =>
    root.requestAsync(pid, number, { headers: { number: `${number}` } }),
  );
  expect(await Promise.all(replies)).toEqual([
    [1, { number: "1" }],
    [2, { number: "2" }],
    [3, { number: "3" }],
  ]);
});

/** Something to wait for that is not a promise. */
function thenable(then: (resolve: () => void, reject: (error: Error) => void) => void): Promise<void> {
  return { then } as Promise<void>;
}

test.each([
  [
    "a throw",
    () => {
      throw new Error("as told");
    },
  ],
  ["a rejected promise", () => Promise.reject(new Error("as told"))],
  [
    "a throw after await",
    async () => {
      await undefined;
      throw new Error("as told");
    },
  ],
  ["a thenable that rejects", () => thenable((_resolve, reject) => reject(new Error("as told")))],
  [
    "a thenable whose then throws",
    () =>
      thenable(() => {
        throw new Error("as told");
      }),
  ],
])("%s goes to supervision, and the actor goes on", async (_name, fail) => {
  await using rig = new TestSystem();
  const journal: string[] = [];
  const pid = rig.system.root.spawn(
    propsFromProducer(
      () => new JournalActor(journal, ({ message }) => (message === "fail" ? fail() : undefined)),
    ),
  );
  rig.system.root.send(pid, "fail");
  rig.system.root.send(pid, "next");
  await rig.settle();
  expect(journal).toEqual(["Started", "fail", "Restarting", "Started", "next"]);
});

test("a request whose handler fails ends with its deadline, as it may have been handled", async () => {
  await using rig = new TestSystem();
  const pid = rig.system.root.spawn(
    propsFromFunction(({ message }) => {
      if (message === "fail") throw new Error("as told");
    }),
  );
  const reply = expect(rig.system.root.requestAsync(pid, "fail", { timeoutMs: 100 })).rejects.toMatchObject({
    code: "deadline_exceeded",
  });
  await rig.clock.advance(100);
  await reply;
});

test("the signal aborts when a stop comes, though the handler still waits", async () => {
  await using rig = new TestSystem();
  const journal: string[] = [];
  const pid = rig.system.root.spawn(
    propsFromFunction(async (context) => {
      if (context.message instanceof Stopped) journal.push("stopped");
      if (context.message !== "wait") return;
      await new Promise((resolve) => context.signal.addEventListener("abort", resolve));
      journal.push("aborted");
    }),
  );
  rig.system.root.send(pid, "wait");
  await rig.settle();
  expect(journal).toEqual([]);
  rig.system.root.stop(pid);
  await rig.settle();
  expect(journal).toEqual(["aborted", "stopped"]);
});

test("a signal that is read after the stop came has aborted", async () => {
  await using rig = new TestSystem();
  const { promise, resolve } = Promise.withResolvers<void>();
  const aborted: boolean[] = [];
  const pid = rig.system.root.spawn(
    propsFromFunction(async (context) => {
      if (context.message === "wait") await promise;
      aborted.push(context.signal.aborted);
    }),
  );
  rig.system.root.send(pid, "wait");
  await rig.settle();
  rig.system.root.stop(pid);
  resolve();
  await rig.settle();
  expect(aborted).toEqual([false, true, true, true]);
});

test("a restart aborts the old incarnation's signal, and the new one has its own", async () => {
  await using rig = new TestSystem();
  const signals: AbortSignal[] = [];
  const pid = rig.system.root.spawn(
    propsFromFunction((context) => {
      if (context.message instanceof Started) signals.push(context.signal);
      if (context.message === "fail") throw new Error("as told");
    }),
  );
  rig.system.root.send(pid, "fail");
  await rig.settle();
  expect(signals.map(({ aborted }) => aborted)).toEqual([true, false]);
});

test("the signal of a sibling that is replaced too aborts at once, though its handler still waits", async () => {
  await using rig = new TestSystem();
  const journal: string[] = [];
  const child = propsFromFunction(async (context) => {
    if (context.message === "fail") throw new Error("as told");
    if (context.message !== "wait") return;
    await new Promise((resolve) => context.signal.addEventListener("abort", resolve));
    journal.push(`aborted, then ${context.signal.aborted}`);
  });
  const parent = propsFromFunction(
    (context) => {
      if (!(context.message instanceof Started)) return;
      context.send(context.spawn(child), "wait");
      context.send(context.spawn(child), "fail");
    },
    { supervisionStrategy: allForOne() },
  );
  rig.system.root.spawn(parent);
  await rig.settle();
  expect(journal).toEqual(["aborted, then true"]);
});

test("the root's signal aborts when the system shuts down", async () => {
  const rig = new TestSystem();
  expect(rig.system.root.signal.aborted).toBe(false);
  await rig.system.shutdown();
  expect(rig.system.root.signal.aborted).toBe(true);
});

test("shutting down waits for a handler no longer than it is told", async () => {
  const rig = new TestSystem();
  rig.system.root.spawn(
    propsFromFunction(({ message }) => (message instanceof Stopping ? new Promise(() => {}) : undefined)),
  );
  await rig.settle();
  let isDown = false;
  void rig.system.shutdown({ timeoutMs: 1_000 }).then(() => {
    isDown = true;
  });
  await rig.clock.advance(999);
  expect(isDown).toBe(false);
  await rig.clock.advance(1);
  expect(isDown).toBe(true);
  expect(rig.log.at("warn")).toHaveLength(1);
});

/** Runs something in a reentering actor and gives what the continuation saw. */
function reentering(run: (context: ActorContext) => void) {
  return propsFromFunction((context) => {
    if (context.message === "go") run(context);
    if (context.message === "fail") throw new Error("as told");
  });
}

test("reenterAfter goes on with message and sender, while other messages are handled in between", async () => {
  await using rig = new TestSystem();
  const { promise, resolve } = Promise.withResolvers<string>();
  const seen: unknown[] = [];
  const pid = rig.system.root.spawn(
    propsFromFunction((context) => {
      if (context.message === "between") seen.push("between");
      if (context.message !== "go") return;
      context.reenterAfter(promise, (outcome) => {
        seen.push(context.message, outcome);
        context.respond("answer");
      });
    }),
  );
  const reply = rig.system.root.requestAsync(pid, "go");
  rig.system.root.send(pid, "between");
  await rig.settle();
  resolve("value");
  expect(await reply).toBe("answer");
  expect(seen).toEqual(["between", "go", { status: "fulfilled", value: "value" }]);
});

test("reenterAfter tells of a rejection, and a continuation that throws goes to supervision", async () => {
  await using rig = new TestSystem();
  const seen: unknown[] = [];
  const pid = rig.system.root.spawn(
    propsFromFunction((context) => {
      if (context.message instanceof Started) seen.push("Started");
      if (context.message !== "go") return;
      context.reenterAfter(Promise.reject(new Error("no")), (outcome) => {
        seen.push(outcome.status);
        throw new Error("in the continuation");
      });
    }),
  );
  rig.system.root.send(pid, "go");
  await rig.settle();
  expect(seen).toEqual(["Started", "rejected", "Started"]);
});

test.each([
  ["a producer", propsFromProducer],
  [
    "one object, over and over again",
    (producer: () => Actor) => propsFromFunction((context) => producer().receive(context)),
  ],
])(
  "a continuation of an incarnation that was replaced, or has stopped, is not called: actors from %s",
  async (_name, make) => {
    await using rig = new TestSystem();
    const { promise, resolve } = Promise.withResolvers<void>();
    const seen: string[] = [];
    const props = make(() =>
      reentering((context) => context.reenterAfter(promise, () => void seen.push("called"))).producer(),
    );
    const [restarted, stopped] = [rig.system.root.spawn(props), rig.system.root.spawn(props)];
    for (const pid of [restarted, stopped]) rig.system.root.send(pid, "go");
    rig.system.root.send(restarted, "fail");
    rig.system.root.poison(stopped);
    await rig.settle();
    resolve();
    await rig.settle();
    expect(seen).toEqual([]);
  },
);

test("a continuation waits while its actor waits for its supervisor", async () => {
  await using rig = new TestSystem();
  const { promise, resolve } = Promise.withResolvers<void>();
  const seen: string[] = [];
  const child = reentering((context) => context.reenterAfter(promise, () => void seen.push("called")));
  let pid = rig.system.root.spawn(propsFromFunction(() => {}));
  rig.system.root.spawn(
    propsFromFunction(
      (context) => {
        if (context.message instanceof Started) pid = context.spawn(child);
      },
      {
        supervisionStrategy: { decide: () => ({ directive: "escalate" }) },
        guardianStrategy: { decide: () => ({ directive: "resume" }) },
      },
    ),
  );
  await rig.settle();
  rig.system.root.send(pid, "go");
  rig.system.root.send(pid, "fail");
  resolve();
  await rig.settle();
  expect(seen).toEqual(["called"]);
});
