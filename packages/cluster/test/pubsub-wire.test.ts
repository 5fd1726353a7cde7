import { create, toBinary } from "@bufbuild/protobuf";
import { Int32ValueSchema, StringValueSchema } from "@bufbuild/protobuf/wkt";
import type { PID } from "@ts-grain/actor";
import { TestProbe } from "@ts-grain/actor/testing";
import { RawPeer } from "@ts-grain/remote/testing";
import { expect, test } from "vitest";
import {
  AcknowledgeSchema,
  DeliverBatchRequestTransportSchema,
  DeliveryStatus,
  InitializeSchema,
  NotifyAboutFailingSubscribersRequestSchema,
  NotifyAboutFailingSubscribersResponseSchema,
  PublishResponseSchema,
  PublishStatus,
  PubSubAutoRespondBatchTransportSchema,
  PubSubBatchTransportSchema,
  SubscribeRequestSchema,
  SubscribeResponseSchema,
  SubscriberDeliveryReportSchema,
  SubscriberIdentitySchema,
  UnsubscribeRequestSchema,
  UnsubscribeResponseSchema,
} from "../src/gen/cluster/pubsub_pb.ts";
import {
  FindSubscribersRequestSchema,
  InheritSubscribersRequestSchema,
} from "../src/gen/tsgrain/cluster/v1/topic_pb.ts";
import { DeliveryFailed } from "../src/index.ts";
import { GoStub } from "./go-stub.ts";
import { Testimony } from "./witness-grain.ts";

const bytesOf = (value: string) => toBinary(StringValueSchema, create(StringValueSchema, { value }));
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");

/** A batch of texts as Go would publish it. */
const batchOf = (...texts: string[]) => ({
  typeNames: ["google.protobuf.StringValue"],
  envelopes: texts.map((text) => ({ typeId: 0, messageData: bytesOf(text), serializerId: 0 })),
});

const actor = (address: string, id = "listener") => ({
  Identity: { case: "pid", value: { Address: address, Id: id } } as const,
});
const grain = (identity: string) => ({
  Identity: { case: "clusterIdentity", value: { kind: "Witness", identity } } as const,
});

function failures({ member }: GoStub): DeliveryFailed[] {
  const seen: DeliveryFailed[] = [];
  member.system.eventStream.subscribe((event) => {
    if (event instanceof DeliveryFailed) seen.push(event);
  });
  return seen;
}

test("the messages are Go's, to the byte", () => {
  const text = (value: string) => hex(new TextEncoder().encode(value));
  const subscriber = "0a090a036c3a3112027831";
  expect(hex(toBinary(SubscriberIdentitySchema, create(SubscriberIdentitySchema, actor("l:1", "x1"))))).toBe(
    subscriber,
  );
  expect(hex(toBinary(SubscriberIdentitySchema, create(SubscriberIdentitySchema, grain("a"))))).toBe(
    `120c0a0161${`1207${text("Witness")}`}`,
  );
  const batch = {
    typeNames: ["t"],
    envelopes: [{ typeId: 1, messageData: Uint8Array.of(9), serializerId: 2 }],
  };
  const batchHex = "0a0174120708011201091802";
  expect(hex(toBinary(PubSubBatchTransportSchema, create(PubSubBatchTransportSchema, batch)))).toBe(batchHex);
  const answered = create(PubSubAutoRespondBatchTransportSchema, batch);
  expect(hex(toBinary(PubSubAutoRespondBatchTransportSchema, answered))).toBe(batchHex);
  const delivery = create(DeliverBatchRequestTransportSchema, {
    subscribers: { subscribers: [actor("l:1", "x1")] },
    batch,
    topic: "n",
  });
  expect(hex(toBinary(DeliverBatchRequestTransportSchema, delivery))).toBe(
    `0a0d0a0b${subscriber}120c${batchHex}1a016e`,
  );
  const report = { subscriber: actor("l:1", "x1"), status: DeliveryStatus.OtherError };
  expect(hex(toBinary(SubscriberDeliveryReportSchema, create(SubscriberDeliveryReportSchema, report)))).toBe(
    `0a0b${subscriber}107f`,
  );
  const idle = create(InitializeSchema, { idleTimeout: { seconds: 3n } });
  expect(hex(toBinary(InitializeSchema, idle))).toBe("0a020803");
  const failed = create(PublishResponseSchema, { status: PublishStatus.Failed });
  expect(hex(toBinary(PublishResponseSchema, failed))).toBe("0801");
  expect([
    DeliveryStatus.Delivered,
    DeliveryStatus.SubscriberNoLongerReachable,
    DeliveryStatus.Timeout,
  ]).toEqual([0, 1, 2]);
});

