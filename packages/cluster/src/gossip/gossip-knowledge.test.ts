import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { AnySchema, anyPack, StringValueSchema } from "@bufbuild/protobuf/wkt";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type GossipState, GossipStateSchema } from "../gen/cluster/gossip_pb.ts";
import { GossipKnowledge } from "./gossip-knowledge.ts";

const word = (text: string) => anyPack(StringValueSchema, create(StringValueSchema, { value: text }));
const delta = (from: GossipKnowledge, target: string, others: readonly string[] = []) =>
  from.deltaFor(target, others).state;
/** All that somebody knows of others, without when it was heard. */
const known = (knowledge: GossipKnowledge, others: readonly string[]) => {
  const { members } = delta(knowledge, "nobody", others);
  return Object.fromEntries(
    Object.entries(members).map(([id, { values }]) => [
      id,
      Object.fromEntries(
        Object.entries(values).map(([key, { sequenceNumber, value }]) => [key, [sequenceNumber, value]]),
      ),
    ]),
  );
};

test("what a member said reaches another, directly and by way of a third", () => {
  const [alice, bob, carol] = ["alice", "bob", "carol"].map((id) => new GossipKnowledge(id));
  alice!.set("mood", word("fine"), 1);
  expect(bob!.merge(delta(alice!, "bob"), 2)).toEqual([
    { memberId: "alice", key: "mood", value: word("fine") },
  ]);
  expect(carol!.merge(delta(bob!, "carol", ["alice"]), 3)).toHaveLength(1);
  expect(carol!.heard(["mood"])).toEqual(new Map([["alice", 3]]));
});

test("only what was not acknowledged is sent again", () => {
  const alice = new GossipKnowledge("alice");
  alice.set("a", word("1"), 1);
  const lost = alice.deltaFor("bob", []);
  const again = alice.deltaFor("bob", []);
  expect(Object.keys(again.state.members["alice"]!.values)).toEqual(["a"]);
  again.acknowledge();
  expect(delta(alice, "bob").members).toEqual({});
  alice.set("b", word("2"), 2);
  lost.acknowledge();
  expect(Object.keys(delta(alice, "bob").members["alice"]!.values)).toEqual(["b"]);
});

test("nobody is believed about this member itself, and old news change nothing", () => {
  const alice = new GossipKnowledge("alice");
  alice.set("mood", word("fine"), 1);
  const forged = create(GossipStateSchema, {
    members: { alice: { values: { mood: { sequenceNumber: 99n, value: word("gone") } } } },
  });
  expect(alice.merge(forged, 2)).toEqual([]);
  const old = create(GossipStateSchema, {
    members: { bob: { values: { mood: { sequenceNumber: 5n, value: word("new") } } } },
  });
  const older = create(GossipStateSchema, {
    members: { bob: { values: { mood: { sequenceNumber: 5n, value: word("x") } } } },
  });
  alice.merge(old, 3);
  expect(alice.merge(older, 9)).toEqual([]);
  expect(alice.heard(["mood"]).get("bob")).toBe(3);
});

test("of a member only so much is kept, however much it says, and what is kept may change", () => {
  const alice = new GossipKnowledge("alice");
  const say = (key: string, sequenceNumber: bigint, bytes: number) => {
    const value = word("x".repeat(bytes));
    const state = { members: { bob: { values: { [key]: { sequenceNumber, value } } } } };
    return alice.merge(create(GossipStateSchema, state), 1).length;
  };
  const taken = Array.from({ length: 1_000 }, (_, n) => say(`key-${n}`, 1n, 10)).filter((news) => news > 0);
  expect(taken).toHaveLength(32);
  expect([say("key-0", 2n, 500_000), say("key-1", 2n, 500_000), say("key-2", 2n, 500_000)]).toEqual([
    1, 1, 0,
  ]);
  expect([say("key-0", 3n, 10), say("key-2", 3n, 500_000)]).toEqual([1, 1]);
});

test("members that are gone are forgotten, and a pause does not make the others look silent", () => {
  const alice = new GossipKnowledge("alice");
  const bob = new GossipKnowledge("bob");
  bob.set("heathbeat", word(""), 0);
  alice.merge(delta(bob, "alice"), 1);
  alice.refresh(50);
  expect(alice.heard(["heathbeat", "heartbeat"]).get("bob")).toBe(50);
  alice.forget((id) => id === "bob");
  expect(alice.heard(["heathbeat", "heartbeat"]).size).toBe(0);
});

const ids = ["alice", "bob", "carol"];
const gossip: fc.Arbitrary<GossipState> = fc
  .array(
    fc.record({
      id: fc.constantFrom(...ids),
      key: fc.constantFrom("a", "b", "__proto__"),
      sequence: fc.integer({ min: 0, max: 5 }),
    }),
    { maxLength: 6 },
  )
  .map((said) => {
    const knowledge = ids.map((id) => ({ id, values: new Map<string, number>() }));
    for (const { id, key, sequence } of said)
      knowledge.find((member) => member.id === id)!.values.set(key, sequence);
    const members = knowledge.map(({ id, values }) => {
      const entries = [...values].map(([key, sequence]) => {
        // What a member says under one count is one thing.
        return [key, { sequenceNumber: BigInt(sequence), value: word(`${id}/${key}/${sequence}`) }] as const;
      });
      return [id, { values: Object.fromEntries(entries) }] as const;
    });
    return create(GossipStateSchema, { members: Object.fromEntries(members) });
  })
  .map((state) => fromBinary(GossipStateSchema, toBinary(GossipStateSchema, state)));

test("a member that has said as much as is kept of it is still heard to live and to leave", () => {
  const knowledge = new GossipKnowledge("dave");
  const say = (key: string, sequenceNumber: bigint, bytes = 10) => {
    const value = create(AnySchema, { typeUrl: "x", value: new Uint8Array(bytes) });
    const members = { alice: { values: { [key]: { sequenceNumber, value } } } };
    return knowledge.merge(create(GossipStateSchema, { members }), 0).length;
  };
  expect(say("filler", 1n, 1024 * 1024 - 1_000)).toBe(1);
  for (let n = 0; n < 40; n++) say(`key-${n}`, BigInt(n + 2));
  expect(say("one more", 100n)).toBe(0);
  expect([say("heartbeat", 101n, 100_000), say("left", 102n)]).toEqual([1, 1]);
});

test("merging is commutative, associative and idempotent", () => {
  fc.assert(
    fc.property(
      fc.array(gossip, { maxLength: 4 }),
      fc.array(fc.nat({ max: 3 }), { maxLength: 8 }),
      (states, order) => {
        const straight = new GossipKnowledge("dave");
        for (const state of states) straight.merge(state, 0);
        const shuffled = new GossipKnowledge("dave");
        for (const index of order) if (states[index]) shuffled.merge(states[index], 0);
        for (const state of states.toReversed()) shuffled.merge(state, 0);
        expect(known(shuffled, ids)).toEqual(known(straight, ids));
      },
    ),
  );
});
