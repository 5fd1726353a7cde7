import { expect, test } from "vitest";
import { ReceiveTimeout, Started, Stopping } from "../message/lifecycle.ts";
import { Terminated } from "../message/system-message.ts";
import type { PID } from "../pid/pid.ts";
import { allForOne } from "../supervision/all-for-one.ts";
import { exponentialBackoff } from "../supervision/exponential-backoff.ts";
import { oneForOne } from "../supervision/one-for-one.ts";
import { alwaysRestart } from "../supervision/restarting.ts";
import type { Directive, SupervisionStrategy } from "../supervision/supervision-strategy.ts";
import { SupervisorEvent } from "../supervision/supervisor-event.ts";
import { JournalActor } from "../testing/journal-actor.ts";
import { TestSystem } from "../testing/test-system.ts";
import { propsFromFunction, propsFromProducer } from "./props.ts";

/** A parent under the strategy with children a and b, which fail when told "fail". */
async function family(rig: TestSystem, supervisionStrategy: SupervisionStrategy) {
  const journals = { parent: [] as string[], a: [] as string[], b: [] as string[] };
  const pids: { a?: PID; b?: PID } = {};
  const child = (name: "a" | "b") =>
    propsFromProducer(
      () =>
        new JournalActor(journals[name], ({ message }) => {
          if (message === "fail") throw new Error("as told");
        }),
    );
  const parent = rig.system.root.spawn(
    propsFromProducer(
      () =>
        new JournalActor(journals.parent, (context) => {
          if (!(context.message instanceof Started)) return;
          for (const name of ["a", "b"] as const) pids[name] = context.spawn(child(name));
        }),
      { supervisionStrategy },
    ),
  );
  await rig.settle();
  return { journals, parent, a: () => pids.a!, b: () => pids.b! };
}

const always = (directive: Directive) => ({ decider: () => directive });

test.each([
  ["one for one", oneForOne],
  ["all for one", allForOne],
])("resume under %s goes on with the next message in the same incarnation", async (_name, strategy) => {
  await using rig = new TestSystem();
  const { journals, a } = await family(rig, strategy(always("resume")));
  rig.system.root.send(a(), "fail");
  rig.system.root.send(a(), "next");
  await rig.settle();
  expect(journals.a).toEqual(["Started", "fail", "next"]);
  expect(journals.b).toEqual(["Started"]);
});

test("restart under one for one replaces the failed child alone", async () => {
  await using rig = new TestSystem();
  const { journals, a } = await family(rig, oneForOne());
  rig.system.root.send(a(), "fail");
  await rig.settle();
  expect(journals.a).toEqual(["Started", "fail", "Restarting", "Started"]);
  expect(journals.b).toEqual(["Started"]);
});

test("restart under all for one replaces all children", async () => {
  await using rig = new TestSystem();
  const { journals, a, b } = await family(rig, allForOne());
  rig.system.root.send(a(), "fail");
  await rig.settle();
  rig.system.root.send(b(), "next");
  await rig.settle();
  expect(journals.a).toEqual(["Started", "fail", "Restarting", "Started"]);
  expect(journals.b).toEqual(["Started", "Restarting", "Started", "next"]);
});

test("stop under one for one stops the failed child alone, under all for one all children", async () => {
  await using rig = new TestSystem();
  const one = await family(rig, oneForOne(always("stop")));
  const all = await family(rig, allForOne(always("stop")));
  rig.system.root.send(one.a(), "fail");
  rig.system.root.send(all.a(), "fail");
  await rig.settle();
  expect(one.journals.a.slice(-2)).toEqual(["Stopping", "Stopped"]);
  expect(one.journals.b).toEqual(["Started"]);
  expect(all.journals.a.slice(-2)).toEqual(["Stopping", "Stopped"]);
  expect(all.journals.b.slice(-2)).toEqual(["Stopping", "Stopped"]);
  expect(all.journals.parent).toEqual(["Started", "Terminated", "Terminated"]);
});

test("an escalated failure restarts the parent, which stops its old children", async () => {
  await using rig = new TestSystem();
  const { journals, a } = await family(rig, oneForOne(always("escalate")));
  rig.system.root.send(a(), "fail");
  await rig.settle();
  expect(journals.parent).toEqual(["Started", "Restarting", "Terminated", "Terminated", "Started"]);
  expect(journals.a).toEqual(["Started", "fail", "Stopping", "Stopped", "Started"]);
});

