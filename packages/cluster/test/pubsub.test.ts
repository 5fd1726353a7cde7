import { create } from "@bufbuild/protobuf";
import { Int32ValueSchema, StringValueSchema } from "@bufbuild/protobuf/wkt";
import { PID, propsFromFunction, Started, Stopping } from "@ts-grain/actor";
import { TestProbe } from "@ts-grain/actor/testing";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type Cluster, DeliveryFailed, type KindOptions } from "../src/index.ts";
import { InMemoryCluster, type InMemoryClusterOptions } from "../src/testing/index.ts";
import { Testimony } from "./witness-grain.ts";

async function start(options: Partial<InMemoryClusterOptions> = {}, kindOptions?: KindOptions) {
  const testimony = new Testimony();
  const cluster = await InMemoryCluster.start({
    kinds: () => [testimony.kind(kindOptions)],
    members: 3,
    ...options,
  });
  // So that every member knows the type, as one that hosts a subscribed kind must.
  for (const member of cluster.members) news(member);
  return { testimony, cluster };
}

const news = (cluster: Cluster) => cluster.topic("news", StringValueSchema);
const values = (messages: readonly unknown[]) =>
  messages.map((message) => (message as { value: string }).value);

/** The member on which the topic "news" lives, and another one. */
async function places(cluster: InMemoryCluster) {
  const { address } = await cluster.settle(
    cluster.members[0]!.locate({ kind: "prototopic", identity: "news" }),
  );
  return {
    host: cluster.memberAt(address),
    other: cluster.members.find(({ system }) => system.address !== address)!,
  };
}

/** Everything that could not be delivered, as any member says. */
function failures(cluster: InMemoryCluster): DeliveryFailed[] {
  const seen: DeliveryFailed[] = [];
  for (const { system } of cluster.members)
    system.eventStream.subscribe((event) => {
      if (event instanceof DeliveryFailed) seen.push(event);
    });
  return seen;
}

test("what one member publishes reaches functions that are subscribed on every member, in its order", async () => {
  const { cluster } = await start();
  await using _ = cluster;
  const heard = cluster.members.map((): string[] => []);
  for (const [index, member] of cluster.members.entries())
    await cluster.settle(news(member).subscribe(({ value }) => void heard[index]!.push(value)));
  const sent = Array.from({ length: 50 }, (_value, index) => `item ${index}`);
  const topic = news(cluster.members[1]!);
  await cluster.settle(Promise.all(sent.map((value) => topic.publish({ value }))));
  await cluster.clock.advance(20);
  expect(heard).toEqual([sent, sent, sent]);
});

test("an actor gets the messages themselves, without sender, and nothing else", async () => {
  const { cluster } = await start();
  await using _ = cluster;
  const { other } = await places(cluster);
  const probe = new TestProbe(other.system);
  await cluster.settle(news(other).subscribe(probe.pid));
  await cluster.settle(news(cluster.members[0]!).publishAll([{ value: "a" }, { value: "b" }]));
  await cluster.clock.advance(20);
  expect(probe.messages).toEqual(["a", "b"].map((value) => create(StringValueSchema, { value })));
  expect((await probe.next()).sender).toBeUndefined();
});

test("a grain that is subscribed by its identity gets what is published, wherever it lives, and is activated for it", async () => {
  const { cluster, testimony } = await start();
  await using _ = cluster;
  const identities = Array.from({ length: 20 }, (_identity, index) => `reader ${index}`);
  const topic = news(cluster.members[2]!);
  for (const identity of identities) await cluster.settle(topic.subscribe({ kind: "Witness", identity }));
  for (let n = 0; n < 100; n++) await cluster.settle(topic.publish({ value: String(n) }));
  await cluster.clock.advance(20);
  expect(testimony.messages).toHaveLength(2_000);
  const activated = testimony.sightings.filter(({ what }) => what === "activated");
  expect(activated.map(({ identity }) => identity).toSorted()).toEqual(identities.toSorted());
  expect(new Set(activated.map(({ member }) => member)).size).toBe(3);
});

