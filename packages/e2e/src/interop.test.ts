import { create, fromBinary, toBinary, toJson } from "@bufbuild/protobuf";
import { type StringValue, StringValueSchema, VersionSchema } from "@bufbuild/protobuf/wkt";
import { PID, Touch, type Touched } from "@ts-grain/actor";
import { TestProbe } from "@ts-grain/actor/testing";
import { EndpointConnectedEvent, EndpointTerminatedEvent, GrpcTransport } from "@ts-grain/remote";
import { CapturingListener, RawPeer } from "@ts-grain/remote/testing";
import { afterAll, afterEach, beforeEach, describe, expect, test } from "vitest";
import { buildGoPeer, GoPeer, goVersions } from "./go-peer.ts";
import { type Direction, InteropTranscript } from "./interop-transcript.ts";
import { TextMember, text } from "./text-member.ts";
import { TextProcess } from "./text-process.ts";

// docs/interop.md shows what these tests print at the end, and docs/interop.test.mjs compares the two.

describe.skipIf(!buildGoPeer())("with Proto.Actor Go", () => {
  let go: GoPeer;
  let ours: TextMember;
  const transcript = new InteropTranscript();

  afterAll(() => console.log(transcript.toString(goVersions())));

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

  function saw(number: number, direction: Direction, seen: string): void {
    const title = expect.getState().currentTestName!.split(" > ").at(-1)!;
    transcript.note({ number, direction, title, seen });
  }

  /** How the last of Go's connections to us has ended, as it logs it. */
  const goLogged = () =>
    /EndpointWriter (got DisconnectRequest|lost connection|stream completed)/.exec(go.printed)?.[0];

  const goActor = (id: string) => new PID(go.address, id);

  /** Has the Go process do something to a process of ours, and returns what it reports. */
  async function tellGo(order: object): Promise<string> {
    const command = JSON.stringify({ address: ours.remote.address, ...order });
    const answer = (await ours.request(goActor("control"), text(command))) as StringValue;
    return answer.value;
  }

  test("our request is answered by a Go actor", async () => {
    const connected = ours.next(EndpointConnectedEvent);
    await expect(ours.request(goActor("echo"), text("hello"))).resolves.toEqual(text("go: hello"));
    await expect(connected).resolves.toMatchObject({ address: go.address });
    saw(1, "us → Go", "EndpointConnectedEvent");
    expect(go.isAlive).toBe(true);
  });

  test("a Go actor's request is answered by ours", async () => {
    await expect(tellGo({ do: "request", id: "echo", text: "hello" })).resolves.toBe("answer: ts: hello");
    expect(ours.remote.stats.sessions).toBe(1);
    saw(1, "Go → us", "one session");
    expect(go.isAlive).toBe(true);
  });

  test("every greeting is answered, also a second one, on both sides", async () => {
    const greetTwice = async (address: string) => {
      const peer = await RawPeer.connect(new GrpcTransport(), address);
      peer.greet().greet();
      const answers = () => peer.answers.map(({ messageType }) => messageType.case);
      await expect.poll(answers).toEqual(["connectResponse", "connectResponse"]);
      peer.close();
      return answers().join(", ");
    };
    saw(1, "raw peer → Go", await greetTwice(go.address));
    saw(1, "raw peer → us", await greetTwice(ours.remote.address));
    expect(go.isAlive).toBe(true);
  });

  test("a request id comes back with the reply, from both sides", async () => {
    await using listener = await CapturingListener.start(new GrpcTransport());
    const ask77 = async (address: string) => {
      const peer = await RawPeer.connect(new GrpcTransport(), address);
      peer.greet({ address: listener.address }).batch({
        typeNames: [StringValueSchema.typeName],
        targets: [{ Address: address, Id: "echo" }],
        senders: [{ Address: listener.address, Id: "asker" }],
        envelopes: [{ sender: 1, senderRequestId: 77, messageData: toBinary(StringValueSchema, text("x")) }],
      });
      const { targets, envelopes } = await listener.nextBatch();
      peer.close();
      return [targets[0]?.Id, envelopes[0]?.targetRequestId];
    };
    // Go gives its own requests no number: only a raw peer asks us with one.
    const answers = [await ask77(go.address), await ask77(ours.remote.address)];
    expect(answers).toEqual([
      ["asker", 77],
      ["asker", 77],
    ]);
    saw(5, "raw peer → Go", answers[0]!.join(" "));
    saw(5, "raw peer → us", answers[1]!.join(" "));
    expect(go.isAlive).toBe(true);
  });

  test("headers arrive on both sides", async () => {
    const headers = { trace: "1", user: "ä" };
    const fromGo = (await ours.system.root.requestAsync(goActor("echo"), text("x"), {
      headers,
    })) as StringValue;
    expect(fromGo.value).toBe("go: x with trace=1,user=ä");
    saw(6, "us → Go", fromGo.value);
    const order = { do: "request with headers", id: "echo", text: "x", headers: { trace: "2", user: "ö" } };
    const fromUs = await tellGo(order);
    expect(fromUs).toBe("answer: ts: x trace=2 user=ö");
    saw(6, "Go → us", fromUs);
    expect(go.isAlive).toBe(true);
  });

  test("Touch is answered on both sides", async () => {
    const who = ((await ours.request(goActor("echo"), new Touch())) as Touched).who.toString();
    expect(who).toBe(`${go.address}/echo`);
    saw(2, "us → Go", `Touched ${who}`);
    const answer = await tellGo({ do: "touch", id: "echo" });
    expect(answer).toBe(`touched: ${ours.remote.address}/echo`);
    saw(2, "Go → us", answer);
    expect(go.isAlive).toBe(true);
  });

  test("a request to nobody is a dead letter on both sides", async () => {
    await expect(ours.request(goActor("nobody"), text("x"))).rejects.toMatchObject({ code: "dead_letter" });
    saw(3, "us → Go", "dead_letter");
    const answer = await tellGo({ do: "request", id: "nobody", text: "x" });
    expect(answer).toBe("error: future: dead letter");
    saw(3, "Go → us", answer);
    expect(go.isAlive).toBe(true);
  });

  test("a watch of nobody is answered on both sides", async () => {
    const watcher = new TestProbe(ours.system);
    watcher.watch(goActor("nobody"));
    const { message } = await watcher.next();
    expect(message).toMatchObject({ who: goActor("nobody"), why: "not_found" });
    saw(4, "us → Go", "Terminated not_found");
    const report = new TestProbe(ours.system);
    report.request(
      goActor("control"),
      text(JSON.stringify({ do: "watch", address: ours.remote.address, id: "nobody" })),
    );
    expect((await report.next()).message).toEqual(text("watching"));
    // Go replaces the reason that a remote gives by "Stopped".
    const told = (await report.next()).message as StringValue;
    expect(told.value).toBe(`terminated: ${ours.remote.address}/nobody Stopped`);
    saw(4, "Go → us", told.value);
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
    // Go sends no JSON: in this direction there is nothing of it to see.
    saw(7, "raw peer → us", answers.join(", "));
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
    saw(7, "us → Go", answer.value);
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
    saw(10, "us → Go", "Terminated address_terminated; go: again");
    expect(go.isAlive).toBe(true);
  });

  test("Go's watcher hears of a process of ours that was killed, and traffic resumes with its successor", async () => {
    await using killed = await TextProcess.fork();
    await killed.start({});
    const { address } = killed;
    const report = new TestProbe(ours.system);
    report.request(goActor("control"), text(JSON.stringify({ do: "watch", address, id: "echo" })));
    expect((await report.next()).message).toEqual(text("watching"));
    await expect(tellGo({ do: "request", address, id: "echo", text: "x" })).resolves.toBe("answer: ts: x");
    await killed.kill();
    const told = (await report.next({ timeoutMs: 15_000 })).message as StringValue;
    expect(told.value).toBe(`terminated: ${address}/echo AddressTerminated`);
    expect(goLogged()).toBe("EndpointWriter lost connection");
    await using _successor = await TextMember.start({ port: Number(address.split(":")[1]) });
    const answer = await tellGo({ do: "request", address, id: "echo", text: "again" });
    expect(answer).toBe("answer: ts: again");
    saw(10, "Go → us", `Go's log: ${goLogged()}; ${told.value}; ${answer}`);
    expect(go.isAlive).toBe(true);
  });

  test("Go's goodbye ends our endpoint, and the next message dials again", async () => {
    await ours.request(goActor("echo"), text("x"));
    const terminated = ours.next(EndpointTerminatedEvent);
    await go.shutdown();
    await expect(terminated).resolves.toMatchObject({ address: go.address, reason: "said_goodbye" });
    saw(11, "Go → us", "EndpointTerminatedEvent said_goodbye");
    go = await GoPeer.start({ port: go.port });
    const connected = ours.next(EndpointConnectedEvent);
    await expect(ours.request(goActor("echo"), text("again"))).resolves.toEqual(text("go: again"));
    await connected;
    expect(go.isAlive).toBe(true);
  });

  test("our goodbye reaches Go and ends its endpoint, and its next message dials again", async () => {
    const { address } = ours.remote;
    await tellGo({ do: "request", id: "echo", text: "x" });
    await ours.remote.shutdown();
    await ours.system.shutdown();
    // A connection that ends without a word would end the endpoint as well: Go logs what it has read.
    await expect.poll(goLogged).toBe("EndpointWriter got DisconnectRequest");
    ours = await TextMember.start({ port: Number(address.split(":")[1]) });
    const answer = await tellGo({ do: "request", id: "echo", text: "again" });
    expect(answer).toBe("answer: ts: again");
    saw(11, "us → Go", `Go's log: ${goLogged()}; ${answer}`);
    expect(go.isAlive).toBe(true);
  });
});
