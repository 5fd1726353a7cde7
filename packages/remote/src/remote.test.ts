import { create, isMessage } from "@bufbuild/protobuf";
import { DurationSchema, type StringValue, StringValueSchema } from "@bufbuild/protobuf/wkt";
import {
  type ActorContext,
  ActorSystem,
  DeadLetterEvent,
  PID,
  Started,
  type Terminated,
  Touch,
  Touched,
} from "@ts-grain/actor";
import { TestProbe, VirtualClock } from "@ts-grain/actor/testing";
import { expect, test, vi } from "vitest";
import { RemotePair } from "../test/remote-pair.ts";
import {
  BlockedByPeerEvent,
  EndpointConnectedEvent,
  EndpointTerminatedEvent,
} from "./endpoint/endpoint-events.ts";
import { Remote } from "./remote.ts";
import { configureRemote } from "./remote-config.ts";
import { InMemoryNetwork } from "./transport/in-memory-network.ts";
import type { Transport } from "./transport/transport.ts";

function text(value: string): StringValue {
  return create(StringValueSchema, { value });
}

function echo(context: ActorContext): void {
  if (isMessage(context.message, StringValueSchema)) context.respond(text(`re: ${context.message.value}`));
}

/** Collects the texts that reach an actor. */
function collector(): { readonly texts: string[]; readonly receive: (context: ActorContext) => void } {
  const texts: string[] = [];
  return {
    texts,
    receive: ({ message }) => {
      if (isMessage(message, StringValueSchema)) texts.push(message.value);
    },
  };
}

function events<T>(system: RemotePair["a"]["system"], type: new (...args: never[]) => T): T[] {
  const seen: T[] = [];
  system.eventStream.subscribe((event) => {
    if (event instanceof type) seen.push(event);
  });
  return seen;
}

test("messages to which nobody waits for an answer fill a turn of the event loop a quarter as fast as requests", async () => {
  await using pair = await RemotePair.start();
  const { texts, receive } = collector();
  const target = pair.expose("door", receive);
  const { root } = pair.a.system;
  const sender = new TestProbe(pair.a.system).pid;
  const turns = vi.spyOn(pair.clock.eventLoop, "later");
  /** Turns that 16,000 messages take. */
  const turnsFor = async (send: () => void): Promise<number> => {
    turns.mockClear();
    texts.length = 0;
    for (let count = 0; count < 16_000; count++) send();
    await pair.clock.advance(1);
    expect(texts).toHaveLength(16_000);
    return turns.mock.calls.length;
  };
  const oneWay = await turnsFor(() => root.send(target, text("a")));
  const answerable = await turnsFor(() => root.requestWithSender(target, text("a"), sender));
  const requests = await turnsFor(() => void root.requestAsync(target, text("a")).catch(() => {}));
  expect(oneWay).toBeGreaterThan(0);
  expect(answerable).toBe(oneWay);
  expect(requests / oneWay).toBeGreaterThan(3);
});

test("a request reaches an actor in another process and its reply comes back", async () => {
  await using pair = await RemotePair.start();
  const target = pair.expose("echo", echo);
  await expect(pair.a.system.root.requestAsync(target, text("hello"))).resolves.toEqual(text("re: hello"));
});

test("messages arrive once and in the order in which they were sent, whatever delays them", async () => {
  await using pair = await RemotePair.start({ network: { delayMs: { min: 1, max: 100 } } });
  const { texts, receive } = collector();
  const target = pair.expose("collector", receive);
  const sent = Array.from({ length: 5_000 }, (_, n) => String(n));
  for (const value of sent) pair.a.system.root.send(target, text(value));
  await pair.clock.advance(2_000);
  expect(texts).toEqual(sent);
});

