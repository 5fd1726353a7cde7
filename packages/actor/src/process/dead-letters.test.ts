import { expect, test } from "vitest";
import { propsFromFunction } from "../actor-cell/props.ts";
import { DeadLetterEvent, DeadLetterResponse } from "../message/dead-letter.ts";
import { Terminated } from "../message/system-message.ts";
import { PID } from "../pid/pid.ts";
import { TestProbe } from "../testing/test-probe.ts";
import { TestSystem } from "../testing/test-system.ts";

const nobody = new PID("nonhost", "nobody");

function deadLettersOf({ system }: TestSystem): DeadLetterEvent[] {
  const events: DeadLetterEvent[] = [];
  system.eventStream.subscribe((event) => {
    if (event instanceof DeadLetterEvent) events.push(event);
  });
  return events;
}

test("a message to nobody is published with target, sender and reason, and its sender is told", async () => {
  await using rig = new TestSystem();
  const events = deadLettersOf(rig);
  const probe = new TestProbe(rig.system);
  probe.request(nobody, "hello");
  await rig.settle();
  expect(events).toEqual([
    new DeadLetterEvent({ target: nobody, message: "hello", sender: probe.pid, reason: "not_found" }),
  ]);
  expect(probe.messages).toEqual([new DeadLetterResponse(nobody, "not_found")]);
});

test("a message to an actor that has stopped is a dead letter", async () => {
  await using rig = new TestSystem();
  const pid = rig.system.root.spawn(propsFromFunction(() => {}));
  await rig.system.root.stopAsync(pid);
  const events = deadLettersOf(rig);
  rig.system.root.send(pid, "late");
  expect(events).toMatchObject([{ target: pid, message: "late" }]);
});

test("watching nobody is answered with Terminated, each time", async () => {
  await using rig = new TestSystem();
  const probe = new TestProbe(rig.system);
  probe.watch(nobody);
  await rig.settle();
  probe.watch(nobody);
  await rig.settle();
  expect(probe.messages).toEqual([new Terminated(nobody, "not_found"), new Terminated(nobody, "not_found")]);
});

test("a request to nobody rejects at once with dead_letter", async () => {
  await using rig = new TestSystem();
  await expect(rig.system.root.requestAsync(nobody, "hello")).rejects.toMatchObject({ code: "dead_letter" });
  expect(rig.system.stats.pendingRequests).toBe(0);
});

test("the log takes as many dead letters per period as it is told, and sums up the rest", async () => {
  await using rig = new TestSystem({ deadLetterLog: { limit: 3, periodMs: 1_000 } });
  for (let count = 0; count < 10; count++) rig.system.root.send(nobody, count);
  expect(rig.log.at("info")).toEqual(["dead letter", "dead letter", "dead letter"]);
  await rig.clock.advance(1_000);
  expect(rig.log.entries.at(-1)).toMatchObject({ fields: { count: 7 } });
  expect(rig.system.stats.deadLetters.not_found).toBe(10);
});

test("letters with a sender, and letters that ask not to be, stay out of the log", async () => {
  await using rig = new TestSystem({ deadLetterLog: { requests: "ignore" } });
  const probe = new TestProbe(rig.system);
  probe.request(nobody, "has a sender");
  rig.system.root.send(nobody, { ignoreDeadLetterLogging: true });
  expect(rig.log.entries).toEqual([]);
});

test("the log names the type of a message and never its content", async () => {
  await using rig = new TestSystem();
  rig.system.root.send(nobody, { $typeName: "bulb.TurnOn", secret: "hush" });
  expect(JSON.stringify(rig.log.entries)).toContain("bulb.TurnOn");
  expect(JSON.stringify(rig.log.entries)).not.toContain("hush");
});

test("what is sent to the process deadletter is a dead letter", async () => {
  await using rig = new TestSystem();
  const events = deadLettersOf(rig);
  const pid = new PID("nonhost", "deadletter");
  rig.system.root.send(pid, "hello");
  expect(events).toMatchObject([{ target: pid, message: "hello", reason: "not_found" }]);
});

test("what is sent to the process eventstream is published", async () => {
  await using rig = new TestSystem();
  const events: object[] = [];
  rig.system.eventStream.subscribe((event) => events.push(event));
  const event = { happened: true };
  rig.system.root.send(new PID("nonhost", "eventstream"), event);
  rig.system.root.send(new PID("nonhost", "eventstream"), event, { headers: { a: "b" } });
  expect(events).toEqual([event, event]);
  rig.system.root.send(new PID("nonhost", "eventstream"), "no object");
  expect(rig.system.stats.deadLetters.not_found).toBe(1);
});