test("when a parent is resumed after an escalation, so is the child that failed", async () => {
  await using rig = new TestSystem();
  const journal: string[] = [];
  let child: PID | undefined;
  const childProps = propsFromProducer(
    () =>
      new JournalActor(journal, ({ message }) => {
        if (message === "fail") throw new Error("as told");
      }),
  );
  rig.system.root.spawn(
    propsFromFunction(
      (context) => {
        if (context.message instanceof Started) child = context.spawn(childProps);
      },
      {
        supervisionStrategy: oneForOne(always("escalate")),
        guardianStrategy: oneForOne(always("resume")),
      },
    ),
  );
  await rig.settle();
  rig.system.root.send(child!, "fail");
  rig.system.root.send(child!, "next");
  await rig.settle();
  expect(journal).toEqual(["Started", "fail", "next"]);
});

test("an escalation that reaches the top stops the actor and is logged", async () => {
  await using rig = new TestSystem();
  const journal: string[] = [];
  const pid = rig.system.root.spawn(
    propsFromProducer(
      () =>
        new JournalActor(journal, ({ message }) => {
          if (message === "fail") throw new Error("as told");
        }),
      { guardianStrategy: oneForOne(always("escalate")) },
    ),
  );
  rig.system.root.send(pid, "fail");
  await rig.settle();
  expect(journal.slice(-2)).toEqual(["Stopping", "Stopped"]);
  expect(rig.log.at("error")).toHaveLength(1);
});

test("a strategy that throws is as good as an escalation of what it threw", async () => {
  await using rig = new TestSystem();
  const { journals, a } = await family(rig, {
    decide() {
      throw new Error("undecided");
    },
  });
  rig.system.root.send(a(), "fail");
  await rig.settle();
  expect(journals.parent).toContain("Restarting");
});

test("a failed actor handles no user message until its supervisor has decided", async () => {
  await using rig = new TestSystem();
  const { journals, a } = await family(rig, exponentialBackoff({ initialMs: 100, jitter: 0 }));
  rig.system.root.send(a(), "fail");
  rig.system.root.send(a(), "next");
  await rig.clock.advance(99);
  expect(journals.a).toEqual(["Started", "fail"]);
  await rig.clock.advance(1);
  expect(journals.a).toEqual(["Started", "fail", "Restarting", "Started", "next"]);
});

test("backoff waits in real milliseconds, twice as long after each failure, up to its longest", async () => {
  await using rig = new TestSystem();
  const { journals, a } = await family(rig, exponentialBackoff({ initialMs: 100, maxMs: 400, jitter: 0 }));
  const waits: number[] = [];
  for (let round = 0; round < 4; round++) {
    const restarts = journals.a.filter((entry) => entry === "Restarting").length;
    rig.system.root.send(a(), "fail");
    const failedAtMs = rig.clock.nowMs();
    while (journals.a.filter((entry) => entry === "Restarting").length === restarts)
      await rig.clock.advance(50);
    waits.push(rig.clock.nowMs() - failedAtMs);
  }
  expect(waits).toEqual([100, 200, 400, 400]);
});

test("an actor that stops while it waits for its restart stays stopped, and leaves no timer", async () => {
  await using rig = new TestSystem();
  const { journals, a } = await family(rig, exponentialBackoff());
  rig.system.root.send(a(), "fail");
  await rig.settle();
  rig.system.root.stop(a());
  await rig.settle();
  expect(rig.clock.scheduled).toBe(0);
  expect(journals.a).toEqual(["Started", "fail", "Stopping", "Stopped"]);
});