test("a client publishes and subscribes as a member does", async () => {
  const { cluster } = await start();
  await using _ = cluster;
  const client = await cluster.addClient();
  const heard: string[] = [];
  await cluster.settle(news(client).subscribe(({ value }) => void heard.push(value)));
  await cluster.settle(news(client).publish({ value: "hello" }));
  await cluster.clock.advance(20);
  expect(heard).toEqual(["hello"]);
});

test("subscribing twice is subscribing once, and who unsubscribed gets nothing more", async () => {
  const { cluster } = await start();
  await using _ = cluster;
  const [member] = cluster.members;
  const probe = new TestProbe(member!.system);
  const topic = news(member!);
  const subscriptions = [
    await cluster.settle(topic.subscribe(probe.pid)),
    await cluster.settle(topic.subscribe(probe.pid)),
  ];
  await cluster.settle(topic.publish({ value: "once" }));
  await cluster.settle(subscriptions[0]!.unsubscribe());
  await cluster.settle(subscriptions[0]!.unsubscribe());
  await cluster.settle(topic.publish({ value: "never" }));
  await cluster.clock.advance(20);
  expect(values(probe.messages)).toEqual(["once"]);
});

test("a subscription ends with its block, after what came before was handled", async () => {
  const { cluster } = await start();
  await using _ = cluster;
  const heard: string[] = [];
  const topic = news(cluster.members[0]!);
  {
    await using _subscription = await cluster.settle(
      topic.subscribe(async ({ value }) => {
        await new Promise<void>((resolve) => void cluster.clock.schedule(10, resolve));
        heard.push(value);
      }),
    );
    await cluster.settle(topic.publishAll([{ value: "a" }, { value: "b" }]));
    // The block's end cannot wait for virtual time by itself.
    void cluster.clock.advance(50);
  }
  await cluster.clock.advance(50);
  await cluster.settle(topic.publish({ value: "c" }));
  await cluster.clock.advance(50);
  expect(heard).toEqual(["a", "b"]);
});

test("a function that throws gets the next message all the same", async () => {
  const { cluster } = await start();
  await using _ = cluster;
  const heard: string[] = [];
  const topic = news(cluster.members[0]!);
  await cluster.settle(
    topic.subscribe(({ value }) => {
      heard.push(value);
      throw new Error(value);
    }),
  );
  await cluster.settle(topic.publishAll([{ value: "a" }, { value: "b" }]));
  await cluster.clock.advance(20);
  expect(heard).toEqual(["a", "b"]);
});

test("a function gets only messages of its topic's type", async () => {
  const { cluster } = await start();
  await using _ = cluster;
  const heard: unknown[] = [];
  const [one, two] = cluster.members;
  await cluster.settle(news(one!).subscribe((message) => void heard.push(message)));
  const numbers = two!.topic("news", Int32ValueSchema);
  one!.topic("other", Int32ValueSchema);
  await cluster.settle(numbers.publish({ value: 1 }));
  await cluster.settle(news(two!).publish({ value: "text" }));
  await cluster.clock.advance(20);
  expect(values(heard)).toEqual(["text"]);
});

test("messages arrive in the order in which they were published, whatever the network does", async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(), fc.integer({ min: 1, max: 30 }), async (seed, count) => {
      const { cluster, testimony } = await start({ seed, network: { delayMs: { min: 0, max: 20 } } });
      await using _ = cluster;
      const heard: string[] = [];
      const [publisher, subscriber] = cluster.members;
      await cluster.settle(news(subscriber!).subscribe(({ value }) => void heard.push(value)));
      await cluster.settle(news(subscriber!).subscribe({ kind: "Witness", identity: "reader" }));
      const topic = news(publisher!);
      const sent = Array.from({ length: count }, (_value, index) => String(index));
      const published = cluster.settle(Promise.all(sent.map((value) => topic.publish({ value }))));
      await published;
      await cluster.clock.advance(200);
      expect(heard).toEqual(sent);
      expect(values(testimony.messages)).toEqual(sent);
    }),
    { numRuns: 15 },
  );
});