test("headers and the sender travel along", async () => {
  await using pair = await RemotePair.start();
  const probe = new TestProbe(pair.b.system);
  const target = pair.expose("relay", ({ message, sender, headers, system }) => {
    if (isMessage(message)) system.root.send(probe.pid, { sender, headers: { ...headers } });
  });
  const asking = new TestProbe(pair.a.system);
  pair.a.system.root.send(target, text("x"), { headers: { trace: "1" } });
  asking.request(target, text("x"));
  await pair.clock.settle();
  expect(probe.messages).toEqual([
    { sender: undefined, headers: { trace: "1" } },
    { sender: expect.objectContaining({ address: "a:1", id: asking.pid.id }), headers: {} },
  ]);
});

test("a message to nobody is answered with a dead letter", async () => {
  await using pair = await RemotePair.start();
  const request = pair.a.system.root.requestAsync(new PID("b:1", "nobody"), text("x"));
  await expect(request).rejects.toMatchObject({ code: "dead_letter" });
});

test("a process that was not exposed cannot be addressed, until it sends something itself", async () => {
  await using pair = await RemotePair.start();
  const hidden = new TestProbe(pair.b.system);
  const pid = new PID("b:1", hidden.pid.id);
  await expect(pair.a.system.root.requestAsync(pid, text("x"))).rejects.toMatchObject({
    code: "dead_letter",
  });
  const inbox = new TestProbe(pair.a.system);
  pair.a.remote.expose(inbox.pid.id);
  hidden.request(new PID("a:1", inbox.pid.id), text("now you know me"));
  await pair.clock.settle();
  pair.a.system.root.send(pid, text("hello"));
  await expect(hidden.next()).resolves.toMatchObject({ message: text("hello") });
});

test("system processes cannot be addressed", async () => {
  await using pair = await RemotePair.start();
  const published = events(pair.b.system, Object);
  pair.a.system.root.send(new PID("b:1", "eventstream"), text("believe me"));
  pair.a.system.root.send(new PID("b:1", "$futures", 1), text("an answer"));
  await pair.clock.settle();
  expect(published.filter((event) => !(event instanceof DeadLetterEvent))).toEqual([]);
});

test("Touch is answered by the remote actor", async () => {
  await using pair = await RemotePair.start();
  const target = pair.expose("echo", echo);
  const answer = await pair.a.system.root.requestAsync(target, new Touch());
  expect(answer).toBeInstanceOf(Touched);
  expect((answer as Touched).who.toString()).toBe("b:1/echo");
});

test("what cannot be serialised fails the request at once and says why", async () => {
  await using pair = await RemotePair.start();
  const target = pair.expose("echo", echo);
  for (const message of [{ plain: "object" }, "text", new Started(), { $typeName: "not.Registered" }]) {
    await expect(pair.a.system.root.requestAsync(target, message)).rejects.toMatchObject({
      code: "not_serializable",
    });
  }
  await expect(pair.a.system.root.requestAsync(target, text("x".repeat(5_000_000)))).rejects.toMatchObject({
    code: "message_too_large",
  });
});

test("a type that the receiver did not register becomes a dead letter there, and its sender is told", async () => {
  await using pair = await RemotePair.start();
  const target = pair.expose("echo", echo);
  pair.a.remote.types.register(DurationSchema);
  await expect(pair.a.system.root.requestAsync(target, create(DurationSchema))).rejects.toMatchObject({
    code: "dead_letter",
  });
});

test("the watcher of a remote actor is told once when it stops", async () => {
  await using pair = await RemotePair.start();
  const target = pair.expose("short-lived", () => {});
  const watcher = new TestProbe(pair.a.system);
  watcher.watch(target);
  await pair.clock.settle();
  pair.b.system.root.stop(new PID("b:1", "short-lived"));
  await pair.clock.advance(60_000);
  expect(watcher.messages).toEqual([expect.objectContaining({ why: "stopped" })]);
  expect((watcher.messages[0] as Terminated).who.toString()).toBe("b:1/short-lived");
});

test("the watcher of an actor that does not exist is told so", async () => {
  await using pair = await RemotePair.start();
  const watcher = new TestProbe(pair.a.system);
  watcher.watch(new PID("b:1", "nobody"));
  await pair.clock.settle();
  expect(watcher.messages).toEqual([expect.objectContaining({ why: "not_found" })]);
});