test("a stop that came before the restart wins, though both wait for the same handler", async () => {
  await using rig = new TestSystem();
  const journal: string[] = [];
  const [handling, ending] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const pids: PID[] = [];
  const grandchild = propsFromFunction(({ message }) =>
    message instanceof Stopping ? ending.promise : undefined,
  );
  const child = propsFromProducer(
    () =>
      new JournalActor(journal, (context) => {
        if (context.message instanceof Started) context.spawn(grandchild);
        if (context.message === "fail") throw new Error("as told");
        return context.message === "wait" ? handling.promise : undefined;
      }),
  );
  rig.system.root.spawn(
    propsFromFunction(
      (context) => {
        if (context.message instanceof Started) pids.push(context.spawn(child), context.spawn(child));
      },
      { supervisionStrategy: allForOne() },
    ),
  );
  await rig.settle();
  journal.length = 0;
  rig.system.root.send(pids[0]!, "wait");
  await rig.settle();
  rig.system.root.stop(pids[0]!);
  rig.system.root.send(pids[1]!, "fail");
  await rig.settle();
  handling.resolve();
  await rig.settle();
  ending.resolve();
  await rig.settle();
  const [stopped, restarted] = [
    ["wait", "Stopping", "Terminated", "Stopped"],
    ["fail", "Restarting", "Terminated", "Started"],
  ];
  expect(journal.toSorted()).toEqual([...stopped!, ...restarted!].toSorted());
});

test("the failure after the tenth restart within ten seconds stops the child", async () => {
  await using rig = new TestSystem();
  const { journals, a } = await family(rig, oneForOne());
  for (let round = 0; round < 11; round++) {
    rig.system.root.send(a(), "fail");
    await rig.settle();
  }
  expect(journals.a.filter((entry) => entry === "Started")).toHaveLength(11);
  expect(journals.a.slice(-2)).toEqual(["Stopping", "Stopped"]);
});

test("failures further apart than the window never stop the child", async () => {
  await using rig = new TestSystem();
  const { journals, a } = await family(rig, oneForOne({ maxRestarts: 3, withinMs: 10_000 }));
  for (let round = 0; round < 50; round++) {
    rig.system.root.send(a(), "fail");
    await rig.clock.advance(4_000);
  }
  expect(journals.a.filter((entry) => entry === "Started")).toHaveLength(51);
});

test("10 000 restarts run each hook as often as they should", async () => {
  await using rig = new TestSystem();
  const { journals, a } = await family(rig, alwaysRestart());
  for (let round = 0; round < 10_000; round++) rig.system.root.send(a(), "fail");
  await rig.settle();
  const count = (name: string) => journals.a.filter((entry) => entry === name).length;
  expect([count("Started"), count("fail"), count("Restarting")]).toEqual([10_001, 10_000, 10_000]);
});

test("an actor's own strategy comes before that of its props", async () => {
  await using rig = new TestSystem();
  const asked: unknown[] = [];
  const journal: string[] = [];
  const supervisionStrategy: SupervisionStrategy = {
    decide({ reason, message }) {
      asked.push(reason, message);
      return { directive: "stop" };
    },
  };
  const childProps = propsFromProducer(
    () =>
      new JournalActor(journal, ({ message }) => {
        if (message === "fail") throw new Error("as told");
      }),
  );
  rig.system.root.spawn(
    propsFromProducer(
      () => ({
        supervisionStrategy,
        receive(context) {
          if (context.message instanceof Started) context.send(context.spawn(childProps), "fail");
        },
      }),
      { supervisionStrategy: alwaysRestart() },
    ),
  );
  await rig.settle();
  expect(asked).toEqual([new Error("as told"), "fail"]);
  expect(journal.slice(-2)).toEqual(["Stopping", "Stopped"]);
});

test.each([
  ["one for one", oneForOne()],
  ["all for one", allForOne()],
  ["always restart", alwaysRestart()],
  ["exponential backoff", exponentialBackoff()],
])("what %s decides is published", async (_name, strategy) => {
  await using rig = new TestSystem();
  const events: SupervisorEvent[] = [];
  rig.system.eventStream.subscribe((event) => {
    if (event instanceof SupervisorEvent) events.push(event);
  });
  const { a } = await family(rig, strategy);
  rig.system.root.send(a(), "fail");
  await rig.settle();
  expect(events).toEqual([new SupervisorEvent(a(), new Error("as told"), "restart")]);
});