test("a Go member initializes, subscribes, publishes, and unsubscribes", async () => {
  await using stub = await GoStub.start();
  const topic = await stub.topic("news");
  await stub.send(topic, InitializeSchema, { idleTimeout: { seconds: 0n } });
  expect(stub.take(AcknowledgeSchema)).toHaveLength(1);
  await stub.send(topic, SubscribeRequestSchema, { subscriber: actor(stub.address) });
  expect(stub.take(SubscribeResponseSchema)).toMatchObject([{ message: { refusal: "" } }]);
  await stub.send(topic, PubSubBatchTransportSchema, batchOf("a", "b"));
  expect(stub.take(PublishResponseSchema)).toMatchObject([{ message: { status: PublishStatus.Ok } }]);
  const [delivery] = stub.take(DeliverBatchRequestTransportSchema);
  expect(delivery).toMatchObject({
    target: "$pubsub-delivery",
    message: { topic: "news", batch: batchOf("a", "b"), subscribers: { subscribers: [actor(stub.address)] } },
  });
  await stub.send(topic, UnsubscribeRequestSchema, { subscriber: actor(stub.address) });
  expect(stub.take(UnsubscribeResponseSchema)).toHaveLength(1);
  await stub.send(topic, PubSubBatchTransportSchema, batchOf("c"));
  expect(stub.take(DeliverBatchRequestTransportSchema)).toEqual([]);
});

test("what Go publishes reaches functions and grains here", async () => {
  const testimony = new Testimony();
  await using stub = await GoStub.start({ kinds: [testimony.kind()] });
  const heard: string[] = [];
  const news = stub.member.topic("news", StringValueSchema);
  await stub.settle(news.subscribe(({ value }) => void heard.push(value)));
  await stub.settle(news.subscribe({ kind: "Witness", identity: "a" }));
  await stub.send(await stub.topic("news"), PubSubBatchTransportSchema, batchOf("x", "y"));
  expect(heard).toEqual(["x", "y"]);
  expect(testimony.messages).toEqual(["x", "y"].map((value) => create(StringValueSchema, { value })));
});

test("a function subscribes to a topic on a Go member, handles what that delivers, and the topic is told whom it did not reach", async () => {
  await using stub = await GoStub.start({ stubKinds: ["prototopic"], pubSub: { subscriberTimeoutMs: 500 } });
  const { system } = stub.member;
  const name = stub.ownTopic();
  const heard: string[] = [];
  const subscribing = stub.member
    .topic(name, StringValueSchema)
    .subscribe(({ value }) => void heard.push(value));
  await stub.clock.advance(20);
  const [request] = stub.take(SubscribeRequestSchema);
  expect(request).toMatchObject({ target: name, message: { subscriber: { Identity: { case: "pid" } } } });
  stub.respond(request!, SubscribeResponseSchema);
  const { subscriber } = await stub.settle(subscribing);
  const subscribers = [
    actor(system.address, (subscriber as PID).id),
    actor(system.address, "gone"),
    actor("elsewhere:1"),
    { Identity: { case: "clusterIdentity", value: { kind: "Nobody", identity: "a" } } as const },
  ];
  await stub.send("$pubsub-delivery", DeliverBatchRequestTransportSchema, {
    topic: name,
    subscribers: { subscribers },
    batch: batchOf("hello"),
  });
  expect(heard).toEqual(["hello"]);
  const { SubscriberNoLongerReachable, OtherError } = DeliveryStatus;
  expect(stub.take(NotifyAboutFailingSubscribersRequestSchema)).toMatchObject([
    {
      target: name,
      message: {
        invalidDeliveries: [
          { subscriber: subscribers[1], status: SubscriberNoLongerReachable },
          { subscriber: subscribers[2], status: SubscriberNoLongerReachable },
          { subscriber: subscribers[3], status: OtherError },
        ],
      },
    },
  ]);
});