test("after an unwatch nobody is told", async () => {
  await using pair = await RemotePair.start();
  const target = pair.expose("watched", () => {});
  const watcher = new TestProbe(pair.a.system);
  watcher.watch(target);
  await pair.clock.settle();
  watcher.unwatch(target);
  await pair.clock.settle();
  expect([pair.a.remote.stats.watches, pair.b.remote.stats.watchers]).toEqual([0, 0]);
  pair.b.system.root.stop(new PID("b:1", "watched"));
  await pair.clock.advance(60_000);
  expect(watcher.messages).toEqual([]);
});

test("an address where nobody answers is given up: what waits is dead-lettered, watchers are told once, and an event says so", async () => {
  await using pair = await RemotePair.start();
  const terminated = events(pair.a.system, EndpointTerminatedEvent);
  const letters = events(pair.a.system, DeadLetterEvent);
  const watcher = new TestProbe(pair.a.system);
  watcher.watch(new PID("nowhere:1", "x"));
  const request = pair.a.system.root.requestAsync(new PID("nowhere:1", "x"), text("hello"));
  const refused = expect(request).rejects.toMatchObject({ code: "dead_letter" });
  pair.a.system.root.send(new PID("nowhere:1", "x"), text("anyone?"));
  await pair.clock.advance(5_000);
  await refused;
  expect(terminated).toMatchObject([{ address: "nowhere:1", reason: "unreachable" }]);
  expect(letters.map(({ message }) => message)).toEqual([text("hello"), text("anyone?")]);
  expect(watcher.messages).toEqual([expect.objectContaining({ why: "address_terminated" })]);
});

test("a link that breaks and comes back goes on: nothing that waited is lost, order is kept, and watches still hold", async () => {
  await using pair = await RemotePair.start();
  const connected = events(pair.a.system, EndpointConnectedEvent);
  const { texts, receive } = collector();
  const target = pair.expose("collector", receive);
  const watcher = new TestProbe(pair.a.system);
  watcher.watch(target);
  for (let n = 0; n < 10; n++) pair.a.system.root.send(target, text(`before ${n}`));
  await pair.clock.settle();
  pair.network.cut("a:1", "b:1");
  await pair.clock.settle();
  for (let n = 0; n < 10; n++) pair.a.system.root.send(target, text(`meanwhile ${n}`));
  await pair.clock.advance(100);
  pair.network.heal("a:1", "b:1");
  await pair.clock.advance(1_000);
  expect(texts).toEqual(
    ["before", "meanwhile"].flatMap((when) => Array.from({ length: 10 }, (_, n) => `${when} ${n}`)),
  );
  expect(connected).toHaveLength(2);
  pair.b.system.root.stop(new PID("b:1", "collector"));
  await pair.clock.advance(60_000);
  expect(watcher.messages).toEqual([expect.objectContaining({ why: "stopped" })]);
});

test("a watch that was lost with its connection is made again", async () => {
  await using pair = await RemotePair.start({ network: { delayMs: 10 } });
  const target = pair.expose("mortal", () => {});
  pair.a.system.root.send(target, text("connect"));
  await pair.clock.advance(1_000);
  const watcher = new TestProbe(pair.a.system);
  watcher.watch(target);
  await pair.clock.advance(1);
  pair.network.cut("a:1", "b:1");
  pair.network.heal("a:1", "b:1");
  await pair.clock.advance(1_000);
  pair.b.system.root.stop(new PID("b:1", "mortal"));
  await pair.clock.advance(1_000);
  expect(watcher.messages).toEqual([expect.objectContaining({ why: "stopped" })]);
});

