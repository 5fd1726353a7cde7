import { expect, test } from "vitest";
import { AutoRespond, Touch, Touched } from "../message/auto-respond.ts";
import { DeadLetterEvent } from "../message/dead-letter.ts";
import { Started } from "../message/lifecycle.ts";
import type { Message } from "../message/message.ts";
import { AnsweredBatch, MessageBatch } from "../message/message-batch.ts";
import { isFromRuntime } from "../message/system-message.ts";
import { PID } from "../pid/pid.ts";
import { refusing } from "../testing/refusing-process.ts";
import { TestProbe } from "../testing/test-probe.ts";
import { TestSystem } from "../testing/test-system.ts";
import { propsFromFunction } from "./props.ts";

const echo = propsFromFunction((context) => {
  if (!isFromRuntime(context.message)) context.respond(context.message);
});

test("a response reaches who asked", async () => {
  await using rig = new TestSystem();
  const probe = new TestProbe(rig.system);
  probe.request(rig.system.root.spawn(echo), "hello");
  await rig.settle();
  expect(probe.messages).toEqual(["hello"]);
});

test("a response to a message without a sender is a dead letter without a target", async () => {
  await using rig = new TestSystem();
  const events: object[] = [];
  rig.system.eventStream.subscribe((event) => events.push(event));
  rig.system.root.send(rig.system.root.spawn(echo), "hello");
  await rig.settle();
  expect(events).toEqual([
    new DeadLetterEvent({ target: undefined, message: "hello", sender: undefined, reason: "no_sender" }),
  ]);
});

test("send, request and requestWithSender name nobody, the actor and the given sender", async () => {
  await using rig = new TestSystem();
  const probe = new TestProbe(rig.system);
  const other = new TestProbe(rig.system);
  const actor = rig.system.root.spawn(
    propsFromFunction((context) => {
      if (context.message !== "go") return;
      context.send(probe.pid, 1);
      context.request(probe.pid, 2);
      context.requestWithSender(probe.pid, 3, other.pid);
    }),
  );
  rig.system.root.send(actor, "go");
  expect((await probe.next()).sender).toBeUndefined();
  expect((await probe.next()).sender).toBe(actor);
  expect((await probe.next()).sender).toBe(other.pid);
});

test("what the root sends or requests has no sender, unless one is given", async () => {
  await using rig = new TestSystem();
  const { root } = rig.system;
  const probe = new TestProbe(rig.system);
  root.send(probe.pid, 1);
  root.request(probe.pid, 2);
  root.requestWithSender(probe.pid, 3, probe.pid);
  const senders = [await probe.next(), await probe.next(), await probe.next()].map(({ sender }) => sender);
  expect(senders).toEqual([undefined, undefined, probe.pid]);
});

test("a forwarded request keeps its headers, and is answered to who asked first", async () => {
  await using rig = new TestSystem();
  const { root } = rig.system;
  const last = root.spawn(
    propsFromFunction((context) => {
      if (!isFromRuntime(context.message)) context.respond({ ...context.headers, last: true });
    }),
  );
  const first = root.spawn(
    propsFromFunction((context) => {
      if (!isFromRuntime(context.message)) context.forward(last);
    }),
  );
  expect(await root.requestAsync(first, "hello", { headers: { trace: "7" } })).toEqual({
    trace: "7",
    last: true,
  });
});

test("what the runtime says cannot be forwarded or kept", async () => {
  await using rig = new TestSystem();
  const codes: string[] = [];
  const probe = new TestProbe(rig.system);
  rig.system.root.spawn(
    propsFromFunction((context) => {
      for (const act of [() => context.forward(probe.pid), () => context.stash()]) {
        try {
          act();
        } catch (error) {
          codes.push((error as { readonly code: string }).code);
        }
      }
    }),
  );
  await rig.settle();
  expect(codes).toEqual(["no_message", "no_message"]);
  expect(probe.messages).toEqual([]);
});

test("headers travel with their message only, and are empty rather than absent", async () => {
  await using rig = new TestSystem();
  const probe = new TestProbe(rig.system);
  rig.system.root.send(probe.pid, 1, { headers: { a: "b" } });
  rig.system.root.send(probe.pid, 2);
  expect((await probe.next()).headers).toEqual({ a: "b" });
  expect((await probe.next()).headers).toEqual({});
});

test.each([undefined, null])("%s is not a message", async (nothing) => {
  await using rig = new TestSystem();
  const probe = new TestProbe(rig.system);
  const send = () => rig.system.root.send(probe.pid, nothing as unknown as Message);
  expect(send).toThrow(expect.objectContaining({ code: "invalid_message" }));
  await expect(rig.system.root.requestAsync(probe.pid, nothing as unknown as Message)).rejects.toMatchObject({
    code: "invalid_message",
  });
  expect(rig.system.stats.pendingRequests).toBe(0);
});

test.each([[0], [""], [false], [Number.NaN], [Symbol.iterator], [[]], [() => "called"]])(
  "%o is a message",
  async (message) => {
    await using rig = new TestSystem();
    const probe = new TestProbe(rig.system);
    rig.system.root.send(probe.pid, message);
    await rig.settle();
    expect(probe.messages).toEqual([message]);
  },
);

test("an actor can ask another and answer once it knows", async () => {
  await using rig = new TestSystem();
  const { root } = rig.system;
  const source = root.spawn(echo);
  const asker = root.spawn(
    propsFromFunction(async (context) => {
      if (isFromRuntime(context.message)) return;
      const { message } = context;
      context.respond(`got ${await context.requestAsync<string>(source, message)}`);
    }),
  );
  expect(await root.requestAsync(asker, "it")).toBe("got it");
});

