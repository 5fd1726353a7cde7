import { create, fromBinary, toBinary, toJson } from "@bufbuild/protobuf";
import { type StringValue, StringValueSchema, VersionSchema } from "@bufbuild/protobuf/wkt";
import { PID, Touch, type Touched } from "@ts-grain/actor";
import { TestProbe } from "@ts-grain/actor/testing";
import { EndpointConnectedEvent, EndpointTerminatedEvent, GrpcTransport } from "@ts-grain/remote";
import { CapturingListener, RawPeer } from "@ts-grain/remote/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { buildGoPeer, GoPeer } from "./go-peer.ts";
import { TextMember, text } from "./text-member.ts";

describe.skipIf(!buildGoPeer())("with Proto.Actor Go", () => {
  let go: GoPeer;
  let ours: TextMember;

  beforeEach(async () => {
    [go, ours] = await Promise.all([GoPeer.start(), TextMember.start()]);
  });

  afterEach(async () => {
    await ours[Symbol.asyncDispose]();
    if (!go.isEnded) await expectAlive();
    await go[Symbol.asyncDispose]();
  });

  /** Nothing that it was sent before has ended it: it still answers somebody new. */
  async function expectAlive(): Promise<void> {
    await using witness = await TextMember.start();
    const answer = witness.request(new PID(go.address, "echo"), text("still there"));
    await expect(answer).resolves.toMatchObject({ value: expect.stringContaining("still there") });
    expect(go.isAlive).toBe(true);
  }

  const goActor = (id: string) => new PID(go.address, id);

  /** Has the Go process do something to a process of ours, and returns what it reports. */
  async function tellGo(order: object): Promise<string> {
    const command = JSON.stringify({ address: ours.remote.address, ...order });
    const answer = (await ours.request(goActor("control"), text(command))) as StringValue;
    return answer.value;
  }

  test("our request is answered by a Go actor", async () => {
    await expect(ours.request(goActor("echo"), text("hello"))).resolves.toEqual(text("go: hello"));
    expect(go.isAlive).toBe(true);
  });

  test("a Go actor's request is answered by ours", async () => {
    await expect(tellGo({ do: "request", id: "echo", text: "hello" })).resolves.toBe("answer: ts: hello");
    expect(go.isAlive).toBe(true);
  });

  test("every greeting is answered, also a second one, on both sides", async () => {
    for (const address of [go.address, ours.remote.address]) {
      const peer = await RawPeer.connect(new GrpcTransport(), address);
      peer.greet().greet();
      await expect
        .poll(() => peer.answers.map(({ messageType }) => messageType.case))
        .toEqual(["connectResponse", "connectResponse"]);
      peer.close();
    }
    expect(go.isAlive).toBe(true);
  });

  test("a request id comes back with the reply, from both sides", async () => {
    await using listener = await CapturingListener.start(new GrpcTransport());
    for (const address of [go.address, ours.remote.address]) {
      const peer = await RawPeer.connect(new GrpcTransport(), address);
      peer.greet({ address: listener.address }).batch({
        typeNames: [StringValueSchema.typeName],
        targets: [{ Address: address, Id: "echo" }],
        senders: [{ Address: listener.address, Id: "asker" }],
        envelopes: [{ sender: 1, senderRequestId: 77, messageData: toBinary(StringValueSchema, text("x")) }],
      });
      const { targets, envelopes } = await listener.nextBatch();
      expect([targets[0]?.Id, envelopes[0]?.targetRequestId]).toEqual(["asker", 77]);
      peer.close();
    }
    expect(go.isAlive).toBe(true);
  });

  test("headers arrive on both sides", async () => {
    const answer = ours.system.root.requestAsync(goActor("echo"), text("x"), {
      headers: { trace: "1", user: "ä" },
    });
    await expect(answer).resolves.toEqual(text("go: x with trace=1,user=ä"));
    const order = { do: "request with headers", id: "echo", text: "x", headers: { trace: "2", user: "ö" } };
    await expect(tellGo(order)).resolves.toBe("answer: ts: x trace=2 user=ö");
    expect(go.isAlive).toBe(true);
  });

  test("Touch is answered on both sides", async () => {
    const touched = await ours.request(goActor("echo"), new Touch());
    expect((touched as Touched).who.toString()).toBe(`${go.address}/echo`);
    await expect(tellGo({ do: "touch", id: "echo" })).resolves.toBe(`touched: ${ours.remote.address}/echo`);
    expect(go.isAlive).toBe(true);
  });

  test("a request to nobody is a dead letter on both sides", async () => {
    await expect(ours.request(goActor("nobody"), text("x"))).rejects.toMatchObject({ code: "dead_letter" });
    await expect(tellGo({ do: "request", id: "nobody", text: "x" })).resolves.toBe(
      "error: future: dead letter",
    );
    expect(go.isAlive).toBe(true);
  });

  test("a watch of nobody is answered on both sides", async () => {
    const watcher = new TestProbe(ours.system);
    watcher.watch(goActor("nobody"));
    expect((await watcher.next()).message).toMatchObject({ why: "not_found" });
    const report = new TestProbe(ours.system);
    report.request(
      goActor("control"),
      text(JSON.stringify({ do: "watch", address: ours.remote.address, id: "nobody" })),
    );
    expect((await report.next()).message).toEqual(text("watching"));
    // Go replaces the reason that a remote gives by "Stopped".
    expect((await report.next()).message).toEqual(text(`terminated: ${ours.remote.address}/nobody Stopped`));
    expect(go.isAlive).toBe(true);
  });

  test("the watcher of a living actor is told once when it stops, on both sides; not so after an unwatch", async () => {
    const anna = await ours.remote.spawn({ address: go.address, kind: "echo" }, { name: "anna" });
    const watcher = new TestProbe(ours.system);
    watcher.watch(anna);
    await ours.request(anna, text("x"));
    ours.system.root.stop(anna);
    expect((await watcher.next()).message).toMatchObject({ why: "stopped" });

    const report = new TestProbe(ours.system);
    const order = (what: string, id: string) =>
      text(JSON.stringify({ do: what, address: ours.remote.address, id }));
    report.request(goActor("control"), order("watch", "echo"));
    report.request(goActor("control"), order("watch", "collector"));
    report.request(goActor("control"), order("unwatch", "echo"));
    for (const answer of ["watching", "watching", "not watching"])
      expect((await report.next()).message).toEqual(text(answer));
    await tellGo({ do: "request", id: "echo", text: "x" });
    for (const id of ["echo", "collector"]) ours.system.root.stop(ours.pid(id));
    expect((await report.next()).message).toEqual(
      text(`terminated: ${ours.remote.address}/collector Stopped`),
    );
    await ours.request(goActor("echo"), text("x"));
    expect([watcher.messages, report.messages]).toEqual([[], []]);
    expect(go.isAlive).toBe(true);
  });

  test("we spawn an actor of an allowed kind on Go, and Go on us", async () => {
    const place = { address: go.address, kind: "echo" };
    const anna = await ours.remote.spawn(place, { name: "anna" });
    expect(anna.toString()).toBe(`${go.address}/activator/Remote$anna`);
    await expect(ours.request(anna, text("x"))).resolves.toEqual(text("go: x"));
    await expect(ours.remote.spawn(place, { name: "anna" })).rejects.toMatchObject({ code: "name_taken" });

    await expect(tellGo({ do: "spawn", kind: "echo", id: "bert" })).resolves.toBe(
      "spawned: 0 activator/Remote$bert",
    );
    const request = { do: "request", id: "activator/Remote$bert", text: "x" };
    await expect(tellGo(request)).resolves.toBe("answer: ts: x");
    await expect(tellGo({ do: "spawn", kind: "echo", id: "bert" })).resolves.toBe(
      "spawned: 3 activator/Remote$bert",
    );
    await expect(tellGo({ do: "spawn", kind: "other" })).resolves.toBe("spawned: 4 ");
    await expect(tellGo(request)).resolves.toBe("answer: ts: x");
    expect(go.isAlive).toBe(true);
  });

  test("Go stops on us only what was spawned for peers", async () => {
    await tellGo({ do: "spawn", kind: "echo", id: "bert" });
    await tellGo({ do: "stop", id: "echo" });
    await tellGo({ do: "stop", id: "activator/Remote$bert" });
    await expect(tellGo({ do: "request", id: "activator/Remote$bert", text: "x" })).resolves.toBe(
      "error: future: dead letter",
    );
    await expect(tellGo({ do: "request", id: "echo", text: "x" })).resolves.toBe("answer: ts: x");
    expect(go.isAlive).toBe(true);
  });

  test("whom Go has blocked is refused, and whom we have blocked gets through no more", async () => {
    await using second = await TextMember.start();
    await expect(tellGo({ do: "block", id: second.system.id })).resolves.toBe("blocked");
    const terminated = second.next(EndpointTerminatedEvent);
    await expect(second.request(goActor("echo"), text("x"))).rejects.toMatchObject({ code: "dead_letter" });
    await expect(terminated).resolves.toMatchObject({ reason: "refused" });

    // Go blocks what comes, not where it sends to itself.
    await tellGo({ do: "flood", address: second.remote.address, id: "collector", text: "x", count: 1 });
    await expect.poll(() => second.collected).toEqual(["0 x"]);
    const greeting = await RawPeer.connect(new GrpcTransport(), second.remote.address);
    second.remote.blockList.add("raw-peer");
    greeting.greet();
    await expect.poll(() => greeting.isClosed).toBe(true);
    expect(greeting.answers).toMatchObject([{ messageType: { value: { blocked: true } } }]);
    expect(go.isAlive).toBe(true);
  });

  test("JSON of a type that we know is read on our side", async () => {
    await using listener = await CapturingListener.start(new GrpcTransport());
    const { address } = ours.remote;
    const peer = await RawPeer.connect(new GrpcTransport(), address);
    peer.greet({ address: listener.address }).batch({
      typeNames: [StringValueSchema.typeName, "x.Unknown"],
      targets: [{ Address: address, Id: "echo" }],
      senders: [{ Address: listener.address, Id: "asker" }],
      envelopes: [
        { sender: 1, serializerId: 1, messageData: Buffer.from('"from JSON"') },
        { sender: 1, serializerId: 1, typeId: 1, messageData: Buffer.from("{}") },
      ],
    });
    const answers: string[] = [];
    while (answers.length < 2) {
      const { typeNames, envelopes } = await listener.nextBatch();
      for (const { typeId, messageData } of envelopes) {
        answers.push(
          typeNames[typeId] === StringValueSchema.typeName
            ? fromBinary(StringValueSchema, messageData).value
            : typeNames[typeId]!,
        );
      }
    }
    expect(answers).toEqual(["actor.DeadLetterResponse", "ts: from JSON"]);
    peer.close();
  });

  test("many messages of some size arrive in order, on both sides", async () => {
    const count = 3_000;
    const texts = Array.from({ length: count }, (_, n) => `${n} ${"x".repeat(1_000)}`);
    const answers = await Promise.all(texts.map((value) => ours.request(goActor("echo"), text(value))));
    expect(answers).toEqual(texts.map((value) => text(`go: ${value}`)));
    await tellGo({ do: "flood", id: "collector", text: "y".repeat(1_000), count });
    await expect.poll(() => ours.collected.length, { timeout: 10_000 }).toBe(count);
    expect(ours.collected.map((value) => Number.parseInt(value, 10))).toEqual(texts.map((_, n) => n));
    expect(go.isAlive).toBe(true);
  });

  test("a type that Go may not know reaches its actors as opaque JSON", async () => {
    ours.remote.types.register(VersionSchema);
    const message = create(VersionSchema, { major: 3, suffix: "rc" });
    const answer = (await ours.request(goActor("echo"), message)) as StringValue;
    expect(answer.value).toBe(
      `json: google.protobuf.compiler.Version ${JSON.stringify(toJson(VersionSchema, message))}`,
    );
    expect(go.isAlive).toBe(true);
  });

  test("our watcher hears of a Go process that was killed, and traffic resumes with its successor", async () => {
    const watcher = new TestProbe(ours.system);
    watcher.watch(goActor("echo"));
    await ours.request(goActor("echo"), text("x"));
    const terminated = ours.next(EndpointTerminatedEvent);
    await go.kill();
    expect((await watcher.next({ timeoutMs: 10_000 })).message).toMatchObject({ why: "address_terminated" });
    await terminated;
    go = await GoPeer.start({ port: go.port });
    await expect(ours.request(goActor("echo"), text("again"))).resolves.toEqual(text("go: again"));
    expect(go.isAlive).toBe(true);
  });

  test("Go's watcher hears that our member has closed its connections without a goodbye, and traffic resumes with its successor", async () => {
    await using observer = await TextMember.start();
    const report = new TestProbe(observer.system);
    const { address } = ours.remote;
    report.request(goActor("control"), text(JSON.stringify({ do: "watch", address, id: "echo" })));
    await report.next({ timeoutMs: 5_000 });
    await tellGo({ do: "request", id: "echo", text: "x" });
    await ours[Symbol.asyncDispose]();
    expect((await report.next({ timeoutMs: 15_000 })).message).toEqual(
      text(`terminated: ${address}/echo AddressTerminated`),
    );
    ours = await TextMember.start({ port: Number(address.split(":")[1]) });
    await expect(tellGo({ do: "request", id: "echo", text: "again" })).resolves.toBe("answer: ts: again");
    expect(go.isAlive).toBe(true);
  });

  test("Go's goodbye ends our endpoint, and the next message dials again", async () => {
    await ours.request(goActor("echo"), text("x"));
    const terminated = ours.next(EndpointTerminatedEvent);
    await go.shutdown();
    await expect(terminated).resolves.toMatchObject({ address: go.address, reason: "said_goodbye" });
    go = await GoPeer.start({ port: go.port });
    const connected = ours.next(EndpointConnectedEvent);
    await expect(ours.request(goActor("echo"), text("again"))).resolves.toEqual(text("go: again"));
    await connected;
    expect(go.isAlive).toBe(true);
  });

  test("our goodbye ends Go's endpoint, and its next message dials again", async () => {
    const { address } = ours.remote;
    await tellGo({ do: "request", id: "echo", text: "x" });
    await ours.remote.shutdown();
    await ours.system.shutdown();
    ours = await TextMember.start({ port: Number(address.split(":")[1]) });
    await expect(tellGo({ do: "request", id: "echo", text: "again" })).resolves.toBe("answer: ts: again");
    expect(go.isAlive).toBe(true);
  });
});