test("an actor that died while the link was down is reported after the reconnect, once", async () => {
  await using pair = await RemotePair.start();
  const target = pair.expose("mortal", () => {});
  const watcher = new TestProbe(pair.a.system);
  watcher.watch(target);
  await pair.clock.settle();
  pair.network.cut("a:1", "b:1");
  pair.b.system.root.stop(new PID("b:1", "mortal"));
  await pair.clock.advance(100);
  pair.network.heal("a:1", "b:1");
  await pair.clock.advance(60_000);
  expect(watcher.messages).toHaveLength(1);
});

test("a member that restarted at its address is another: watchers of the old one are told, and new messages reach the new one", async () => {
  await using pair = await RemotePair.start();
  const target = pair.expose("collector", () => {});
  const terminated = events(pair.a.system, EndpointTerminatedEvent);
  const watcher = new TestProbe(pair.a.system);
  watcher.watch(target);
  await pair.clock.settle();
  await pair.b.remote.shutdown({ graceful: false });
  pair.b = await pair.member("b", 1);
  const { texts, receive } = collector();
  pair.expose("collector", receive);
  await pair.clock.advance(5_000);
  expect(terminated).toMatchObject([{ address: "b:1", reason: "replaced" }]);
  expect(watcher.messages).toEqual([expect.objectContaining({ why: "address_terminated" })]);
  pair.a.system.root.send(target, text("hello again"));
  await pair.clock.settle();
  expect(texts).toEqual(["hello again"]);
});

test("a member that shuts down says goodbye: its peers do not try to reconnect", async () => {
  await using pair = await RemotePair.start();
  const target = pair.expose("echo", echo);
  await pair.a.system.root.requestAsync(target, text("x"));
  const terminated = events(pair.a.system, EndpointTerminatedEvent);
  await pair.b.remote.shutdown();
  await pair.clock.settle();
  expect(terminated).toMatchObject([{ address: "b:1", reason: "said_goodbye" }]);
});

test("what was sent before a graceful shutdown arrives", async () => {
  await using pair = await RemotePair.start();
  const { texts, receive } = collector();
  const target = pair.expose("collector", receive);
  pair.a.system.root.send(target, text("first"));
  await pair.clock.settle();
  pair.a.system.root.send(target, text("last words"));
  await pair.a.remote.shutdown();
  await pair.clock.settle();
  expect(texts).toEqual(["first", "last words"]);
});

test("a system has one remote at a time", async () => {
  await using pair = await RemotePair.start();
  const { system, remote } = pair.a;
  const startAnother = (host: string, port: number) =>
    Remote.start(system, configureRemote(host, port, { transport: pair.network.transport() }));
  await expect(startAnother("a", 2)).rejects.toMatchObject({ code: "invalid_options" });
  await remote.shutdown({ graceful: false });
  await expect(startAnother("b", 1)).rejects.toMatchObject({ code: "listen_failed" });
  const outcomes = await Promise.allSettled([startAnother("a", 2), startAnother("a", 3)]);
  expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected"]);
  expect(system.address).toBe("a:2");
  await (outcomes[0] as PromiseFulfilledResult<Remote>).value.shutdown({ graceful: false });
});

test("a system whose remote could not stop listening may have another", async () => {
  await using pair = await RemotePair.start();
  const { system, remote } = await pair.member("c", 1);
  await remote.shutdown({ graceful: false });
  const transport = pair.network.transport();
  const stuck: Transport = {
    connect: (...call) => transport.connect(...call),
    async listen(at, accept) {
      const { host, port } = await transport.listen(at, accept);
      return { host, port, close: () => Promise.reject(new Error("stuck")) };
    },
  };
  const second = await Remote.start(system, configureRemote("c", 2, { transport: stuck }));
  await expect(second.shutdown({ graceful: false })).rejects.toThrow("stuck");
  await using third = await Remote.start(system, configureRemote("c", 3, { transport }));
  expect(third.address).toBe("c:3");
});

test("after a shutdown messages to other addresses are dead letters", async () => {
  await using pair = await RemotePair.start();
  const target = pair.expose("echo", echo);
  await pair.a.remote.shutdown();
  await expect(pair.a.system.root.requestAsync(target, text("x"))).rejects.toMatchObject({
    code: "dead_letter",
  });
});

