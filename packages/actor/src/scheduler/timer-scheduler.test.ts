import { expect, test } from "vitest";
import { type Props, propsFromFunction } from "../actor-cell/props.ts";
import { Started } from "../message/lifecycle.ts";
import { PID } from "../pid/pid.ts";
import { refusing } from "../testing/refusing-process.ts";
import { TestProbe } from "../testing/test-probe.ts";
import { TestSystem } from "../testing/test-system.ts";
import { TimerScheduler } from "./timer-scheduler.ts";

type Schedule = (scheduler: TimerScheduler, target: PID) => { cancel(): void };

const schedules: [string, number, Schedule][] = [
  ["sendOnce", 1, (scheduler, target) => scheduler.sendOnce(100, target, "tick")],
  ["requestOnce", 1, (scheduler, target) => scheduler.requestOnce(100, target, "tick")],
  [
    "sendRepeatedly",
    3,
    (scheduler, target) => scheduler.sendRepeatedly({ initialMs: 100, intervalMs: 50 }, target, "tick"),
  ],
  [
    "requestRepeatedly",
    3,
    (scheduler, target) => scheduler.requestRepeatedly({ initialMs: 100, intervalMs: 50 }, target, "tick"),
  ],
];

test.each(schedules)("%s sends %i times within 200 ms", async (_name, times, schedule) => {
  await using rig = new TestSystem();
  const probe = new TestProbe(rig.system);
  const timer = schedule(new TimerScheduler(rig.system.root), probe.pid);
  await rig.clock.advance(99);
  expect(probe.messages).toEqual([]);
  await rig.clock.advance(101);
  expect(probe.messages).toEqual(Array.from({ length: times }, () => "tick"));
  timer.cancel();
});

test.each(schedules)("%s that is cancelled in time sends nothing", async (_name, _times, schedule) => {
  await using rig = new TestSystem();
  const probe = new TestProbe(rig.system);
  const timer = schedule(new TimerScheduler(rig.system.root), probe.pid);
  await rig.clock.advance(99);
  timer.cancel();
  timer.cancel();
  await rig.clock.advance(1_000);
  expect(probe.messages).toEqual([]);
  expect(rig.clock.scheduled).toBe(0);
});

test("without a first delay the interval is the first delay", async () => {
  await using rig = new TestSystem();
  const probe = new TestProbe(rig.system);
  new TimerScheduler(rig.system.root).sendRepeatedly({ intervalMs: 50 }, probe.pid, "tick");
  await rig.clock.advance(150);
  expect(probe.messages).toHaveLength(3);
});

/** An actor that schedules when it starts. */
function scheduling(schedule: (scheduler: TimerScheduler) => void): Props {
  return propsFromFunction((context) => {
    if (context.message instanceof Started) schedule(new TimerScheduler(context));
    if (context.message === "fail") throw new Error("as told");
  });
}

test("a request names the actor as its sender, a send names nobody", async () => {
  await using rig = new TestSystem();
  const probe = new TestProbe(rig.system);
  const pid = rig.system.root.spawn(
    scheduling((scheduler) => {
      scheduler.requestOnce(10, probe.pid, "request");
      scheduler.sendOnce(20, probe.pid, "send");
    }),
  );
  await rig.clock.advance(20);
  expect((await probe.next()).sender).toBe(pid);
  expect((await probe.next()).sender).toBeUndefined();
});

test("what an actor scheduled ends with it, and with the system", async () => {
  const rig = new TestSystem();
  const probe = new TestProbe(rig.system);
  const pid = rig.system.root.spawn(
    scheduling((scheduler) => void scheduler.sendRepeatedly({ intervalMs: 10 }, probe.pid, "actor")),
  );
  new TimerScheduler(rig.system.root).sendRepeatedly({ intervalMs: 10 }, probe.pid, "root");
  await rig.clock.advance(10);
  rig.system.root.stop(pid);
  await rig.clock.advance(10);
  expect(probe.messages.map(String).sort()).toEqual(["actor", "root", "root"]);
  await rig.system.shutdown();
  expect(rig.clock.scheduled).toBe(0);
});

test.each<[string, Schedule]>([
  ["an interval of nothing", (scheduler, pid) => scheduler.sendRepeatedly({ intervalMs: 0 }, pid, "tick")],
  [
    "a negative first delay",
    (scheduler, pid) => scheduler.requestRepeatedly({ initialMs: -1, intervalMs: 1 }, pid, "tick"),
  ],
  ["a negative delay", (scheduler, pid) => scheduler.sendOnce(-1, pid, "tick")],
  ["a delay that is no number", (scheduler, pid) => scheduler.requestOnce(Number.NaN, pid, "tick")],
])("%s is refused", async (_name, schedule) => {
  await using rig = new TestSystem();
  const probe = new TestProbe(rig.system);
  expect(() => schedule(new TimerScheduler(rig.system.root), probe.pid)).toThrow(
    expect.objectContaining({ code: "invalid_options" }),
  );
  expect(rig.clock.scheduled).toBe(0);
});

test("what cannot be sent when its time comes is reported, and does not end the repetition", async () => {
  await using rig = new TestSystem();
  rig.system.processes.useResolver(() => refusing);
  const scheduler = new TimerScheduler(rig.system.root);
  const target = new PID("elsewhere:1", "x");
  scheduler.sendOnce(10, target, "once");
  const timer = scheduler.sendRepeatedly({ intervalMs: 100 }, target, "tick");
  await rig.clock.advance(300);
  timer.cancel();
  expect(rig.log.at("error")).toEqual(Array(4).fill("a scheduled message could not be sent"));
});
