import { expect, test } from "vitest";
import { DeadLetterEvent, DeadLetterResponse } from "../message/dead-letter.ts";
import { Restarting, Started, Stopped, Stopping } from "../message/lifecycle.ts";
import { Terminated } from "../message/system-message.ts";
import { oneForOne } from "../supervision/one-for-one.ts";
import { JournalActor } from "../testing/journal-actor.ts";
import { TestProbe } from "../testing/test-probe.ts";
import { TestSystem } from "../testing/test-system.ts";
import type { Receive } from "./actor.ts";
import type { ActorContext } from "./actor-context.ts";
import { propsFromFunction, propsFromProducer } from "./props.ts";

/** Props of an actor that writes to the journal and then does as told. */
function journaling(journal: string[], then?: (context: ActorContext) => void | Promise<void>) {
  return propsFromProducer(() => new JournalActor(journal, then));
}

test("an actor gets Started before, and Stopping and Stopped after all else", async () => {
  await using rig = new TestSystem();
  const journal: string[] = [];
  const pid = rig.system.root.spawn(journaling(journal));
  rig.system.root.send(pid, "a");
  rig.system.root.poison(pid);
  await rig.settle();
  expect(journal).toEqual(["Started", "a", "Stopping", "Stopped"]);
});

test("a stop comes before 1 000 queued messages, which become dead letters", async () => {
  await using rig = new TestSystem();
  const journal: string[] = [];
  const probe = new TestProbe(rig.system);
  const pid = rig.system.root.spawn(journaling(journal));
  await rig.settle();
  const letters: DeadLetterEvent[] = [];
  rig.system.eventStream.subscribe((event) => {
    if (event instanceof DeadLetterEvent) letters.push(event);
  });
  for (let index = 0; index < 1_000; index++) probe.request(pid, index);
  const request = expect(rig.system.root.requestAsync(pid, "?")).rejects.toMatchObject({
    code: "dead_letter",
  });
  rig.system.root.stop(pid);
  await rig.settle();
  await request;
  expect(journal).toEqual(["Started", "Stopping", "Stopped"]);
  expect(letters).toHaveLength(1_001);
  expect(letters[7]).toEqual(
    new DeadLetterEvent({ target: pid, message: 7, sender: probe.pid, reason: "stopped" }),
  );
  expect(probe.messages).toHaveLength(1_000);
  expect(probe.messages[0]).toEqual(new DeadLetterResponse(pid, "stopped"));
});

test("a poison pill comes after 1 000 queued messages, and before what is sent later", async () => {
  await using rig = new TestSystem();
  const journal: string[] = [];
  const pid = rig.system.root.spawn(journaling(journal));
  for (let index = 0; index < 1_000; index++) rig.system.root.send(pid, index);
  rig.system.root.poison(pid);
  rig.system.root.send(pid, "behind");
  await rig.settle();
  expect(journal).toEqual([
    "Started",
    ...Array.from({ length: 1_000 }, (_, index) => `${index}`),
    "Stopping",
    "Stopped",
  ]);
  expect(rig.system.stats.deadLetters.stopped).toBe(1);
});

test("stopping twice stops once", async () => {
  await using rig = new TestSystem();
  const journal: string[] = [];
  const pid = rig.system.root.spawn(journaling(journal));
  rig.system.root.stop(pid);
  rig.system.root.stop(pid);
  rig.system.root.poison(pid);
  await rig.settle();
  expect(journal).toEqual(["Started", "Stopping", "Stopped"]);
});

test("stopAsync settles with Terminated, when the id is free again", async () => {
  await using rig = new TestSystem();
  const pid = rig.system.root.spawnNamed(
    propsFromFunction(() => {}),
    "name",
  );
  expect(await rig.system.root.stopAsync(pid)).toEqual(new Terminated(pid, "stopped"));
  expect(rig.system.processes.getLocal("name")).toBeUndefined();
});