test("a thousand dead addresses leave nothing behind", async () => {
  await using pair = await RemotePair.start();
  for (let n = 0; n < 1_000; n++) pair.a.system.root.send(new PID(`dead${n}:1`, "x"), text("anyone?"));
  expect(pair.a.remote.stats.endpoints).toBe(1_000);
  await pair.clock.advance(10_000);
  expect(pair.a.remote.stats.endpoints).toBe(0);
  expect(pair.a.system.stats.deadLetters.unreachable).toBe(1_000);
  expect(pair.clock.scheduled).toBeLessThan(5);
});

test("watches that ended leave nothing behind on either side", async () => {
  await using pair = await RemotePair.start();
  const watcher = new TestProbe(pair.a.system);
  for (let n = 0; n < 1_000; n++) watcher.watch(pair.expose(`mortal-${n}`, () => {}));
  await pair.clock.settle();
  expect([pair.a.remote.stats.watches, pair.b.remote.stats.watchers]).toEqual([1_000, 1_000]);
  for (let n = 0; n < 1_000; n++) pair.b.system.root.stop(new PID("b:1", `mortal-${n}`));
  await pair.clock.settle();
  expect(watcher.messages).toHaveLength(1_000);
  expect([pair.a.remote.stats.watches, pair.b.remote.stats.watchers]).toEqual([0, 0]);
});

test("publishing that an address is terminated ends its endpoint", async () => {
  await using pair = await RemotePair.start();
  const target = pair.expose("echo", echo);
  const watcher = new TestProbe(pair.a.system);
  watcher.watch(target);
  await pair.clock.settle();
  const terminated = events(pair.a.system, EndpointTerminatedEvent);
  pair.a.system.eventStream.publish(new EndpointTerminatedEvent("b:1"));
  await pair.clock.settle();
  expect(watcher.messages).toEqual([expect.objectContaining({ why: "address_terminated" })]);
  expect(terminated.length).toBeGreaterThan(0);
  await expect(pair.a.system.root.requestAsync(target, text("x"))).resolves.toEqual(text("re: x"));
});

test("more than fits into the buffer is refused as overloaded, without losing what waits", async () => {
  await using pair = await RemotePair.start({ remote: { maxBufferBytes: 100_000 } });
  const { texts, receive } = collector();
  const target = pair.expose("collector", receive);
  const letters = events(pair.a.system, DeadLetterEvent);
  for (let n = 0; n < 100; n++) pair.a.system.root.send(target, text(`${n}`.padStart(10_000)));
  await expect(pair.a.system.root.requestAsync(target, text("x"))).rejects.toMatchObject({
    code: "overloaded",
  });
  await pair.clock.settle();
  expect(texts.length + letters.length).toBe(101);
  expect(texts.map(Number)).toEqual(texts.map((_, n) => n));
});

test("without the token that a peer asks for, what is sent comes back and watchers are told", async () => {
  await using pair = await RemotePair.start();
  const guarded = await pair.member("c", 1, { clusterToken: "a token of some length" });
  const nobody = new PID(guarded.remote.address, "x");
  const letters = events(pair.a.system, DeadLetterEvent);
  const watcher = new TestProbe(pair.a.system);
  watcher.watch(nobody);
  pair.a.system.root.send(nobody, text("x"));
  await pair.clock.advance(5_000);
  expect(letters).toMatchObject([{ message: text("x") }]);
  expect(watcher.messages).toEqual([expect.objectContaining({ why: "address_terminated" })]);
  await guarded.remote.shutdown({ graceful: false });
});

test("to stop processes of a peer that does not answer takes no more of the buffer than other messages", async () => {
  await using pair = await RemotePair.start({ remote: { maxBufferBytes: 10_000 } });
  const { system } = pair.a;
  const letters = events(system, DeadLetterEvent);
  const nobody = new PID("nobody:1", "x");
  for (let n = 0; n < 50_000; n++) system.root.stop(nobody);
  // Each takes two bytes at least.
  expect(50_000 - letters.length).toBeGreaterThan(100);
  expect(50_000 - letters.length).toBeLessThan(6_000);
  expect(letters[0]).toMatchObject({ reason: "overloaded" });
});

