// Who can settle a request, as docs/decisions/0030-who-may-answer.md has it.
import { create, isMessage, toBinary } from "@bufbuild/protobuf";
import { type StringValue, StringValueSchema } from "@bufbuild/protobuf/wkt";
import { type ActorContext, PID, propsFromFunction } from "@ts-grain/actor";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type PairOptions, RemotePair } from "../test/remote-pair.ts";
import { CapturingListener, RawPeer } from "./testing/raw-peer.ts";

const text = (value: string) => create(StringValueSchema, { value });

/** Answers in the name of the actor's member. */
function echo(context: ActorContext): void {
  if (isMessage(context.message, StringValueSchema)) context.respond(text(`re: ${context.message.value}`));
}

/** Where a request is to be answered, as its receiver sees it. */
interface ReplyTo {
  readonly id: string;
  readonly number: number;
}

/** A batch that answers a request of `a`. */
function answerTo({ id, number }: ReplyTo, value: string) {
  return {
    typeNames: [StringValueSchema.typeName],
    targets: [{ Address: "a:1", Id: id }],
    envelopes: [{ messageData: toBinary(StringValueSchema, text(value)), targetRequestId: number }],
  };
}

function ask({ a, clock }: RemotePair, target: PID): Promise<StringValue> {
  const answer = a.system.root.requestAsync<StringValue>(target, text("x"), { timeoutMs: 60_000 });
  // Whether it fails is looked at later.
  answer.catch(() => {});
  return clock.settle().then(() => answer);
}

/** A member of Proto.Actor Go, which `a` asks something: what it is asked, and the connection that it opens itself. */
class GoMember {
  readonly pid: PID;
  readonly asked: Promise<ReplyTo>;
  readonly dialled: RawPeer;

  private constructor(listener: CapturingListener, dialled: RawPeer) {
    this.pid = new PID(listener.address, "forwarder");
    this.asked = listener.nextBatch().then(({ senders, envelopes }) => {
      return { id: senders[0]!.Id, number: envelopes[0]!.senderRequestId };
    });
    this.dialled = dialled;
  }

  static async start({ network }: RemotePair, listener: CapturingListener): Promise<GoMember> {
    const dialled = await RawPeer.connect(network.transport(), "a:1");
    return new GoMember(listener, dialled.greet({ address: listener.address }));
  }
}

let pair: RemotePair;
async function start(options: PairOptions = {}): Promise<void> {
  await pair?.[Symbol.asyncDispose]();
  pair = await RemotePair.start(options);
}
beforeEach(() => start());
afterEach(() => pair[Symbol.asyncDispose]());

test("who has learnt where a request is answered cannot answer it, and who was asked still can", async () => {
  const { promise: asked, resolve } = Promise.withResolvers<PID>();
  const desk = pair.expose("desk", (context) => {
    if (isMessage(context.message, StringValueSchema)) resolve(context.sender!);
  });
  let settled = false;
  const answer = pair.a.system.root.requestAsync(desk, text("x"), { timeoutMs: 60_000 });
  void answer.finally(() => {
    settled = true;
  });
  await pair.clock.settle();
  const sender = await asked;
  const thief = (await RawPeer.connect(pair.network.transport(), "a:1")).greet();
  thief.batch(answerTo({ id: sender.id, number: sender.requestId }, "forged"));
  await pair.clock.settle();
  expect(settled).toBe(false);
  expect(pair.a.remote.stats.refused.messages).toBe(1);
  expect(pair.a.system.stats.deadLetters.refused).toBe(1);
  pair.b.system.root.send(sender, text("honest"));
  await pair.clock.settle();
  await expect(answer).resolves.toEqual(text("honest"));
});

test.for([
  ["is heard, and not answered", "asked", undefined],
  ["is answered where anyone may answer", "anyone", "re: forged"],
] as const)("who asks in the name of another's request %s", async ([, answersFrom, settled]) => {
  await start({ remote: { answersFrom } });
  const { promise: asked, resolve } = Promise.withResolvers<PID>();
  const desk = pair.expose("desk", (context) => {
    if (isMessage(context.message, StringValueSchema)) resolve(context.sender!);
  });
  const heard: string[] = [];
  pair.expose("echo", (context) => {
    if (!isMessage(context.message, StringValueSchema)) return;
    heard.push(context.message.value);
    echo(context);
  });
  await expect(ask(pair, new PID("b:1", "echo"))).resolves.toEqual(text("re: x"));
  let outcome: unknown;
  pair.a.system.root.requestAsync<StringValue>(desk, text("x")).then(
    ({ value }) => {
      outcome = value;
    },
    () => {},
  );
  await pair.clock.settle();
  const { id, requestId } = await asked;
  (await RawPeer.connect(pair.network.transport(), "b:1")).greet().batch({
    typeNames: [StringValueSchema.typeName],
    targets: [{ Address: "b:1", Id: "echo" }],
    senders: [{ Address: "a:1", Id: id }],
    envelopes: [
      { messageData: toBinary(StringValueSchema, text("forged")), sender: 1, senderRequestId: requestId },
    ],
  });
  await pair.clock.settle();
  expect([heard, outcome]).toEqual([["x", "forged"], settled]);
  await pair.clock.advance(10_000);
});

