import { expect, test } from "vitest";
import { ReceiveTimeout, Started } from "../message/lifecycle.ts";
import { isFromRuntime } from "../message/system-message.ts";
import { logMessages } from "../middleware/log-messages.ts";
import { passivateAfter } from "../middleware/passivate.ts";
import { propagate } from "../middleware/propagate.ts";
import type { PID } from "../pid/pid.ts";
import { TestProbe } from "../testing/test-probe.ts";
import { TestSystem } from "../testing/test-system.ts";
import type { ActorContext } from "./actor-context.ts";
import {
  compose,
  type ReceiveMiddleware,
  type SenderMiddleware,
  type SpawnMiddleware,
} from "./middleware.ts";
import { type Props, propsFromFunction } from "./props.ts";

test("nothing composes to nothing", () => {
  expect(compose([], () => {})).toBeUndefined();
  expect(compose(undefined, () => {})).toBeUndefined();
});

test("receive middleware runs in the order of its list, around every message", async () => {
  await using rig = new TestSystem();
  const seen: string[] = [];
  const named =
    (name: string): ReceiveMiddleware =>
    (next) =>
    (context) => {
      seen.push(`${name} ${context.message.constructor.name}`);
      return next(context);
    };
  rig.system.root.spawn(
    propsFromFunction(() => void seen.push("actor"), {
      receiveMiddleware: [named("first"), named("second")],
    }),
  );
  await rig.settle();
  expect(seen).toEqual(["first Started", "second Started", "actor"]);
});

test("send, request, requestAsync, respond and forward each go once through sender middleware", async () => {
  await using rig = new TestSystem();
  const probe = new TestProbe(rig.system);
  const sent: unknown[] = [];
  const count: SenderMiddleware = (next) => (context, target, outgoing) => {
    sent.push(outgoing.message);
    next(context, target, outgoing);
  };
  const echo = rig.system.root.spawn(
    propsFromFunction((context) => {
      if (!isFromRuntime(context.message)) context.respond(context.message);
    }),
  );
  const pid = rig.system.root.spawn(
    propsFromFunction(
      async (context) => {
        if (isFromRuntime(context.message)) return;
        context.send(probe.pid, "send");
        context.request(probe.pid, "request");
        expect(await context.requestAsync(echo, "requestAsync")).toBe("requestAsync");
        context.forward(probe.pid);
        context.respond("respond");
        context.stop(probe.pid);
      },
      { senderMiddleware: [count] },
    ),
  );
  expect(await rig.system.root.requestAsync(pid, "forward")).toBe("respond");
  await rig.settle();
  expect(sent).toEqual(["send", "request", "requestAsync", "forward", "respond"]);
});

test("sender middleware can change what is sent, and reads the headers of the message being handled", async () => {
  await using rig = new TestSystem();
  const probe = new TestProbe(rig.system);
  const inherit: SenderMiddleware = (next) => (context, target, outgoing) =>
    next(context, target, { ...outgoing, headers: { ...context.headers, ...outgoing.headers } });
  const pid = rig.system.root.spawn(
    propsFromFunction((context) => void (isFromRuntime(context.message) || context.send(probe.pid, "on")), {
      senderMiddleware: [inherit],
    }),
  );
  rig.system.root.send(pid, "go", { headers: { trace: "7" } });
  expect((await probe.next()).headers).toEqual({ trace: "7" });
});

test("the root has headers and middleware of its own", async () => {
  const stamp: SenderMiddleware = (next) => (context, target, outgoing) =>
    next(context, target, { ...outgoing, headers: context.headers });
  const spawned: (string | undefined)[] = [];
  await using rig = new TestSystem({
    root: {
      headers: { from: "root" },
      senderMiddleware: [stamp],
      spawnMiddleware: [
        (next) => (place, props, id) => {
          spawned.push(id);
          return next(place, props, id);
        },
      ],
    },
  });
  const probe = new TestProbe(rig.system);
  rig.system.root.send(probe.pid, "hello");
  expect((await probe.next()).headers).toEqual({ from: "root" });
  expect(spawned).toEqual([undefined]);
});

test("a decorated context is what the actor gets, and works like the one it came from", async () => {
  await using rig = new TestSystem();
  const probe = new TestProbe(rig.system);
  const shout = (context: ActorContext): ActorContext =>
    Object.create(context, {
      respond: { value: (message: string) => context.respond(message.toUpperCase()) },
    }) as ActorContext;
  const pid = rig.system.root.spawn(
    propsFromFunction(
      (context) => {
        if (isFromRuntime(context.message)) return;
        context.request(probe.pid, context.sender !== undefined);
        context.respond("quiet");
      },
      { contextDecorators: [shout] },
    ),
  );
  expect(await rig.system.root.requestAsync(pid, "hello")).toBe("QUIET");
  expect(probe.messages).toEqual([true]);
});

