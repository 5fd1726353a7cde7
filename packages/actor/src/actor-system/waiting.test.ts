import { expect, test } from "vitest";
import type { ActorContext } from "../actor-cell/actor-context.ts";
import { propsFromFunction, propsFromProducer } from "../actor-cell/props.ts";
import { Started } from "../message/lifecycle.ts";
import { isFromRuntime } from "../message/system-message.ts";
import type { PID } from "../pid/pid.ts";
import { TestSystem } from "../testing/test-system.ts";

/** How each of a number of requests ends: what it is answered, or the code it rejects with. */
function ask({ system: { root } }: TestSystem, pid: PID, count: number): Promise<unknown[]> {
  const outcome = (error: unknown) => (error as { readonly code: string }).code;
  return Promise.all(
    Array.from({ length: count }, () => root.requestAsync(pid, "?", { timeoutMs: 5_000 }).catch(outcome)),
  );
}

/** An actor that needs the given promise before it answers. */
function slowStarter(starting: () => Promise<void>) {
  return propsFromFunction(async (context) => {
    if (context.message instanceof Started) await starting();
    if (!isFromRuntime(context.message)) context.respond("ready");
  });
}

test("100 that wait for an actor which takes two seconds to start are answered", async () => {
  await using rig = new TestSystem();
  const pause = () => new Promise<void>((resolve) => void rig.clock.schedule(2_000, resolve));
  const replies = ask(rig, rig.system.root.spawn(slowStarter(pause)), 100);
  await rig.clock.advance(2_000);
  expect(await replies).toEqual(Array(100).fill("ready"));
});

test("100 that wait for an actor which is stopped before it has started are all told", async () => {
  await using rig = new TestSystem();
  const pause = () => new Promise<void>((resolve) => void rig.clock.schedule(2_000, resolve));
  const pid = rig.system.root.spawn(slowStarter(pause));
  const replies = ask(rig, pid, 100);
  await rig.clock.advance(1_000);
  rig.system.root.stop(pid);
  await rig.clock.advance(1_000);
  expect(await replies).toEqual(Array(100).fill("dead_letter"));
  expect(rig.system.stats.pendingRequests).toBe(0);
});

test("an actor that fails three times to start answers 100 that wait with its fourth incarnation", async () => {
  await using rig = new TestSystem();
  let incarnations = 0;
  const pid = rig.system.root.spawn(
    propsFromProducer(() => {
      const isDoomed = ++incarnations < 4;
      return slowStarter(async () => {
        await undefined;
        if (isDoomed) throw new Error("cannot start");
      }).producer();
    }),
  );
  expect(await ask(rig, pid, 100)).toEqual(Array(100).fill("ready"));
  expect(incarnations).toBe(4);
});

/** Two actors: told to go round, the first asks the second, which asks back. Both answer anything else. */
function circle({ system: { root } }: TestSystem) {
  const asking = (order: string, ask: (context: ActorContext) => Promise<unknown>) =>
    propsFromFunction(async (context) => {
      if (isFromRuntime(context.message)) return;
      if (context.message === order) await ask(context);
      context.respond("here");
    });
  const wait = { timeoutMs: 1_000 };
  const b = root.spawn(asking("back", (context) => context.requestAsync(a, "?", wait)));
  const a: PID = root.spawn(asking("go round", (context) => context.requestAsync(b, "back", wait)));
  return { a, b };
}

test("actors that wait for each other end with their deadlines, and are usable afterwards", async () => {
  await using rig = new TestSystem();
  const { a, b } = circle(rig);
  const reply = expect(
    rig.system.root.requestAsync(a, "go round", { timeoutMs: 1_500 }),
  ).rejects.toMatchObject({ code: "deadline_exceeded" });
  await rig.clock.advance(5_000);
  await reply;
  expect(await rig.system.root.requestAsync(a, "?")).toBe("here");
  expect(await rig.system.root.requestAsync(b, "?")).toBe("here");
});

test("an actor that waits for itself ends with its deadline; one that reenters gets its own answer", async () => {
  await using rig = new TestSystem();
  const codes: string[] = [];
  const pid = rig.system.root.spawn(
    propsFromFunction(async (context) => {
      const { message } = context;
      if (message === "?") context.respond("here");
      const askSelf = () => context.requestAsync(context.self, "?", { timeoutMs: 1_000 });
      if (message === "wait") {
        await askSelf().catch((error: { readonly code: string }) => codes.push(error.code));
      }
      if (message === "reenter") {
        context.reenterAfter(askSelf(), (outcome) => {
          context.respond(outcome.status === "fulfilled" ? `I am ${String(outcome.value)}` : "nobody");
        });
      }
    }),
  );
  rig.system.root.send(pid, "wait");
  await rig.clock.advance(1_000);
  expect(codes).toEqual(["deadline_exceeded"]);
  expect(await rig.system.root.requestAsync(pid, "reenter")).toBe("I am here");
});