test("a failed delivery is reported to the topic with Go's status", async () => {
  await using stub = await GoStub.start();
  const { system } = stub.member;
  const failed = failures(stub);
  const topic = await stub.topic("news");
  await stub.send(topic, SubscribeRequestSchema, { subscriber: actor(stub.address) });
  await stub.send(topic, SubscribeRequestSchema, { subscriber: grain("a") });
  await stub.send(topic, NotifyAboutFailingSubscribersRequestSchema, {
    invalidDeliveries: [
      { subscriber: actor(stub.address), status: DeliveryStatus.Timeout },
      { subscriber: grain("a"), status: DeliveryStatus.SubscriberNoLongerReachable },
      { subscriber: actor(system.address, "never subscribed"), status: DeliveryStatus.OtherError },
      {},
    ],
  });
  expect(stub.take(NotifyAboutFailingSubscribersResponseSchema)).toHaveLength(1);
  expect(failed).toMatchObject([
    {
      failures: [{ failure: "timeout" }, { subscriber: { kind: "Witness" }, failure: "no_longer_reachable" }],
    },
  ]);
  // Slow actors and grains stay; only actors that are gone are removed.
  await stub.send(topic, PubSubBatchTransportSchema, batchOf("a"));
  expect(stub.take(DeliverBatchRequestTransportSchema)).toHaveLength(1);
  await stub.send(topic, NotifyAboutFailingSubscribersRequestSchema, {
    invalidDeliveries: [
      { subscriber: actor(stub.address), status: DeliveryStatus.SubscriberNoLongerReachable },
    ],
  });
  await stub.send(topic, PubSubBatchTransportSchema, batchOf("b"));
  expect(stub.take(DeliverBatchRequestTransportSchema)).toEqual([]);
});

test("a batch for a grain arrives as its messages, and is answered when they were handled", async () => {
  const testimony = new Testimony();
  await using stub = await GoStub.start({ kinds: [testimony.kind()] });
  stub.member.topic("news", StringValueSchema);
  const { id } = await stub.settle(stub.member.locate({ kind: "Witness", identity: "a" }));
  await stub.send(id, PubSubAutoRespondBatchTransportSchema, batchOf("x", "y"));
  expect(testimony.messages).toEqual(["x", "y"].map((value) => create(StringValueSchema, { value })));
  expect(stub.take(PublishResponseSchema)).toMatchObject([
    { target: "future$1", message: { status: PublishStatus.Ok } },
  ]);
});

test("a Go member is sent no type that it is not known to know, and nothing in JSON", async () => {
  await using stub = await GoStub.start();
  const failed = failures(stub);
  const topic = await stub.topic("news");
  await stub.send(topic, SubscribeRequestSchema, { subscriber: actor(stub.address) });
  const ours = stub.member.topic("news", Int32ValueSchema);
  await stub.settle(ours.publish({ value: 1 }));
  await stub.clock.advance(20);
  expect(stub.take(DeliverBatchRequestTransportSchema)).toEqual([]);
  expect(failed).toMatchObject([{ failures: [{ failure: "other_error" }] }]);
  // What it publishes itself it knows.
  const number = { typeId: 0, messageData: Uint8Array.of(8, 5), serializerId: 0 };
  const numbers = { typeNames: ["google.protobuf.Int32Value"], envelopes: [number] };
  await stub.send(topic, PubSubBatchTransportSchema, numbers);
  await stub.settle(ours.publish({ value: 2 }));
  await stub.clock.advance(20);
  expect(stub.take(DeliverBatchRequestTransportSchema)).toHaveLength(2);
  await stub.send(topic, PubSubBatchTransportSchema, {
    ...numbers,
    envelopes: [{ ...number, messageData: new TextEncoder().encode("5"), serializerId: 1 }],
  });
  expect(stub.take(DeliverBatchRequestTransportSchema)).toEqual([]);
});

test("a type that is said to be known by every peer is sent to Go members", async () => {
  await using stub = await GoStub.start();
  await stub.send(await stub.topic("news"), SubscribeRequestSchema, { subscriber: actor(stub.address) });
  await stub.settle(
    stub.member.topic("news", Int32ValueSchema, { knownBy: "every peer" }).publish({ value: 1 }),
  );
  await stub.clock.advance(20);
  expect(stub.take(DeliverBatchRequestTransportSchema)).toHaveLength(1);
});