test("of several wrappers of one sort the first is the outermost", async () => {
  await using rig = new TestSystem();
  const order: string[] = [];
  const sending =
    (name: string): SenderMiddleware =>
    (next) =>
    (context, target, outgoing) => {
      order.push(`sending ${name}`);
      next(context, target, outgoing);
    };
  const spawning =
    (name: string): SpawnMiddleware =>
    (next) =>
    (place, props, id) => {
      order.push(`spawning ${name}`);
      return next(place, props, id);
    };
  const decorating =
    (name: string) =>
    (context: ActorContext): ActorContext =>
      Object.create(context, {
        respond: { value: (message: string) => context.respond(`${name} ${message}`) },
      }) as ActorContext;
  const pid = rig.system.root.spawn(
    propsFromFunction(
      (context) => {
        if (context.message !== "go") return;
        context.spawn(propsFromFunction(() => {}));
        context.respond("said");
      },
      {
        senderMiddleware: [sending("first"), sending("second")],
        spawnMiddleware: [spawning("first"), spawning("second")],
        contextDecorators: [decorating("first"), decorating("second")],
      },
    ),
  );
  expect(await rig.system.root.requestAsync(pid, "go")).toBe("second first said");
  expect(order).toEqual(["spawning first", "spawning second", "sending first", "sending second"]);
});

test("propagated middleware reaches each of five generations", async () => {
  await using rig = new TestSystem();
  const seen: string[] = [];
  const note: ReceiveMiddleware = (next) => (context) => {
    if (context.message instanceof Started) seen.push(context.self.id);
    return next(context);
  };
  const generation = (depth: number): Props =>
    propsFromFunction(
      (context) => {
        if (context.message instanceof Started && depth < 5)
          context.spawnNamed(generation(depth + 1), `${depth + 1}`);
      },
      depth === 0 ? { spawnMiddleware: [propagate({ receiveMiddleware: [note] })] } : {},
    );
  rig.system.root.spawnNamed(generation(0), "0");
  await rig.settle();
  expect(seen).toEqual(["0/1", "0/1/2", "0/1/2/3", "0/1/2/3/4", "0/1/2/3/4/5"]);
});

test("all sorts of middleware and decorators reach a grandchild, beside its own", async () => {
  await using rig = new TestSystem();
  const seen = new Set<string>();
  const probe = new TestProbe(rig.system);
  const note = <T>(what: string, { self }: { readonly self: PID | undefined }, then: () => T): T => {
    seen.add(`${what} ${self?.id}`);
    return then();
  };
  const propagated = propagate({
    receiveMiddleware: [(next) => (context) => note("receive", context, () => next(context))],
    senderMiddleware: [
      (next) => (context, target, outgoing) => note("send", context, () => next(context, target, outgoing)),
    ],
    spawnMiddleware: [(next) => (place, props, id) => note("spawn", place, () => next(place, props, id))],
    contextDecorators: [(context) => note("decorate", context, () => context)],
  });
  const own: SenderMiddleware = (next) => (context, target, outgoing) =>
    next(context, target, { ...outgoing, headers: { own: "too" } });
  const grandchild = propsFromFunction(
    (context) => {
      if (context.message instanceof Started) context.send(probe.pid, "hello");
    },
    { senderMiddleware: [own] },
  );
  const child = propsFromFunction((context) => {
    if (context.message instanceof Started) context.spawnNamed(grandchild, "c");
  });
  const parent = propsFromFunction(
    (context) => {
      if (context.message instanceof Started) context.spawnNamed(child, "b");
    },
    { spawnMiddleware: [propagated] },
  );
  rig.system.root.spawnNamed(parent, "a");
  expect((await probe.next()).headers).toEqual({ own: "too" });
  expect(seen).toEqual(
    new Set(["decorate a/b", "receive a/b", "spawn a/b", "decorate a/b/c", "receive a/b/c", "send a/b/c"]),
  );
});

test("a passivating actor lives as long as messages come, and ends after the period", async () => {
  await using rig = new TestSystem();
  const probe = new TestProbe(rig.system);
  const pid = rig.system.root.spawn(
    propsFromFunction(({ message }) => expect(message).not.toBeInstanceOf(ReceiveTimeout), {
      receiveMiddleware: [passivateAfter(100)],
    }),
  );
  probe.watch(pid);
  await rig.clock.advance(80);
  rig.system.root.send(pid, "hello");
  await rig.clock.advance(80);
  expect(probe.messages).toEqual([]);
  await rig.clock.advance(20);
  expect(probe.messages).toHaveLength(1);
});

test("logged messages appear by type", async () => {
  await using rig = new TestSystem();
  rig.system.root.spawn(propsFromFunction(() => {}, { receiveMiddleware: [logMessages()] }));
  await rig.settle();
  expect(rig.log.entries).toMatchObject([{ level: "debug", fields: { type: "Started" } }]);
});