test("Touch is answered with the actor's PID, after the actor has seen it", async () => {
  await using rig = new TestSystem();
  const seen: Message[] = [];
  const pid = rig.system.root.spawn(propsFromFunction(({ message }) => void seen.push(message)));
  expect(await rig.system.root.requestAsync(pid, new Touch())).toEqual(new Touched(pid));
  expect(seen.at(-1)).toBeInstanceOf(Touch);
});

test("a message that carries its answer is answered though the actor does nothing", async () => {
  class Greeting extends AutoRespond {
    override autoResponse(): Message {
      return "hey";
    }
  }
  await using rig = new TestSystem();
  const pid = rig.system.root.spawn(propsFromFunction(async () => {}));
  expect(await rig.system.root.requestAsync(pid, new Greeting())).toBe("hey");
});

test("a batch gives each of its messages and then itself, before what came behind it", async () => {
  await using rig = new TestSystem();
  const probe = new TestProbe(rig.system);
  const batch = new MessageBatch([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  rig.system.root.send(probe.pid, "before");
  rig.system.root.send(probe.pid, batch);
  rig.system.root.send(probe.pid, "behind");
  await rig.settle();
  expect(probe.messages).toEqual(["before", 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, batch, "behind"]);
});

class Parcel extends AnsweredBatch {
  autoResponse() {
    return "handled";
  }
}

test("a batch that answers does so after the actor has handled its messages, and is not seen by it", async () => {
  await using rig = new TestSystem();
  const probe = new TestProbe(rig.system);
  const handled: Message[] = [];
  const pid = rig.system.root.spawn(
    propsFromFunction(async ({ message }) => {
      if (isFromRuntime(message)) return;
      await Promise.resolve();
      handled.push(message);
      if (message === 2) expect(probe.messages).toEqual([]);
    }),
  );
  probe.request(pid, new Parcel([1, 2]));
  await rig.settle();
  expect(handled).toEqual([1, 2]);
  expect(probe.messages).toEqual(["handled"]);
});

test("the sender of a batch that answers is told when the actor stops in the middle of it", async () => {
  await using rig = new TestSystem();
  const probe = new TestProbe(rig.system);
  const pid = rig.system.root.spawn(
    propsFromFunction((context) => {
      if (context.message === 1) context.stop(context.self);
    }),
  );
  probe.request(pid, new Parcel([1, 2]));
  await rig.settle();
  expect(probe.messages).toEqual([expect.objectContaining({ reason: "stopped" })]);
});

test("pipeTo sends the value or the error, with the actor as sender", async () => {
  await using rig = new TestSystem();
  const probe = new TestProbe(rig.system);
  const pid = rig.system.root.spawn(
    propsFromFunction((context) => {
      if (context.message !== "go") return;
      context.pipeTo(Promise.resolve("value"), probe.pid);
      context.pipeTo(Promise.reject(new Error("no value")), probe.pid);
    }),
  );
  rig.system.root.send(pid, "go");
  const [first, second] = [await probe.next(), await probe.next()];
  expect([first.message, second.message]).toEqual(["value", new Error("no value")]);
  expect(first.sender).toBe(pid);
});

test("an outcome that cannot be sent on is reported, and harms neither the actor nor the process", async () => {
  await using rig = new TestSystem();
  rig.system.processes.useResolver(() => refusing);
  rig.system.root.spawn(
    propsFromFunction((context) => {
      if (context.message instanceof Started)
        context.pipeTo(Promise.resolve("value"), new PID("elsewhere:1", "x"));
    }),
  );
  await rig.settle();
  expect(rig.log.at("error")).toEqual(["the outcome of a promise could not be sent"]);
});

test("pipeTo sends the deadline's error when the request timed out", async () => {
  await using rig = new TestSystem();
  const probe = new TestProbe(rig.system);
  const silent = rig.system.root.spawn(propsFromFunction(() => {}));
  const pid = rig.system.root.spawn(
    propsFromFunction((context) => {
      if (context.message === "go")
        context.pipeTo(context.requestAsync(silent, "?", { timeoutMs: 5 }) as Promise<Message>, probe.pid);
    }),
  );
  rig.system.root.send(pid, "go");
  await rig.clock.advance(5);
  expect(probe.messages).toMatchObject([{ code: "deadline_exceeded" }]);
});

test.each(["throws", "rejects"] as const)(
  "a request that waits while it is decided about a child that %s is answered, and its headers are there",
  async (how) => {
    await using rig = new TestSystem();
    const probe = new TestProbe(rig.system);
    const headers: unknown[] = [];
    const { promise: isToFail, reject: fail } = Promise.withResolvers<never>();
    isToFail.catch(() => undefined);
    const child = propsFromFunction((context) => {
      if (context.message === "ask") {
        headers.push({ ...context.headers });
        context.respond("answer");
      }
      if (context.message !== "fail") return undefined;
      if (how === "rejects") return isToFail;
      context.requestWithSender(context.self, "ask", probe.pid);
      throw new Error("boom");
    });
    const parent = rig.system.root.spawn(
      propsFromFunction((context) => {
        if (context.message instanceof Started) context.spawnNamed(child, "child");
      }),
    );
    await rig.settle();
    const pid = new PID(rig.system.address, `${parent.id}/child`);
    rig.system.root.send(pid, "fail");
    await rig.settle();
    if (how === "rejects") {
      rig.system.processes.get(pid).sendUser(pid, "ask", probe.pid, { user: "ada" });
      fail(new Error("boom"));
    }
    await rig.settle();
    expect(probe.messages).toEqual(["answer"]);
    expect(headers).toEqual([how === "rejects" ? { user: "ada" } : {}]);
  },
);