test("what was handed on is answered by whom it was handed to, and nobody else", async () => {
  const { promise: handedOn, resolve } = Promise.withResolvers<PID>();
  const c = await pair.member("c", 1);
  const slow = (context: ActorContext): void => {
    if (isMessage(context.message, StringValueSchema)) resolve(context.sender!);
  };
  c.system.root.spawnNamed(propsFromFunction(slow), "slow");
  c.remote.expose("slow");
  const desk = pair.expose("desk", (context) => {
    if (isMessage(context.message, StringValueSchema)) context.forward(new PID("c:1", "slow"));
  });
  const answer = ask(pair, desk);
  const replyTo = await handedOn;
  expect(replyTo.address).toBe("b:1");
  const thief = (await RawPeer.connect(pair.network.transport(), "b:1")).greet();
  const forged = answerTo({ id: replyTo.id, number: replyTo.requestId }, "forged");
  thief.batch({ ...forged, targets: [{ Address: "b:1", Id: replyTo.id }] });
  await pair.clock.settle();
  expect(pair.b.remote.stats.refused.messages).toBe(1);
  c.system.root.send(replyTo, text("honest"));
  await pair.clock.settle();
  await expect(answer).resolves.toEqual(text("honest"));
  await c.remote.shutdown({ graceful: false });
});

/** A batch by a stranger that names somebody as its sender. */
function inTheNameOf(
  sender: { readonly Address: string; readonly Id: string },
  { target = "echo", numbers = [0] }: { readonly target?: string; readonly numbers?: readonly number[] } = {},
) {
  const messageData = toBinary(StringValueSchema, text("forged"));
  return {
    typeNames: [StringValueSchema.typeName],
    targets: [{ Address: "b:1", Id: target }],
    senders: [sender],
    envelopes: numbers.map((senderRequestId) => ({ messageData, sender: 1, senderRequestId })),
  };
}

const numbers = Array.from({ length: 10 }, (_, n) => n + 1);

test.for([
  ["an actor that answers", "echo"],
  ["nobody", "nobody"],
] as const)(
  "who names a request of the member itself as the sender has %s settle nothing",
  async ([, target]) => {
    pair.expose("echo", echo);
    const mute = pair.b.system.root.spawn(propsFromFunction(() => {}));
    const outcomes: unknown[] = [];
    const settled = (outcome: unknown): void => void outcomes.push(outcome);
    pair.b.system.root.requestAsync(mute, text("x")).then(settled, settled);
    await pair.clock.settle();
    const stranger = (await RawPeer.connect(pair.network.transport(), "b:1")).greet();
    stranger.batch(inTheNameOf({ Address: "b:1", Id: "$futures" }, { target, numbers }));
    stranger.batch(inTheNameOf({ Address: "", Id: "$futures" }, { target, numbers }));
    await pair.clock.settle();
    expect(outcomes).toEqual([]);
    await pair.clock.advance(6_000);
    expect(outcomes).toEqual([expect.objectContaining({ code: "deadline_exceeded" })]);
  },
);

test("who names a request that was handed on as the sender settles nothing", async () => {
  const c = await pair.member("c", 1);
  c.system.root.spawnNamed(
    propsFromFunction(() => {}),
    "mute",
  );
  c.remote.expose("mute");
  pair.expose("echo", echo);
  const desk = pair.expose("desk", (context) => {
    if (isMessage(context.message, StringValueSchema)) context.forward(new PID("c:1", "mute"));
  });
  const answer = ask(pair, desk);
  const settled = expect(answer).rejects.toMatchObject({ code: "deadline_exceeded" });
  await pair.clock.settle();
  const stranger = (await RawPeer.connect(pair.network.transport(), "b:1")).greet();
  stranger.batch(inTheNameOf({ Address: "b:1", Id: "$relay" }, { numbers }));
  await pair.clock.advance(61_000);
  await settled;
  await c.remote.shutdown({ graceful: false });
});

test("who names an actor that is not exposed as the sender does not have it answered, again and again", async () => {
  const heard: string[] = [];
  const hear = ({ message }: ActorContext): void => {
    if (isMessage(message, StringValueSchema)) heard.push(message.value);
  };
  pair.expose("echo", (context) => {
    if (context.sender) echo(context);
    else hear(context);
  });
  pair.b.system.root.spawnNamed(propsFromFunction(hear), "private");
  const stranger = (await RawPeer.connect(pair.network.transport(), "b:1")).greet();
  stranger.batch(inTheNameOf({ Address: "b:1", Id: "private" }, { numbers: [0, 0, 0] }));
  await pair.clock.settle();
  expect(heard).toEqual(["forged", "forged", "forged"]);
  pair.b.remote.expose("private");
  stranger.batch(inTheNameOf({ Address: "b:1", Id: "private" }, { numbers: [0, 0] }));
  await pair.clock.settle();
  expect(heard.slice(3)).toEqual(["re: forged", "re: forged"]);
});