test("an actor that is gone is forgotten after a failed delivery, which both sides hear of", async () => {
  const { cluster } = await start();
  await using _ = cluster;
  const { host, other } = await places(cluster);
  const pid = other.system.root.spawn(propsFromFunction(() => undefined));
  await cluster.settle(news(other).subscribe(pid));
  const failed = failures(cluster);
  await cluster.settle(other.system.root.stopAsync(pid));
  await cluster.settle(news(host).publish({ value: "to nobody" }));
  await cluster.clock.advance(20);
  const summary = failed.map(({ topic, failures: [first] }) => [
    topic,
    String(first?.subscriber),
    first?.failure,
  ]);
  const expected = ["news", String(pid), "no_longer_reachable"];
  expect(summary).toEqual([expected, expected]);
  await cluster.settle(news(host).publish({ value: "to nobody" }));
  await cluster.clock.advance(20);
  expect(failed).toHaveLength(2);
});

test("an actor that stops with messages before it counts as gone", async () => {
  const { cluster } = await start({ members: 1 });
  await using _ = cluster;
  const [member] = cluster.members;
  const failed = failures(cluster);
  const pid = member!.system.root.spawn(
    propsFromFunction((context) => {
      if (!(context.message instanceof Started || context.message instanceof Stopping))
        context.stop(context.self);
    }),
  );
  await cluster.settle(news(member!).subscribe(pid));
  await cluster.settle(news(member!).publishAll([{ value: "a" }, { value: "b" }]));
  await cluster.clock.advance(20);
  expect(failed[0]?.failures).toMatchObject([{ failure: "no_longer_reachable" }]);
});

test("a slow subscriber holds up neither the publisher nor the others, stays subscribed, and is reported", async () => {
  const { cluster } = await start({ pubSub: { subscriberTimeoutMs: 1_000, maxUnhandled: 3 } });
  await using _ = cluster;
  const [publisher, member] = cluster.members;
  const failed = failures(cluster);
  const { promise: awake, resolve: wake } = Promise.withResolvers<void>();
  const slow: string[] = [];
  const quick: string[] = [];
  await cluster.settle(
    news(member!).subscribe(async ({ value }) => {
      await awake;
      slow.push(value);
    }),
  );
  await cluster.settle(news(member!).subscribe(({ value }) => void quick.push(value)));
  const before = cluster.clock.nowMs();
  for (const value of ["1", "2", "3", "4", "5"]) await cluster.settle(news(publisher!).publish({ value }));
  expect(cluster.clock.nowMs() - before).toBeLessThan(100);
  await cluster.clock.advance(20);
  expect(quick).toEqual(["1", "2", "3", "4", "5"]);
  // No more than three wait; the others were missed, which is said at once.
  expect(failed.filter(({ failures: [first] }) => first?.failure === "other_error").length).toBeGreaterThan(
    0,
  );
  await cluster.clock.advance(1_500);
  expect(failed.some(({ failures: [first] }) => first?.failure === "timeout")).toBe(true);
  // What timed out still waits, so there is no room yet.
  await cluster.settle(news(publisher!).publish({ value: "6" }));
  wake();
  await cluster.clock.advance(20);
  expect(slow).toEqual(["1", "2", "3"]);
  await cluster.settle(news(publisher!).publish({ value: "7" }));
  await cluster.clock.advance(20);
  expect(slow).toEqual(["1", "2", "3", "7"]);
});