test.each([
  ["ReceiveTimeout", ReceiveTimeout],
  ["Terminated", Terminated],
])("an actor that fails in %s is restarted like any other", async (_name, type) => {
  await using rig = new TestSystem();
  const journal: string[] = [];
  const other = rig.system.root.spawn(propsFromFunction(() => {}));
  let incarnations = 0;
  rig.system.root.spawn(
    propsFromProducer(() => {
      const isFirst = ++incarnations === 1;
      return new JournalActor(journal, (context) => {
        if (context.message instanceof type) throw new Error("as told");
        if (!(isFirst && context.message instanceof Started)) return;
        context.setReceiveTimeout(100);
        context.watch(other);
      });
    }),
  );
  if (type === Terminated) await rig.system.root.stopAsync(other);
  await rig.clock.advance(100);
  expect(journal).toEqual(["Started", type.name, "Restarting", "Started"]);
});

/** What a and b go through when a fails four times within the budget's window of three. */
const courses: [Directive, "one for one" | "all for one", { a: string[]; b: string[] }][] = [
  ["resume", "one for one", { a: ["Started"], b: ["Started"] }],
  ["resume", "all for one", { a: ["Started"], b: ["Started"] }],
  ["restart", "one for one", { a: [...again(3), "Started", "Stopping", "Stopped"], b: ["Started"] }],
  [
    "restart",
    "all for one",
    {
      a: [...again(3), "Started", "Stopping", "Stopped"],
      b: [...again(3), "Started", "Stopping", "Stopped"],
    },
  ],
  ["stop", "one for one", { a: ["Started", "Stopping", "Stopped"], b: ["Started"] }],
  ["stop", "all for one", { a: ["Started", "Stopping", "Stopped"], b: ["Started", "Stopping", "Stopped"] }],
  // The parent is restarted by the default strategy and spawns both anew, each time.
  ["escalate", "one for one", { a: anew(4), b: anew(4) }],
  ["escalate", "all for one", { a: anew(4), b: anew(4) }],
];

function again(times: number): string[] {
  return Array.from({ length: times }, () => ["Started", "Restarting"]).flat();
}

function anew(times: number): string[] {
  return [...Array.from({ length: times }, () => ["Started", "Stopping", "Stopped"]).flat(), "Started"];
}

test.each(courses)("%s under %s runs exactly the hooks that it should", async (directive, whom, expected) => {
  await using rig = new TestSystem();
  const strategy = whom === "one for one" ? oneForOne : allForOne;
  const { journals, a } = await family(
    rig,
    strategy({ maxRestarts: 3, withinMs: 10_000, decider: () => directive }),
  );
  for (let round = 0; round < 4; round++) {
    rig.system.root.send(a(), "fail");
    await rig.settle();
  }
  const hooks = (journal: string[]) => journal.filter((entry) => entry !== "fail");
  expect({ a: hooks(journals.a), b: hooks(journals.b) }).toEqual(expected);
});

test("failures are logged, ten in a second, and the rest is summed up", async () => {
  await using rig = new TestSystem();
  const pid = rig.system.root.spawn(
    propsFromFunction(
      ({ message }) => {
        if (message === "fail") throw new Error("as told");
      },
      { guardianStrategy: alwaysRestart() },
    ),
  );
  for (let round = 0; round < 25; round++) rig.system.root.send(pid, "fail");
  await rig.clock.advance(1_000);
  rig.system.root.send(pid, "fail");
  await rig.settle();
  expect(rig.log.at("warn")).toEqual([
    ...Array<string>(10).fill("an actor failed"),
    "more failures of actors, not logged",
    "an actor failed",
  ]);
  expect(rig.log.entries[0]?.fields).toEqual({
    err: new Error("as told"),
    actor: pid,
    directive: "restart",
  });
  expect(rig.log.entries[10]?.fields).toEqual({ count: 15 });
});

test("root actors of one guardian strategy fall and rise together under all for one", async () => {
  await using rig = new TestSystem();
  const guardianStrategy = allForOne();
  const journals: string[][] = [[], [], []];
  const spawn = (journal: string[], strategy: SupervisionStrategy) =>
    rig.system.root.spawn(
      propsFromProducer(
        () =>
          new JournalActor(journal, ({ message }) => {
            if (message === "fail") throw new Error("as told");
          }),
        { guardianStrategy: strategy },
      ),
    );
  const first = spawn(journals[0]!, guardianStrategy);
  spawn(journals[1]!, guardianStrategy);
  spawn(journals[2]!, allForOne());
  rig.system.root.send(first, "fail");
  await rig.settle();
  expect(journals.map((journal) => journal.includes("Restarting"))).toEqual([true, true, false]);
});