test.for(["what is of no known type", "a second poison pill"] as const)(
  "who has learnt where a request is answered cannot have it fail through %s",
  async (how) => {
    const { promise: asked, resolve } = Promise.withResolvers<PID>();
    const desk = pair.expose("desk", (context) => {
      if (isMessage(context.message, StringValueSchema)) resolve(context.sender!);
    });
    pair.expose("echo", echo);
    pair.b.remote.expose("echo", { stop: "allowed" });
    await expect(ask(pair, new PID("b:1", "echo"))).resolves.toEqual(text("re: x"));
    const answer = ask(pair, desk);
    const settled = expect(answer).rejects.toMatchObject({ code: "deadline_exceeded" });
    await pair.clock.settle();
    const { id, requestId } = await asked;
    const typeNames = [how === "a second poison pill" ? "actor.PoisonPill" : "unknown.Type"];
    const batch = inTheNameOf({ Address: "a:1", Id: id }, { numbers: [requestId, requestId, requestId] });
    const envelopes = batch.envelopes.map((envelope) => ({ ...envelope, messageData: new Uint8Array() }));
    (await RawPeer.connect(pair.network.transport(), "b:1"))
      .greet()
      .batch({ ...batch, typeNames, envelopes });
    await pair.clock.advance(61_000);
    await settled;
  },
);

test("a request that was handed on to a third member is answered through the one that was asked", async () => {
  const c = await pair.member("c", 1);
  c.system.root.spawnNamed(propsFromFunction(echo), "echo");
  c.remote.expose("echo");
  const desk = pair.expose("desk", (context) => {
    if (isMessage(context.message, StringValueSchema)) context.forward(new PID("c:1", "echo"));
  });
  await expect(ask(pair, desk)).resolves.toEqual(text("re: x"));
  // They do not even know each other.
  expect(c.remote.dialectAt("a:1")).toBeUndefined();
  await c.remote.shutdown({ graceful: false });
});

test("a request may be handed on several times, and come back to the member that asked", async () => {
  const c = await pair.member("c", 1);
  const home = pair.a.system.root.spawnNamed(propsFromFunction(echo), "echo");
  pair.a.remote.expose(home.id);
  const hop = (from: ActorContext, to: PID) => {
    if (isMessage(from.message, StringValueSchema)) from.forward(to);
  };
  c.system.root.spawnNamed(
    propsFromFunction((context) => hop(context, new PID("a:1", "echo"))),
    "hop",
  );
  c.remote.expose("hop");
  const desk = pair.expose("desk", (context) => hop(context, new PID("c:1", "hop")));
  await expect(ask(pair, desk)).resolves.toEqual(text("re: x"));
  await c.remote.shutdown({ graceful: false });
});

test("who asked is told when a request was handed on to where nobody is", async () => {
  const desk = pair.expose("desk", (context) => {
    if (isMessage(context.message, StringValueSchema)) context.forward(new PID("nowhere:1", "nobody"));
  });
  const answer = ask(pair, desk);
  const settled = expect(answer).rejects.toMatchObject({ code: "dead_letter" });
  await pair.clock.advance(30_000);
  await settled;
});

test("a member of Go that forwards to a third has it refused, unless anyone may answer", async () => {
  for (const [answersFrom, outcome] of [
    ["asked", { messages: 1 }],
    ["anyone", { messages: 0 }],
  ] as const) {
    await start({ remote: { answersFrom } });
    await using listener = await CapturingListener.start(pair.network.transport());
    const go = await GoMember.start(pair, listener);
    const answer = ask(pair, go.pid);
    const third = (await RawPeer.connect(pair.network.transport(), "a:1")).greet({
      systemId: "third",
      address: "third:1",
    });
    third.batch(answerTo(await go.asked, "by the third"));
    await pair.clock.settle();
    expect(pair.a.remote.stats.refused).toMatchObject(outcome);
    go.dialled.batch(answerTo(await go.asked, "by the asked"));
    await pair.clock.settle();
    await expect(answer).resolves.toEqual(text(answersFrom === "anyone" ? "by the third" : "by the asked"));
  }
});

test("what a member of Go forwards back to the member that asked is answered there", async () => {
  const home = pair.a.system.root.spawnNamed(propsFromFunction(echo), "echo");
  pair.a.remote.expose(home.id);
  await using listener = await CapturingListener.start(pair.network.transport());
  const go = await GoMember.start(pair, listener);
  const answer = ask(pair, go.pid);
  const { id, number } = await go.asked;
  go.dialled.batch({
    typeNames: [StringValueSchema.typeName],
    targets: [{ Address: "a:1", Id: "echo" }],
    senders: [{ Address: "a:1", Id: id }],
    envelopes: [{ messageData: toBinary(StringValueSchema, text("x")), sender: 1, senderRequestId: number }],
  });
  await pair.clock.settle();
  await expect(answer).resolves.toEqual(text("re: x"));
});
