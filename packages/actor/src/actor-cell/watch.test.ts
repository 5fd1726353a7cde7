import { expect, test } from "vitest";
import { Started } from "../message/lifecycle.ts";
import { Terminated, Watch } from "../message/system-message.ts";
import { PID } from "../pid/pid.ts";
import { JournalActor } from "../testing/journal-actor.ts";
import { TestProbe } from "../testing/test-probe.ts";
import { TestSystem } from "../testing/test-system.ts";
import { propsFromFunction, propsFromProducer } from "./props.ts";

const idle = propsFromFunction(() => {});

test("a watcher hears once of the end, however often it watched", async () => {
  await using rig = new TestSystem();
  const probe = new TestProbe(rig.system);
  const pid = rig.system.root.spawn(idle);
  probe.watch(pid);
  probe.watch(pid);
  rig.system.root.stop(pid);
  await rig.settle();
  expect(probe.messages).toEqual([new Terminated(pid, "stopped")]);
});

test("each watcher hears once", async () => {
  await using rig = new TestSystem();
  const pid = rig.system.root.spawn(idle);
  const probes = [1, 2, 3].map(() => new TestProbe(rig.system));
  for (const probe of probes) probe.watch(pid);
  rig.system.root.stop(pid);
  await rig.settle();
  for (const probe of probes) expect(probe.messages).toEqual([new Terminated(pid)]);
});

test("watching what has ended, or never was, is answered at once", async () => {
  await using rig = new TestSystem();
  const probe = new TestProbe(rig.system);
  const ended = rig.system.root.spawn(idle);
  const never = new PID("nonhost", "never");
  await rig.system.root.stopAsync(ended);
  probe.watch(ended);
  probe.watch(never);
  await rig.settle();
  expect(probe.messages).toEqual([new Terminated(ended, "not_found"), new Terminated(never, "not_found")]);
});

test("a watch that reaches an actor while it stops is answered once it has stopped", async () => {
  await using rig = new TestSystem();
  const probe = new TestProbe(rig.system);
  const { promise, resolve } = Promise.withResolvers<void>();
  const pid = rig.system.root.spawn(
    propsFromFunction(({ message }) => (message instanceof Started ? undefined : promise)),
  );
  await rig.settle();
  rig.system.root.stop(pid);
  await rig.settle();
  probe.watch(pid);
  await rig.settle();
  expect(probe.messages).toEqual([]);
  resolve();
  await rig.settle();
  expect(probe.messages).toHaveLength(1);
});

test("watching oneself changes nothing", async () => {
  await using rig = new TestSystem();
  const journal: string[] = [];
  const pid = rig.system.root.spawn(
    propsFromProducer(
      () =>
        new JournalActor(journal, (context) => {
          if (context.message instanceof Started) context.watch(context.self);
        }),
    ),
  );
  await rig.system.root.stopAsync(pid);
  expect(journal).toEqual(["Started", "Stopping", "Stopped"]);
});

test("a parent hears once of a child's end, whether it watches it or not", async () => {
  await using rig = new TestSystem();
  const journal: string[] = [];
  rig.system.root.spawn(
    propsFromProducer(
      () =>
        new JournalActor(journal, (context) => {
          if (!(context.message instanceof Started)) return;
          const [watched, other] = [context.spawn(idle), context.spawn(idle)];
          context.watch(watched);
          context.stop(watched);
          context.stop(other);
        }),
    ),
  );
  await rig.settle();
  expect(journal).toEqual(["Started", "Terminated", "Terminated"]);
});

test("after unwatch no Terminated comes, even if the other had ended before", async () => {
  await using rig = new TestSystem();
  const probe = new TestProbe(rig.system);
  const [first, second] = [rig.system.root.spawn(idle), rig.system.root.spawn(idle)];
  probe.watch(first);
  probe.watch(second);
  await rig.settle();
  probe.unwatch(first);
  rig.system.root.stop(first);
  // The probe's turn comes after the end of the second, and with it the Terminated, is on its way.
  await rig.system.root.stopAsync(first);
  rig.system.root.stop(second);
  probe.unwatch(second);
  await rig.settle();
  expect(probe.messages).toEqual([]);
});

test("Terminated about one that was not watched does not reach the actor", async () => {
  await using rig = new TestSystem();
  const probe = new TestProbe(rig.system);
  const { processes } = rig.system;
  processes.get(probe.pid).sendSystem(probe.pid, new Terminated(new PID("far:1", "x")));
  await rig.settle();
  expect(probe.messages).toEqual([]);
});

test("a watch that two reasons end is answered once", async () => {
  await using rig = new TestSystem();
  const probe = new TestProbe(rig.system);
  const far = new PID("far:1", "x");
  const process = { sendUser() {}, sendSystem() {} };
  rig.system.processes.useResolver(() => process);
  probe.watch(far);
  for (const why of ["not_found", "address_terminated"] as const) {
    rig.system.processes.get(probe.pid).sendSystem(probe.pid, new Terminated(far, why));
  }
  await rig.settle();
  expect(probe.messages).toEqual([new Terminated(far, "not_found")]);
});

test("a watcher that ends first is forgotten by those it watched", async () => {
  await using rig = new TestSystem();
  const unwatched: unknown[] = [];
  rig.system.processes.useResolver(() => ({
    sendUser() {},
    sendSystem: (_target, message) => void unwatched.push(message.constructor.name),
  }));
  const probe = new TestProbe(rig.system);
  // The second one needs no second message.
  for (const pid of [new PID("far:1", "x"), new PID("far:1", "x")]) probe.watch(pid);
  await rig.system.root.stopAsync(probe.pid);
  expect(unwatched).toEqual(["Watch", "Unwatch"]);
});

test("a full mailbox takes every Terminated", async () => {
  await using rig = new TestSystem();
  const journal: string[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const others = Array.from({ length: 100 }, () => rig.system.root.spawn(idle));
  const pid = rig.system.root.spawn(
    propsFromProducer(
      () =>
        new JournalActor(journal, (context) => {
          if (context.message instanceof Started) for (const other of others) context.watch(other);
          return context.message === "wait" ? promise : undefined;
        }),
      { mailbox: { capacity: 2 } },
    ),
  );
  for (const message of ["wait", 1, 2, 3]) rig.system.root.send(pid, message);
  await rig.settle();
  for (const message of [4, 5, 6]) rig.system.root.send(pid, message);
  for (const other of others) rig.system.root.stop(other);
  await rig.settle();
  resolve();
  await rig.settle();
  expect(journal.filter((entry) => entry === "Terminated")).toHaveLength(100);
});

test("a Watch from outside of actors is answered to the process that sent it", async () => {
  await using rig = new TestSystem();
  const got: unknown[] = [];
  const watcher = rig.system.processes.add("watcher", {
    sendUser() {},
    sendSystem: (_pid, message) => void got.push(message),
  })!;
  const pid = rig.system.root.spawn(idle);
  rig.system.processes.get(pid).sendSystem(pid, new Watch(watcher));
  rig.system.root.stop(pid);
  await rig.settle();
  expect(got).toEqual([new Terminated(pid, "stopped")]);
});