test("poisonAsync waits for what was queued, and an actor that is gone has ended", async () => {
  await using rig = new TestSystem();
  const journal: string[] = [];
  const pid = rig.system.root.spawn(journaling(journal));
  rig.system.root.send(pid, "a");
  await rig.system.root.poisonAsync(pid);
  expect(journal).toContain("a");
  expect(await rig.system.root.poisonAsync(pid)).toEqual(new Terminated(pid, "not_found"));
});

test("two that wait for the same end both hear of it", async () => {
  await using rig = new TestSystem();
  const pid = rig.system.root.spawn(propsFromFunction(() => {}));
  const ends = await Promise.all([rig.system.root.stopAsync(pid), rig.system.root.stopAsync(pid)]);
  expect(ends.map(({ who }) => who)).toEqual([pid, pid]);
});

test("waiting for an end that does not come ends with the deadline or the signal, and leaves nothing", async () => {
  await using rig = new TestSystem();
  const { promise, resolve } = Promise.withResolvers<void>();
  const pid = rig.system.root.spawn(propsFromFunction(() => promise));
  const processes = rig.system.stats.processes;
  const abort = new AbortController();
  const late = expect(rig.system.root.stopAsync(pid, { timeoutMs: 50 })).rejects.toMatchObject({
    code: "deadline_exceeded",
  });
  const aborted = expect(rig.system.root.stopAsync(pid, { signal: abort.signal })).rejects.toThrow("enough");
  abort.abort(new Error("enough"));
  await rig.clock.advance(50);
  await Promise.all([late, aborted]);
  resolve();
  await rig.settle();
  expect(rig.system.stats.processes).toBeLessThanOrEqual(processes);
  expect(rig.clock.scheduled).toBe(0);
});

test("an actor can send when it starts and while it stops", async () => {
  await using rig = new TestSystem();
  const probe = new TestProbe(rig.system);
  const pid = rig.system.root.spawn(
    propsFromFunction((context) => {
      if (context.message instanceof Started) context.send(probe.pid, "here");
      if (context.message instanceof Stopping) context.send(probe.pid, "leaving");
      if (context.message instanceof Stopped) context.send(probe.pid, "gone");
    }),
  );
  rig.system.root.stop(pid);
  await rig.settle();
  expect(probe.messages).toEqual(["here", "leaving", "gone"]);
});

test("children stop before their parent has stopped, which hears of each", async () => {
  await using rig = new TestSystem();
  const journal: string[] = [];
  const child = (name: string) =>
    propsFromFunction(({ message }) => {
      if (message instanceof Stopped) journal.push(name);
    });
  const parent = rig.system.root.spawn(
    propsFromFunction((context) => {
      if (context.message instanceof Started)
        for (const name of ["a", "b", "c"]) context.spawnNamed(child(name), name);
      if (context.message instanceof Stopping) journal.push(`stopping with ${context.children.length}`);
      if (context.message instanceof Terminated) journal.push(`without ${context.message.who.id.slice(-1)}`);
      if (context.message instanceof Stopped) journal.push(`stopped with ${context.children.length}`);
    }),
  );
  await rig.system.root.stopAsync(parent);
  expect(journal[0]).toBe("stopping with 3");
  expect(journal.filter((entry) => entry.length === 1).sort()).toEqual(["a", "b", "c"]);
  expect(journal.filter((entry) => entry.startsWith("without")).sort()).toEqual([
    "without a",
    "without b",
    "without c",
  ]);
  expect(journal.at(-1)).toBe("stopped with 0");
});