test("a slow grain holds up nobody", async () => {
  const { cluster, testimony } = await start();
  await using _ = cluster;
  const [publisher] = cluster.members;
  testimony.beforeActivation = () => new Promise(() => undefined);
  const heard: string[] = [];
  await cluster.settle(news(publisher!).subscribe({ kind: "Witness", identity: "asleep" }));
  await cluster.settle(news(publisher!).subscribe(({ value }) => void heard.push(value)));
  const before = cluster.clock.nowMs();
  for (const value of ["1", "2", "3"]) await cluster.settle(news(publisher!).publish({ value }));
  await cluster.clock.advance(20);
  expect(heard).toEqual(["1", "2", "3"]);
  expect(cluster.clock.nowMs() - before).toBeLessThan(200);
});

test("a grain that moves while something is published to it gets it where it is now, in order", async () => {
  const { cluster, testimony } = await start({}, { idleTimeoutMs: 100 });
  await using _ = cluster;
  const topic = news(cluster.members[0]!);
  await cluster.settle(topic.subscribe({ kind: "Witness", identity: "reader" }));
  const sent: string[] = [];
  for (let round = 0; round < 30; round++) {
    for (const value of [`${round}a`, `${round}b`]) {
      sent.push(value);
      await cluster.settle(topic.publish({ value }));
    }
    // The grain ends when it is idle; what comes at that moment must reach its successor.
    await cluster.clock.advance(92 + (round % 10));
  }
  await cluster.clock.advance(100);
  expect(values(testimony.messages)).toEqual(sent);
  expect(testimony.count("idle", "reader")).toBeGreaterThan(1);
});

test("a grain of a kind that nobody hosts is reported, and stays subscribed", async () => {
  const { cluster } = await start();
  await using _ = cluster;
  const failed = failures(cluster);
  const topic = news(cluster.members[0]!);
  await cluster.settle(topic.subscribe({ kind: "Nobody", identity: "x" }));
  for (let n = 0; n < 2; n++) await cluster.settle(topic.publish({ value: "x" }));
  expect(failed).toMatchObject(
    [1, 2].map(() => ({
      failures: [{ subscriber: { kind: "Nobody", identity: "x" }, failure: "other_error" }],
    })),
  );
});

test.each(["the topic's member", "another member"])(
  "what %s publishes and does not fit into a frame arrives in parts, in its order",
  async (publisher) => {
    const { cluster } = await start();
    await using _ = cluster;
    const { host, other } = await places(cluster);
    const heard: string[] = [];
    await cluster.settle(news(other).subscribe(({ value }) => void heard.push(value.slice(0, 2))));
    const sent = Array.from({ length: 12 }, (_value, index) => String(10 + index));
    const topic = news(publisher === "another member" ? other : host);
    await cluster.settle(topic.publishAll(sent.map((value) => ({ value: value + "x".repeat(1_000_000) }))));
    await cluster.clock.advance(50);
    expect(heard).toEqual(sent);
  },
);

test("what the topic cannot send on is reported", async () => {
  const { cluster } = await start();
  await using _ = cluster;
  const { host, other } = await places(cluster);
  const failed = failures(cluster);
  await cluster.settle(news(other).subscribe(() => undefined));
  await cluster.settle(news(host).publish({ value: "x".repeat(5_000_000) }));
  expect(failed).toMatchObject([{ topic: "news", failures: [{ failure: "other_error" }] }]);
});

test("one message that is too large fails", async () => {
  const { cluster } = await start();
  await using _ = cluster;
  const { other } = await places(cluster);
  const publishing = news(other).publish({ value: "x".repeat(5_000_000) });
  await expect(cluster.settle(publishing)).rejects.toMatchObject({ code: "message_too_large" });
});

test("a topic takes so many subscribers and refuses the others", async () => {
  const { cluster } = await start({ pubSub: { maxSubscribers: 3 } });
  await using _ = cluster;
  const { host, other } = await places(cluster);
  for (const member of [host, other, other]) await cluster.settle(news(member).subscribe(() => undefined));
  for (const member of [host, other])
    await expect(cluster.settle(news(member).subscribe(() => undefined))).rejects.toMatchObject({
      name: "ClusterError",
      code: "topic_refused",
    });
});

