import fc from "fast-check";
import { expect, test } from "vitest";
import { Started } from "../message/lifecycle.ts";
import type { PID } from "../pid/pid.ts";
import { TestSystem } from "../testing/test-system.ts";
import type { ActorContext } from "./actor-context.ts";
import type { SpawnMiddleware } from "./middleware.ts";
import { propsForEach, propsFromFunction, propsFromProducer } from "./props.ts";

const idle = propsFromFunction(() => {});

/** Runs something in an actor's turn and gives what it returns. */
async function inActor<T>(rig: TestSystem, run: (context: ActorContext) => T): Promise<T> {
  const { promise, resolve } = Promise.withResolvers<T>();
  rig.system.root.spawnNamed(
    propsFromFunction((context) => {
      if (context.message instanceof Started) resolve(run(context));
    }),
    "parent",
  );
  return promise;
}

test("a child's id is its parent's, a slash and its name, and the parent lists it", async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ minLength: 1 }), async (name) => {
      await using rig = new TestSystem();
      const { child, children, parent } = await inActor(rig, (context) => ({
        child: context.spawnNamed(idle, name),
        children: context.children,
        parent: context.self,
      }));
      expect(child.id).toBe(`${parent.id}/${name}`);
      expect(children).toEqual([child]);
    }),
    { numRuns: 50 },
  );
});

test("ids of children without a name, and with a prefix, begin with their parent's", async () => {
  await using rig = new TestSystem();
  const ids = await inActor(rig, (context) => [context.spawn(idle).id, context.spawnPrefix(idle, "bulb").id]);
  expect(ids[0]).toMatch(/^parent\/\$/);
  expect(ids[1]).toMatch(/^parent\/bulb\$/);
  expect(rig.system.root.spawnPrefix(idle, "top").id).toMatch(/^top\$/);
});

test("an actor with a prefix is listed once its id is read, below its parent or without one", async () => {
  await using rig = new TestSystem();
  const { processes, root } = rig.system;
  const child = await inActor(rig, (context) => context.spawnPrefix(idle, "bulb"));
  for (const pid of [child, root.spawnPrefix(idle, "top")]) {
    const before = processes.size;
    expect(pid.hasId).toBe(false);
    expect(processes.getLocal(pid.id)).toBe(processes.get(pid));
    expect(processes.size).toBe(before + 1);
  }
});

test("what is made up behind a prefix is never what another actor is called", async () => {
  await using rig = new TestSystem();
  const { root } = rig.system;
  const pids = [root.spawnPrefix(idle, "a"), root.spawnPrefix(idle, "a")];
  for (let number = 1; number <= 9; number++) root.spawnNamed(idle, `a$${number}`);
  expect(new Set(pids.map(({ id }) => id)).size).toBe(2);
  for (const pid of pids) expect(pid.id).not.toMatch(/^a\$[1-9]$/);
});

test("spawn middleware is told the whole id of an actor with a prefix", async () => {
  const told: unknown[] = [];
  const listen: SpawnMiddleware = (next) => (place, props, id) => {
    told.push(id);
    return next(place, props, id);
  };
  await using rig = new TestSystem({ root: { spawnMiddleware: [listen] } });
  const pid = rig.system.root.spawnPrefix(idle, "top");
  expect(told).toEqual([pid.id]);
  expect(pid.id).toMatch(/^top\$/);
});

test("children are listed in the order in which they were spawned", async () => {
  await using rig = new TestSystem();
  const { spawned, children } = await inActor(rig, (context) => {
    const spawned: PID[] = Array.from({ length: 10 }, () => context.spawn(idle));
    return { spawned, children: context.children };
  });
  expect(children).toEqual(spawned);
});