test("a parent that waits for its children handles no user message", async () => {
  await using rig = new TestSystem();
  const journal: string[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const slow = propsFromFunction(({ message }) => (message instanceof Stopping ? promise : undefined));
  const parent = rig.system.root.spawn(
    journaling(journal, (context) => {
      if (context.message instanceof Started) context.spawn(slow);
    }),
  );
  await rig.settle();
  rig.system.root.stop(parent);
  await rig.settle();
  rig.system.root.send(parent, "too late");
  resolve();
  await rig.settle();
  expect(journal).toEqual(["Started", "Stopping", "Terminated", "Stopped"]);
  expect(rig.system.stats.deadLetters.stopped).toBe(1);
});

test("a restart stops the children, replaces the actor, and keeps what is queued but for what failed", async () => {
  await using rig = new TestSystem();
  const journal: string[] = [];
  let incarnation = 0;
  const props = propsFromProducer(() => {
    const own = ++incarnation;
    return {
      receive(context) {
        journal.push(
          `${own} ${context.message instanceof Started ? "Started" : context.message.constructor.name}`,
        );
        if (context.message instanceof Started) context.spawn(journaling([]));
        if (context.message === "fail") throw new Error("as told");
        if (typeof context.message === "string") journal[journal.length - 1] = `${own} ${context.message}`;
      },
    };
  });
  const pid = rig.system.root.spawn(props);
  rig.system.root.send(pid, "fail");
  rig.system.root.send(pid, "next");
  await rig.settle();
  expect(journal).toEqual(["1 Started", "1 String", "1 Restarting", "1 Terminated", "2 Started", "2 next"]);
});

test("a restart keeps PID and watchers, and says nothing to them", async () => {
  await using rig = new TestSystem();
  const probe = new TestProbe(rig.system);
  const pid = rig.system.root.spawn(
    propsFromFunction(({ message }) => {
      if (message === "fail") throw new Error("as told");
    }),
  );
  probe.watch(pid);
  rig.system.root.send(pid, "fail");
  await rig.settle();
  expect(probe.messages).toEqual([]);
  rig.system.root.stop(pid);
  await rig.settle();
  expect(probe.messages).toEqual([new Terminated(pid)]);
});

test.each([
  ["Stopping", Stopping],
  ["Stopped", Stopped],
])("an actor that fails in %s stops all the same, and its watchers hear of it", async (_name, hook) => {
  await using rig = new TestSystem();
  const probe = new TestProbe(rig.system);
  let started = 0;
  const pid = rig.system.root.spawnNamed(
    propsFromFunction(({ message }) => {
      if (message instanceof Started) started++;
      if (message instanceof hook) throw new Error("in the hook");
    }),
    "name",
  );
  probe.watch(pid);
  rig.system.root.stop(pid);
  await rig.settle();
  expect(probe.messages).toEqual([new Terminated(pid)]);
  expect(rig.system.processes.getLocal("name")).toBeUndefined();
  expect(started).toBe(1);
  expect(rig.log.at("error")).toHaveLength(1);
});

test.each([
  ["Stopping", Stopping],
  ["Stopped", Stopped],
])("an actor whose promise is rejected in %s stops all the same", async (_name, hook) => {
  await using rig = new TestSystem();
  const pid = rig.system.root.spawn(
    propsFromFunction(async ({ message }) => {
      await undefined;
      if (message instanceof hook) throw new Error("in the hook");
    }),
  );
  expect(await rig.system.root.stopAsync(pid)).toEqual(new Terminated(pid));
  expect(rig.log.at("error")).toHaveLength(1);
});

test("a child that fails in its last hooks does not hold its parent up", async () => {
  await using rig = new TestSystem();
  const child = propsFromFunction(({ message }) => {
    if (message instanceof Stopping || message instanceof Stopped) throw new Error("in the hook");
  });
  const parent = rig.system.root.spawn(
    propsFromFunction((context) => {
      if (context.message instanceof Started) context.spawn(child);
    }),
  );
  expect(await rig.system.root.stopAsync(parent)).toEqual(new Terminated(parent));
});

test("an actor that fails in Restarting is replaced all the same", async () => {
  await using rig = new TestSystem();
  const journal: string[] = [];
  const pid = rig.system.root.spawn(
    journaling(journal, ({ message }) => {
      if (message === "fail" || message instanceof Restarting) throw new Error("as told");
    }),
  );
  rig.system.root.send(pid, "fail");
  rig.system.root.send(pid, "next");
  await rig.settle();
  expect(journal).toEqual(["Started", "fail", "Restarting", "Started", "next"]);
});

test("an actor that fails in Started is restarted until its budget is spent, and then stopped", async () => {
  await using rig = new TestSystem();
  const journal: string[] = [];
  const pid = rig.system.root.spawn(
    journaling(journal, ({ message }) => {
      if (message instanceof Started) throw new Error("cannot start");
    }),
  );
  rig.system.root.send(pid, "never handled");
  await rig.settle();
  expect(journal.filter((entry) => entry === "Started")).toHaveLength(11);
  expect(journal.slice(-2)).toEqual(["Stopping", "Stopped"]);
  expect(rig.system.stats.deadLetters.stopped).toBe(1);
});

test("a producer that fails at a restart counts as a failure", async () => {
  await using rig = new TestSystem();
  const journal: string[] = [];
  let made = 0;
  const props = propsFromProducer(() => {
    made++;
    if (made === 2) throw new Error("no second one");
    return new JournalActor(journal, ({ message }) => {
      if (message === "fail") throw new Error("as told");
    });
  });
  const pid = rig.system.root.spawn(props);
  rig.system.root.send(pid, "fail");
  rig.system.root.send(pid, "next");
  await rig.settle();
  expect(made).toBe(3);
  expect(journal).toEqual(["Started", "fail", "Restarting", "Started", "next"]);
});

test("an actor whose producer failed at its last restart stops without a word, with or without middleware", async () => {
  for (const receiveMiddleware of [[], [(next: Receive): Receive => next]]) {
    await using rig = new TestSystem();
    let made = 0;
    const props = propsFromProducer(
      () => {
        if (++made === 2) throw new Error("no second one");
        return new JournalActor([], () => {
          throw new Error("as told");
        });
      },
      { receiveMiddleware, guardianStrategy: oneForOne({ maxRestarts: 1 }) },
    );
    const pid = rig.system.root.spawn(props);
    await rig.settle();
    expect(await rig.system.root.stopAsync(pid)).toEqual(new Terminated(pid, "not_found"));
    expect(made).toBe(2);
    expect(rig.log.entries.map(({ fields }) => (fields as { readonly hook?: string }).hook)).toEqual([
      undefined,
      "Restarting",
      undefined,
    ]);
  }
});

test("a stop during a restart wins", async () => {
  await using rig = new TestSystem();
  const journal: string[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const pid = rig.system.root.spawn(
    journaling(journal, ({ message }) => {
      if (message === "fail") throw new Error("as told");
      return message instanceof Restarting ? promise : undefined;
    }),
  );
  rig.system.root.send(pid, "fail");
  await rig.settle();
  rig.system.root.stop(pid);
  resolve();
  await rig.settle();
  expect(journal.slice(-2)).toEqual(["Stopping", "Stopped"]);
  expect(journal.filter((entry) => entry === "Started").length).toBeLessThanOrEqual(2);
  expect(await rig.system.root.stopAsync(pid)).toEqual(new Terminated(pid, "not_found"));
});

test("an actor that stops spawns nothing more", async () => {
  await using rig = new TestSystem();
  const codes: unknown[] = [];
  const pid = rig.system.root.spawn(
    propsFromFunction((context) => {
      if (!(context.message instanceof Stopping || context.message instanceof Stopped)) return;
      try {
        context.spawn(propsFromFunction(() => {}));
      } catch (error) {
        codes.push((error as { readonly code: string }).code);
      }
    }),
  );
  await rig.system.root.stopAsync(pid);
  expect(codes).toEqual(["stopped", "stopped"]);
});

test("a parent of 20 000 stops with all of them", async () => {
  await using rig = new TestSystem();
  const child = propsFromFunction(() => {});
  const parent = rig.system.root.spawn(
    propsFromFunction((context) => {
      if (context.message instanceof Started)
        for (let index = 0; index < 20_000; index++) context.spawn(child);
    }),
  );
  expect(await rig.system.root.stopAsync(parent)).toEqual(new Terminated(parent));
});
