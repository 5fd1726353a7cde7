import { expect, test } from "vitest";
import { propsFromFunction, propsFromProducer } from "../actor-cell/props.ts";
import { seededRandom } from "../ports/random.ts";
import { quietLogger } from "../testing/quiet-logger.ts";
import { VirtualClock } from "../testing/virtual-clock.ts";
import { ActorSystem } from "./actor-system.ts";

function virtualSystem() {
  const clock = new VirtualClock();
  return { clock, system: new ActorSystem({ clock, logger: quietLogger }) };
}

test("a request is answered by the actor's reply", async () => {
  const { system } = virtualSystem();
  const pid = system.root.spawn(
    propsFromFunction((context) => {
      if (typeof context.message === "string") context.respond(`hello ${context.message}`);
    }),
  );
  expect(await system.root.requestAsync<string>(pid, "world")).toBe("hello world");
});

test("a request without an answer ends with its deadline", async () => {
  const { clock, system } = virtualSystem();
  const pid = system.root.spawn(propsFromFunction(() => {}));
  const reply = system.root.requestAsync(pid, "anyone?", { timeoutMs: 1_000 });
  const outcome = expect(reply).rejects.toMatchObject({ code: "deadline_exceeded" });
  await clock.advance(999);
  expect(system.stats.pendingRequests).toBe(1);
  await clock.advance(1);
  await outcome;
  expect(system.stats.pendingRequests).toBe(0);
});

test("each system has an id of 22 characters that are safe in a URL", () => {
  const ids = Array.from({ length: 100 }, () => virtualSystem().system.id);
  for (const id of ids) expect(id).toMatch(/^[\w-]{22}$/);
  expect(new Set(ids).size).toBe(100);
});

test("shutting a system down stops its actors", async () => {
  const { system } = virtualSystem();
  const seen: string[] = [];
  system.root.spawn(
    propsFromProducer(() => ({ receive: ({ message }) => void seen.push(message.constructor.name) })),
  );
  await system.shutdown();
  expect(seen).toEqual(["Started", "Stopping", "Stopped"]);
});

test("actors without a name do not get the names that those of the process before had", () => {
  const idOf = (seed: number) => {
    const system = new ActorSystem({ random: seededRandom(seed), logger: quietLogger });
    return system.root.spawn(propsFromFunction(() => undefined)).id;
  };
  const ids = Array.from({ length: 1_000 }, (_id, seed) => idOf(seed));
  expect(new Set(ids).size).toBe(1_000);
});
