import { StringValueSchema } from "@bufbuild/protobuf/wkt";
import { ActorSystem } from "@ts-grain/actor";
import { quietLogger } from "@ts-grain/actor/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { PingRequestSchema } from "../src/gen/tsgrain/cluster/v1/probe_pb.ts";
import {
  Cluster,
  type ClusterProvider,
  configureCluster,
  configureRemote,
  DeliveryFailed,
  DistHashLookup,
  type Member,
  memberAddress,
  Rendezvous,
} from "../src/index.ts";
import { buildGoMember, GoMember } from "./go-member.ts";
import { Testimony } from "./witness-grain.ts";

/** Lists one member of Go beside the one that joins, and tells the former of the latter. */
function besides(go: GoMember): ClusterProvider {
  const end = async () => undefined;
  return {
    async joinAsMember(self, { onMembers }) {
      const wire = ({ id, host, port, kinds }: Member) => ({ id, host, port, kinds });
      await go.tell({ do: "members", members: [self, go.self].map(wire) });
      onMembers([self, go.self]);
      return { leave: end, abandon: end };
    },
    async joinAsClient() {
      return { leave: end, abandon: end };
    },
  };
}

describe.skipIf(!buildGoMember())("together with a member of Proto.Actor Go", () => {
  let go: GoMember;
  let ours: Cluster;
  let testimony: Testimony;

  beforeEach(async () => {
    testimony = new Testimony();
    go = await GoMember.start();
    const remote = configureRemote("127.0.0.1", 0);
    const config = configureCluster("mixed", besides(go), new DistHashLookup(), remote, {
      kinds: [testimony.kind()],
    });
    ours = await Cluster.startMember(new ActorSystem({ logger: quietLogger }), config);
  });

  afterEach(async () => {
    expect(go.isAlive).toBe(true);
    await ours.kill();
    await go[Symbol.asyncDispose]();
  });

  /** The name of a topic that lives on the member at an address. */
  function topicOn(address: string): string {
    const rendezvous = new Rendezvous(ours.members.topology.members);
    for (let number = 0; ; number++) {
      const identity = `topic ${number}`;
      if (rendezvous.ownerOf({ kind: "prototopic", identity }) === address) return identity;
    }
  }

  describe.each(["ours", "Go's"])("on a topic of %s", (whose) => {
    let name: string;
    beforeEach(() => {
      name = topicOn(whose === "ours" ? ours.system.address : memberAddress(go.self));
    });

    test("both members publish, and a function and an actor of both hear everything in order", async () => {
      const topic = ours.topic(name, StringValueSchema, { knownBy: "every peer" });
      const heard: string[] = [];
      await using _subscription = await topic.subscribe(({ value }) => void heard.push(value));
      await go.tell({ do: "subscribe", topic: name });
      await topic.publish({ value: "ours 1" });
      await topic.publishAll([{ value: "ours 2" }, { value: "ours 3" }]);
      await go.tell({ do: "publish", topic: name, texts: ["go 1", "go 2"] });
      await go.tell({ do: "produce", topic: name, texts: ["go 3"] });
      await using producer = topic.createProducer({ topicIdleTimeoutMs: 60_000 });
      await Promise.all(["ours 4", "ours 5"].map((value) => producer.produce({ value })));
      const all = ["ours 1", "ours 2", "ours 3", "go 1", "go 2", "go 3", "ours 4", "ours 5"];
      await expect.poll(() => heard).toEqual(all);
      await expect.poll(() => go.heard).toEqual(all);
    });

    test("grains of both members are subscribed by either, and who unsubscribed hears nothing more", async () => {
      const topic = ours.topic(name, StringValueSchema, { knownBy: "every peer" });
      await topic.subscribe({ kind: "GoReader", identity: "a" });
      await go.tell({ do: "subscribe grain", topic: name, kind: "Witness", identity: "b" });
      await topic.publish({ value: "1" });
      await expect.poll(() => go.take()).toEqual(["1"]);
      await expect.poll(() => testimony.messages.length).toBe(1);
      await topic.unsubscribe({ kind: "GoReader", identity: "a" });
      await go.tell({ do: "subscribe", topic: name });
      await go.tell({ do: "unsubscribe", topic: name });
      await go.tell({ do: "publish", topic: name, texts: ["2"] });
      await expect.poll(() => testimony.messages.length).toBe(2);
      expect(go.take()).toEqual([]);
    });
  });

  test("a type that Go does not know ends no Go process: publishing fails, or the delivery does", async () => {
    const theirs = ours.topic(topicOn(memberAddress(go.self)), PingRequestSchema);
    await expect(theirs.publish({})).rejects.toMatchObject({ code: "unknown_type" });
    const name = topicOn(ours.system.address);
    await go.tell({ do: "subscribe", topic: name });
    const failed: DeliveryFailed[] = [];
    ours.system.eventStream.subscribe((event) => {
      if (event instanceof DeliveryFailed) failed.push(event);
    });
    await ours.topic(name, PingRequestSchema).publish({});
    expect(failed).toMatchObject([{ topic: name, failures: [{ failure: "other_error" }] }]);
    await go.tell({ do: "publish", topic: name, texts: ["still here"] });
    await expect.poll(() => go.heard).toEqual(["still here"]);
  });

  test("an actor of ours that is gone is forgotten by Go's topic", async () => {
    const name = topicOn(memberAddress(go.self));
    const topic = ours.topic(name, StringValueSchema, { knownBy: "every peer" });
    const failed: DeliveryFailed[] = [];
    ours.system.eventStream.subscribe((event) => {
      if (event instanceof DeliveryFailed) failed.push(event);
    });
    const { subscriber } = await topic.subscribe(() => undefined);
    await ours.system.root.stopAsync(subscriber as never);
    await topic.publish({ value: "1" });
    await expect.poll(() => failed.length).toBe(1);
    const heard: string[] = [];
    await topic.subscribe(({ value }) => void heard.push(value));
    // Go's topic learns of it by a request of its own, so some deliveries may still be tried.
    await expect
      .poll(async () => {
        const before = failed.length;
        await topic.publish({ value: "more" });
        await expect.poll(() => heard.length).toBeGreaterThan(0);
        heard.length = 0;
        return failed.length - before;
      })
      .toBe(0);
  });
});