test("to a topic that lives on a Go member only types are published that do it no harm", async () => {
  await using stub = await GoStub.start({ stubKinds: ["prototopic"] });
  const name = stub.ownTopic();
  const harmful = stub.member.topic(name, Int32ValueSchema).publish({ value: 1 });
  await expect(stub.settle(harmful)).rejects.toMatchObject({ name: "ClusterError", code: "unknown_type" });
  const known = stub.member.topic(name, StringValueSchema, { knownBy: "every peer" });
  const publishing = known.publishAll([{ value: "a" }, { value: "b" }]);
  await stub.clock.advance(20);
  const [request, ...others] = stub.take(PubSubBatchTransportSchema);
  expect(others).toEqual([]);
  expect(request).toMatchObject({ target: name, message: batchOf("a", "b") });
  stub.respond(request!, PublishResponseSchema);
  await stub.settle(publishing);
  const failing = known.publish({ value: "c" });
  await stub.clock.advance(20);
  stub.respond(stub.take(PubSubBatchTransportSchema)[0]!, PublishResponseSchema, {
    status: PublishStatus.Failed,
  } as never);
  await expect(stub.settle(failing)).rejects.toMatchObject({ code: "topic_refused" });
});

test("Go members are never asked what only ts-grain members know", async () => {
  await using stub = await GoStub.start();
  const topic = await stub.topic("news");
  const grainHere = { kind: "Witness", identity: "a" };
  const news = stub.member.topic("news", StringValueSchema);
  await stub.settle(news.subscribe(grainHere));
  await stub.settle(news.unsubscribe(grainHere));
  expect(topic).not.toBe("");
  expect(stub.take(FindSubscribersRequestSchema)).toEqual([]);
  expect(stub.arrivals.filter(({ message }) => message.$typeName.startsWith("tsgrain"))).toEqual([]);
});

test.for([
  ["a type that is not in the batch", { typeNames: [], envelopes: [{ typeId: 0 }] }],
  ["a negative type", { typeNames: ["t"], envelopes: [{ typeId: -1 }] }],
  [
    "more messages than allowed",
    { typeNames: ["t"], envelopes: Array.from({ length: 10_001 }, () => ({ typeId: 0 })) },
  ],
] as const)("publishing %s fails, and the topic goes on", async ([, batch]) => {
  await using stub = await GoStub.start();
  const topic = await stub.topic("news");
  const heard: string[] = [];
  await stub.settle(
    stub.member.topic("news", StringValueSchema).subscribe(({ value }) => void heard.push(value)),
  );
  await stub.send(topic, PubSubBatchTransportSchema, structuredClone(batch) as never);
  expect(stub.take(PublishResponseSchema)).toMatchObject([{ message: { status: PublishStatus.Failed } }]);
  await stub.send(topic, PubSubBatchTransportSchema, batchOf("still here"));
  expect(heard).toEqual(["still here"]);
});

test("messages that nobody here can read are reported as not delivered", async () => {
  await using stub = await GoStub.start();
  const failed = failures(stub);
  const topic = await stub.topic("news");
  await stub.settle(stub.member.topic("news", StringValueSchema).subscribe(() => undefined));
  const envelopes = [{ typeId: 0, messageData: Uint8Array.of(0xff) }];
  for (const typeNames of [["nobody.Knows"], ["google.protobuf.StringValue"]])
    await stub.send(topic, PubSubBatchTransportSchema, { typeNames, envelopes });
  const failure = expect.objectContaining({
    failures: [expect.objectContaining({ failure: "other_error" })],
  });
  // By the delivery, and by the topic that it told.
  expect(failed).toEqual([failure, failure, failure, failure]);
});

test("a published message is built of no more elements than a frame may hold", async () => {
  await using stub = await GoStub.start();
  const failed = failures(stub);
  const { ListValueSchema } = await import("@bufbuild/protobuf/wkt");
  const topic = await stub.topic("news");
  const heard: unknown[] = [];
  await stub.settle(
    stub.member.topic("news", ListValueSchema).subscribe((message) => void heard.push(message)),
  );
  const messageData = new Uint8Array(400_000);
  for (let at = 0; at < messageData.length; at += 2) messageData[at] = 0x0a;
  const typeNames = ["google.protobuf.ListValue"];
  await stub.send(topic, PubSubBatchTransportSchema, { typeNames, envelopes: [{ typeId: 0, messageData }] });
  expect(heard).toEqual([]);
  expect(failed[0]).toMatchObject({ failures: [{ failure: "other_error" }] });
});