test("a name that is taken is refused, and the producer is not called", async () => {
  await using rig = new TestSystem();
  let made = 0;
  const props = propsFromProducer(() => {
    made++;
    return { receive() {} };
  });
  rig.system.root.spawnNamed(props, "name");
  expect(() => rig.system.root.spawnNamed(props, "name")).toThrow(
    expect.objectContaining({ code: "name_taken" }),
  );
  expect(made).toBe(1);
});

test("an empty name is refused", async () => {
  await using rig = new TestSystem();
  expect(() => rig.system.root.spawnNamed(idle, "")).toThrow(
    expect.objectContaining({ code: "invalid_options" }),
  );
});

test("what the producer throws reaches who spawns, and nothing is left behind", async () => {
  await using rig = new TestSystem();
  const before = rig.system.stats.processes;
  const failing = propsFromProducer(() => {
    throw new Error("not today");
  });
  expect(() => rig.system.root.spawnNamed(failing, "name")).toThrow("not today");
  expect(rig.system.stats.processes).toBe(before);
  rig.system.root.spawnNamed(idle, "name");
});

test("onInit is called with the context before the first message", async () => {
  await using rig = new TestSystem();
  const order: string[] = [];
  const props = propsFromFunction(({ message }) => void order.push(message.constructor.name), {
    onInit: (context) => order.push(context.self.id),
  });
  rig.system.root.spawnNamed(props, "name");
  await rig.settle();
  expect(order).toEqual(["name", "Started"]);
});

test("what onInit throws reaches who spawns, and nothing is left behind", async () => {
  await using rig = new TestSystem();
  const before = rig.system.stats.processes;
  const pids: PID[] = [];
  const failing = propsFromFunction(() => {}, {
    onInit: (context) => {
      pids.push(context.self, context.spawnNamed(idle, "child"));
      context.send(context.self, "never handled");
      throw new Error("not today");
    },
  });
  expect(() => rig.system.root.spawn(failing)).toThrow("not today");
  expect(() => rig.system.root.spawnNamed(failing, "name")).toThrow("not today");
  await rig.settle();
  expect(rig.system.stats.processes).toBe(before);
  expect(rig.system.stats.deadLetters.stopped).toBe(2);
  for (const pid of pids) {
    await expect(rig.system.root.requestAsync(pid, "?")).rejects.toMatchObject({ code: "dead_letter" });
  }
});

test("props with other options are other props", () => {
  const other = idle.with({ onInit: () => {} });
  expect(other).not.toBe(idle);
  expect(idle.options.onInit).toBeUndefined();
  expect(other.producer).toBe(idle.producer);
});

test("a system that was shut down spawns nothing", async () => {
  const rig = new TestSystem();
  await rig.system.shutdown();
  expect(() => rig.system.root.spawn(idle)).toThrow(expect.objectContaining({ code: "stopped" }));
});

test("of props for many, each actor has its own subject and keeps it when it restarts, also with other options", async () => {
  await using rig = new TestSystem();
  const made: string[] = [];
  const propsOf = propsForEach((room: string) => {
    made.push(room);
    return {
      receive(context: ActorContext) {
        if (context.message === "fail") throw new Error("boom");
        if (context.message === "where?") context.respond(room);
      },
    };
  });
  const inits: string[] = [];
  const kitchen = rig.system.root.spawn(propsOf("kitchen"));
  const hall = rig.system.root.spawn(propsOf("hall").with({ onInit: () => void inits.push("hall") }));
  rig.system.root.send(kitchen, "fail");
  rig.system.root.send(hall, "fail");
  await rig.settle();
  expect(made.toSorted()).toEqual(["hall", "hall", "kitchen", "kitchen"]);
  expect(inits).toEqual(["hall"]);
  const asked = [kitchen, hall].map((pid) => rig.system.root.requestAsync(pid, "where?"));
  expect(await Promise.all(asked)).toEqual(["kitchen", "hall"]);
  expect(propsOf("cellar").producer()).toMatchObject({ receive: expect.any(Function) });
  expect(made.at(-1)).toBe("cellar");
});