test.each([
  ["an empty name", ""],
  ["a control character", "a\nb"],
])("a topic with %s is refused", async (_name, name) => {
  const { cluster } = await start({ members: 1 });
  await using _ = cluster;
  expect(() => cluster.members[0]!.topic(name, StringValueSchema)).toThrow(
    expect.objectContaining({ code: "invalid_options" }),
  );
});

test("an actor is subscribed by its own process only", async () => {
  const { cluster } = await start();
  await using _ = cluster;
  const subscribing = news(cluster.members[0]!).subscribe(new PID("elsewhere:1", "x"));
  await expect(subscribing).rejects.toMatchObject({ code: "invalid_options" });
});

test("a topic that is overloaded says so", async () => {
  const { cluster } = await start({ members: 1, pubSub: { maxQueuedRequests: 5 } });
  await using _ = cluster;
  const topic = news(cluster.members[0]!);
  await cluster.settle(topic.publish({ value: "first" }));
  const publishing = Array.from({ length: 50 }, () =>
    topic.publish({ value: "x" }).catch((reason: unknown) => reason),
  );
  const outcomes = await cluster.settle(Promise.all(publishing));
  expect(outcomes.filter((outcome) => outcome === undefined).length).toBeGreaterThanOrEqual(5);
  expect(outcomes.at(-1)).toMatchObject({ code: "overloaded" });
});

test("publishing after the end says that it has ended", async () => {
  const { cluster } = await start({ members: 1 });
  const topic = news(cluster.members[0]!);
  await cluster.settle(cluster.members[0]!.shutdown());
  await expect(cluster.settle(topic.publish({ value: "x" }))).rejects.toMatchObject({ code: "stopped" });
});

test("a subscriber that changes a message fails in its test instead of changing what others get", async () => {
  const { cluster } = await start({ members: 1 });
  await using _ = cluster;
  const topic = news(cluster.members[0]!);
  const errors: unknown[] = [];
  const heard: string[] = [];
  await cluster.settle(
    topic.subscribe((message) => {
      try {
        message.value = "changed";
      } catch (error) {
        errors.push(error);
      }
    }),
  );
  await cluster.settle(topic.subscribe(({ value }) => void heard.push(value)));
  await cluster.settle(topic.publish({ value: "kept" }));
  await cluster.clock.advance(20);
  expect(errors).toEqual([expect.any(TypeError)]);
  expect(heard).toEqual(["kept"]);
});

test("a publisher that changes a message after it was published fails at once", async () => {
  const { cluster } = await start({ members: 1 });
  await using _ = cluster;
  const message = create(StringValueSchema, { value: "published" });
  const publishing = news(cluster.members[0]!).publish(message);
  expect(() => {
    message.value = "changed";
  }).toThrow(TypeError);
  await cluster.settle(publishing);
});

test("a topic that is told to ends when it is idle, and still knows its subscribers when it starts again", async () => {
  const { cluster } = await start();
  await using _ = cluster;
  const { host, other } = await places(cluster);
  const heard: string[] = [];
  await cluster.settle(news(other).subscribe(({ value }) => void heard.push(value)));
  await using producer = news(other).createProducer({ topicIdleTimeoutMs: 500 });
  await cluster.settle(producer.produce({ value: "before" }));
  const before = await cluster.settle(host.locate({ kind: "prototopic", identity: "news" }));
  await cluster.clock.advance(1_000);
  const after = await cluster.settle(host.locate({ kind: "prototopic", identity: "news" }));
  expect(after.id).not.toBe(before.id);
  await cluster.settle(news(other).publish({ value: "after" }));
  await cluster.clock.advance(20);
  expect(heard).toEqual(["before", "after"]);
});