test("a peer that we blocked is refused", async () => {
  await using pair = await RemotePair.start();
  const target = pair.expose("echo", echo);
  pair.b.remote.blockList.add(pair.a.system.id);
  const terminated = events(pair.a.system, EndpointTerminatedEvent);
  await expect(pair.a.system.root.requestAsync(target, text("x"))).rejects.toMatchObject({
    code: "dead_letter",
  });
  expect(terminated).toMatchObject([{ address: "b:1", reason: "refused" }]);
});

test("a system that peers have blocked is told, and talks to them again under another id", async () => {
  await using pair = await RemotePair.start();
  const { system, remote } = pair.a;
  const target = pair.expose("echo", echo);
  const blocked = events(system, BlockedByPeerEvent);
  const terminated = events(system, EndpointTerminatedEvent);
  await system.root.requestAsync(target, text("x"));
  pair.b.remote.blockList.add(system.id);
  remote.rename("a-again");
  await expect(system.root.requestAsync(target, text("y"))).resolves.toEqual(text("re: y"));
  expect([blocked, terminated]).toMatchObject([[], [{ address: "b:1", reason: "stopped" }]]);
  remote.rename(system.id);
  await expect(system.root.requestAsync(target, text("z"))).rejects.toMatchObject({ code: "dead_letter" });
  expect(blocked).toMatchObject([{ address: "b:1" }]);
});

test("the open connection of a peer that was blocked is closed after a while, and the peer finds out why", async () => {
  await using pair = await RemotePair.start();
  const { system } = pair.a;
  const target = pair.expose("echo", echo);
  const blocked = events(system, BlockedByPeerEvent);
  await system.root.requestAsync(target, text("x"));
  pair.b.remote.blockList.add(system.id);
  await pair.clock.advance(2_900);
  await expect(system.root.requestAsync(target, text("y"))).resolves.toEqual(text("re: y"));
  expect(pair.b.remote.stats.sessions).toBe(1);
  await pair.clock.advance(1_000);
  expect(pair.b.remote.stats.sessions).toBe(0);
  expect(blocked).toMatchObject([{ address: "b:1" }]);
});

test("it says what is spoken at an address as long as there is an open connection to it", async () => {
  await using pair = await RemotePair.start();
  const { remote, system } = pair.a;
  const target = pair.expose("door", () => {});
  expect(remote.dialectAt("b:1")).toBeUndefined();
  system.root.send(target, text("hello"));
  expect(remote.dialectAt("b:1")).toBeUndefined();
  await pair.clock.settle();
  expect(remote.dialectAt("b:1")).toBe("ts-grain");
  expect(pair.b.remote.dialectAt("a:1")).toBeUndefined();
  pair.network.cut("a:1", "b:1");
  await pair.clock.settle();
  expect(remote.dialectAt("b:1")).toBeUndefined();
});

test.for([
  { isInsecure: true, warnings: ["listening without TLS where other machines can connect"] },
  { isInsecure: false, warnings: [] },
])("a start is warned of if it is insecure: $isInsecure", async ({ isInsecure, warnings }) => {
  const clock = new VirtualClock();
  const inner = new InMemoryNetwork({ clock }).transport();
  const transport: Transport = {
    listen: async (at, accept) => ({ ...(await inner.listen(at, accept)), isInsecure }),
    connect: inner.connect.bind(inner),
  };
  const warned: string[] = [];
  const warn = (_fields: object, message: string) => void warned.push(message);
  const system = new ActorSystem({ clock, logger: { debug() {}, info() {}, warn, error() {} } });
  await using remote = await Remote.start(system, configureRemote("host", 1, { transport }));
  expect(remote.address).toBe("host:1");
  expect(warned.map((message) => message.split(":")[0])).toEqual(warnings);
});
