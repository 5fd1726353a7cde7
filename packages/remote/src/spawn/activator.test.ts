import { create, isMessage } from "@bufbuild/protobuf";
import { type StringValue, StringValueSchema } from "@bufbuild/protobuf/wkt";
import { type ActorContext, PID, propsFromFunction, propsFromProducer } from "@ts-grain/actor";
import { TestProbe } from "@ts-grain/actor/testing";
import { expect, test } from "vitest";
import { RemotePair } from "../../test/remote-pair.ts";
import { ActorPidRequestSchema, type ActorPidResponse } from "../gen/remote/remote_pb.ts";

function text(value: string): StringValue {
  return create(StringValueSchema, { value });
}

function greet(context: ActorContext): void {
  const { message } = context;
  if (isMessage(message, StringValueSchema)) context.respond(text(`hello ${message.value}`));
}

const spawnable = new Map([
  ["greeter", propsFromFunction(greet)],
  [
    "broken",
    propsFromProducer(() => {
      throw new Error("cannot be made");
    }),
  ],
]);

const greeter = { address: "b:1", kind: "greeter" };

test("a peer's actor of an allowed kind is spawned, and can be talked to, watched and stopped", async () => {
  await using pair = await RemotePair.start({ remote: { spawnable } });
  const { system, remote } = pair.a;
  const pid = await remote.spawn(greeter, { name: "anna" });
  expect(pid.toString()).toBe("b:1/activator/Remote$anna");
  await expect(system.root.requestAsync(pid, text("you"))).resolves.toEqual(text("hello you"));
  const watcher = new TestProbe(system);
  watcher.watch(pid);
  await pair.clock.settle();
  system.root.stop(pid);
  await pair.clock.settle();
  expect(watcher.messages).toEqual([expect.objectContaining({ why: "stopped" })]);
});

test("who names no name gets an actor of its own each time", async () => {
  await using pair = await RemotePair.start({ remote: { spawnable } });
  const [first, second] = [await pair.a.remote.spawn(greeter), await pair.a.remote.spawn(greeter)];
  expect(first.id).not.toBe(second.id);
});

test("a name that a process makes up is none that the process before at its address made up", async () => {
  await using pair = await RemotePair.start({ remote: { spawnable } });
  const first = await pair.a.remote.spawn(greeter);
  await pair.b.remote.shutdown({ graceful: false });
  pair.b = await pair.member("b", 1);
  await pair.clock.advance(10_000);
  const second = await pair.a.remote.spawn(greeter);
  expect(second.id).not.toBe(first.id);
});

test("a taken name is refused, and the answer says whose it is, as Go's does", async () => {
  await using pair = await RemotePair.start({ remote: { spawnable } });
  const { system, remote } = pair.a;
  await remote.spawn(greeter, { name: "anna" });
  await expect(remote.spawn(greeter, { name: "anna" })).rejects.toMatchObject({ code: "name_taken" });
  const request = create(ActorPidRequestSchema, { kind: "greeter", name: "anna" });
  const answer = await system.root.requestAsync<ActorPidResponse>(new PID("b:1", "activator"), request);
  expect(answer).toMatchObject({ statusCode: 3, pid: { Address: "b:1", Id: "activator/Remote$anna" } });
});

test.for([
  { name: "of a kind that was not allowed", place: { ...greeter, kind: "__proto__" }, options: {} },
  { name: "that cannot be made", place: { ...greeter, kind: "broken" }, options: {} },
  { name: "below another one", place: greeter, options: { name: "anna/child" } },
  { name: "with a very long name", place: greeter, options: { name: "x".repeat(257) } },
])("an actor $name is refused, and those that live are left alone", async ({ place, options }) => {
  await using pair = await RemotePair.start({ remote: { spawnable } });
  const { system, remote } = pair.a;
  const living = await remote.spawn(greeter);
  await expect(remote.spawn(place, options)).rejects.toMatchObject({ code: "spawn_refused" });
  await expect(system.root.requestAsync(living, text("you"))).resolves.toEqual(text("hello you"));
});

test("without a kind that is allowed there is no activator", async () => {
  await using pair = await RemotePair.start();
  await expect(pair.a.remote.spawn(greeter)).rejects.toMatchObject({ code: "dead_letter" });
});

test("a peer cannot stop the activator, only what it spawned", async () => {
  await using pair = await RemotePair.start({ remote: { spawnable } });
  const { system, remote } = pair.a;
  system.root.stop(new PID("b:1", "activator"));
  system.root.poison(new PID("b:1", "activator"));
  await pair.clock.settle();
  await expect(remote.spawn(greeter)).resolves.toBeInstanceOf(PID);
});

test("what peers spawned ends with the remote", async () => {
  await using pair = await RemotePair.start({ remote: { spawnable } });
  const { id } = await pair.a.remote.spawn(greeter);
  await pair.b.remote.shutdown();
  await pair.clock.settle();
  expect(pair.b.system.processes.getLocal(id)).toBeUndefined();
});