test("a peer cannot have anything delivered to a process that has nothing to do with it", async () => {
  await using stub = await GoStub.start();
  const { system } = stub.member;
  const failed = failures(stub);
  stub.member.topic("news", StringValueSchema);
  const secret = new TestProbe(system);
  for (const id of [secret.pid.id, "$pubsub-delivery-x"])
    await stub.send("$pubsub-delivery", DeliverBatchRequestTransportSchema, {
      topic: "news",
      subscribers: { subscribers: [actor(system.address, id)] },
      batch: batchOf("gotcha"),
    });
  expect(secret.messages).toEqual([]);
  expect(failed).toMatchObject([1, 2].map(() => ({ failures: [{ failure: "no_longer_reachable" }] })));
});

test.for([
  ["nobody", {}],
  ["an actor without a name", actor("x:1", "")],
  ["an actor without an address", actor("", "x")],
  ["an actor with an endless name", actor("x:1", "x".repeat(2_000))],
  ["a grain without identity", grain("")],
  ["a grain with a control character", grain("a\u0000")],
  [
    "a grain of an impossible kind",
    { Identity: { case: "clusterIdentity", value: { kind: "a/b", identity: "c" } } },
  ],
] as const)(
  "subscribing %s is refused: ts-grain is told, Go is left without an answer",
  async ([, subscriber]) => {
    await using stub = await GoStub.start();
    const topic = await stub.topic("news");
    await stub.send(topic, SubscribeRequestSchema, { subscriber } as never);
    expect(stub.take(SubscribeResponseSchema)).toEqual([]);
    await stub.send(topic, SubscribeRequestSchema, { subscriber, takesRefusal: true } as never);
    expect(stub.take(SubscribeResponseSchema)).toMatchObject([
      { message: { refusal: expect.stringContaining("neither") } },
    ]);
  },
);

test("H10 a topic connects to nobody whom a peer names as subscriber: only to where it lives itself, and to members", async () => {
  await using stub = await GoStub.start();
  let dialled = 0;
  await stub.network.transport().listen({ host: "third", port: 1 }, () => void dialled++);
  const topic = await stub.topic("news");
  const subscriber = actor("third:1");
  await stub.send(topic, SubscribeRequestSchema, { subscriber, takesRefusal: true });
  expect(stub.take(SubscribeResponseSchema)).toMatchObject([
    { message: { refusal: expect.stringContaining("neither") } },
  ]);
  await stub.send(topic, SubscribeRequestSchema, { subscriber }, { sender: "none" });
  const inherited = {
    topic: "old news",
    subscribers: { subscribers: [{ ...subscriber, takesAnyType: true }] },
  };
  const stranger = await RawPeer.connect(stub.network.transport(), stub.member.system.address);
  stranger.greet({ systemId: "stranger" }).batch({
    typeNames: [InheritSubscribersRequestSchema.typeName],
    targets: [{ Address: stub.member.system.address, Id: "$pubsub-delivery" }],
    envelopes: [
      {
        messageData: toBinary(
          InheritSubscribersRequestSchema,
          create(InheritSubscribersRequestSchema, inherited),
        ),
      },
    ],
  });
  await stub.clock.advance(20);
  for (const each of [topic, await stub.topic("old news")])
    await stub.send(each, PubSubBatchTransportSchema, batchOf("a"));
  await stub.clock.advance(60_000);
  expect(dialled).toBe(0);
});

test("deliveries that are none harm nobody", async () => {
  await using stub = await GoStub.start();
  const broken = { typeNames: [], envelopes: [{ typeId: 3 }] };
  for (const fields of [
    {},
    { topic: "news" },
    { topic: "news", subscribers: {} },
    { subscribers: {}, batch: broken },
  ])
    await stub.send("$pubsub-delivery", DeliverBatchRequestTransportSchema, fields as never);
  const heard: string[] = [];
  const news = stub.member.topic("news", StringValueSchema);
  await stub.settle(news.subscribe(({ value }) => void heard.push(value)));
  await stub.settle(news.publish({ value: "still here" }));
  await stub.clock.advance(20);
  expect(heard).toEqual(["still here"]);
});
