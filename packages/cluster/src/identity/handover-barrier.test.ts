import fc from "fast-check";
import { expect, test } from "vitest";
import type { Member } from "../membership/member.ts";
import { createTopology } from "../membership/topology.ts";
import { HandoverBarrier } from "./handover-barrier.ts";

const member = (name: string, dialect: Member["dialect"] = "ts-grain"): Member => ({
  id: name,
  host: name,
  port: 1,
  kinds: ["Bulb"],
  dialect,
});
const [alice, bob, carol] = [member("alice"), member("bob"), member("carol")];
const identities = Array.from({ length: 100 }, (_identity, index) => ({
  kind: "Bulb",
  identity: `bulb-${index}`,
}));
/** One that stands in a topology of these members, and was never told anything. */
function createBarrierOf(members: readonly Member[]): HandoverBarrier {
  const barrier = new HandoverBarrier("nobody:1", () => false);
  barrier.moveTo(createTopology(members));
  return barrier;
}
const ownedBy = (barrier: HandoverBarrier, address: string) =>
  identities.filter((identity) => barrier.rendezvous.ownerOf(identity) === address);

test("a member that joins holds back everything until all have told what they have: before it others may have owned it", () => {
  const barrier = new HandoverBarrier("carol:1", () => false);
  const first = createTopology([alice, bob, carol]);
  barrier.moveTo(first);
  barrier.hear("alice:1", first.hash);
  expect(identities.some((identity) => barrier.lets(identity))).toBe(false);
  barrier.hear("bob:1", first.hash);
  expect(barrier.hasHeard).toBe(true);
});

test("who has told what it has, but not ended it, may have what becomes this member's later", () => {
  const barrier = new HandoverBarrier("carol:1", () => false);
  const [first, next] = [createTopology([alice, bob, carol]), createTopology([alice, carol])];
  barrier.moveTo(first);
  const bobs = ownedBy(barrier, "bob:1");
  // Alice still ends what has become bob's, who comes after her and has nothing of it.
  barrier.hear("alice:1", first.hash);
  barrier.complete("bob:1", first.hash);
  barrier.moveTo(next);
  const inherited = bobs.filter((identity) => barrier.rendezvous.ownerOf(identity) === "carol:1");
  expect(inherited.length).toBeGreaterThan(0);
  expect(inherited.some((identity) => barrier.lets(identity))).toBe(false);
  barrier.hear("alice:1", next.hash);
  expect(inherited.every((identity) => barrier.lets(identity))).toBe(true);
});

test("who has handed everything over once need not be heard again, nor who comes later", () => {
  const barrier = new HandoverBarrier("carol:1", () => false);
  const first = createTopology([alice, bob, carol]);
  barrier.moveTo(first);
  for (const other of ["alice:1", "bob:1"]) barrier.complete(other, first.hash);
  barrier.moveTo(createTopology([alice, bob, carol, member("dave")]));
  expect(barrier.hasHeard).toBe(true);
});

test("who has told something lately is not given up as silent, however often the topology changes", () => {
  const barrier = new HandoverBarrier("carol:1", () => false);
  const [first, next] = [createTopology([alice, carol]), createTopology([alice, carol, member("dave")])];
  barrier.moveTo(first);
  barrier.hear("alice:1", first.hash);
  barrier.moveTo(next);
  barrier.giveUpSilent();
  expect(barrier.hasHeard).toBe(false);
  barrier.hear("alice:1", next.hash);
  expect(barrier.hasHeard).toBe(true);
});

test("what is told by a topology that this member does not know yet is heard when it does", () => {
  const barrier = new HandoverBarrier("carol:1", () => false);
  const [first, next] = [createTopology([alice, bob, carol]), createTopology([alice, carol])];
  barrier.moveTo(first);
  barrier.hear("alice:1", next.hash);
  expect(identities.some((identity) => barrier.lets(identity))).toBe(false);
  barrier.moveTo(next);
  const held = ownedBy(createBarrierOf([alice, bob]), "alice:1");
  for (const identity of ownedBy(barrier, "carol:1")) {
    const isAlices = held.some((each) => each.identity === identity.identity);
    if (!isAlices) expect(barrier.lets(identity)).toBe(true);
  }
});

test("a member that joins holds back what others owned until they have told", () => {
  const barrier = new HandoverBarrier("carol:1", () => false);
  const topology = createTopology([alice, bob, carol]);
  barrier.moveTo(topology);
  const mine = ownedBy(barrier, "carol:1");
  expect(mine.length).toBeGreaterThan(0);
  expect(mine.some((identity) => barrier.lets(identity))).toBe(false);
  for (const other of ["alice:1", "bob:1"]) barrier.hear(other, topology.hash);
  expect(mine.some((identity) => barrier.lets(identity))).toBe(false);
  barrier.complete("alice:1", topology.hash);
  const freed = mine.filter((identity) => barrier.lets(identity));
  expect(freed.length).toBeGreaterThan(0);
  expect(freed.length).toBeLessThan(mine.length);
  barrier.complete("bob:1", topology.hash);
  expect(barrier.isOpen).toBe(true);
  expect(mine.every((identity) => barrier.lets(identity))).toBe(true);
});

test("a member of which nothing is heard is waited for only for what it is known to have owned", () => {
  const barrier = new HandoverBarrier("carol:1", () => false);
  const topology = createTopology([alice, bob, carol]);
  barrier.moveTo(topology);
  barrier.complete("alice:1", topology.hash);
  barrier.giveUpSilent();
  const mine = ownedBy(barrier, "carol:1");
  const freed = mine.filter((identity) => barrier.lets(identity));
  expect(freed.length).toBeGreaterThan(0);
  expect(freed.length).toBeLessThan(mine.length);
});

test("the first member of a cluster waits for nobody", () => {
  const barrier = new HandoverBarrier("alice:1", () => false);
  barrier.moveTo(createTopology([alice]));
  expect(barrier.isOpen).toBe(true);
});

test("what a member that has left owned is free at once", () => {
  const barrier = new HandoverBarrier("alice:1", () => false);
  const before = createTopology([alice, bob, carol]);
  barrier.moveTo(before);
  for (const address of ["bob:1", "carol:1"]) barrier.complete(address, before.hash);
  const lost = ownedBy(barrier, "carol:1");
  barrier.moveTo(createTopology([alice, bob]));
  expect(barrier.isOpen).toBe(false);
  expect(lost.every((identity) => barrier.lets(identity))).toBe(true);
});

test("members of Proto.Actor Go are not waited for", () => {
  const barrier = new HandoverBarrier("carol:1", () => false);
  barrier.moveTo(createTopology([member("alice", "proto-actor"), member("bob", "proto-actor"), carol]));
  expect(barrier.isOpen).toBe(true);
});

test("what is told of another topology opens nothing, and what is told ahead counts", () => {
  const barrier = new HandoverBarrier("bob:1", () => false);
  const next = createTopology([alice, bob]);
  barrier.complete("alice:1", createTopology([alice]).hash);
  barrier.moveTo(next);
  expect(barrier.isOpen).toBe(false);
  const ahead = new HandoverBarrier("bob:1", () => false);
  ahead.complete("alice:1", next.hash);
  ahead.moveTo(next);
  expect(ahead.isOpen).toBe(true);
});

test("while nobody has told, an identity waits for everybody who ever owned it since", () => {
  const members = [alice, bob, carol, member("dave"), member("erin")];
  const topologies = fc.array(fc.subarray(members.slice(1), { minLength: 1 }), {
    minLength: 1,
    maxLength: 6,
  });
  fc.assert(
    fc.property(topologies, (others) => {
      const barrier = new HandoverBarrier("alice:1", () => false);
      const owners = new Map(identities.map((identity) => [identity, new Set<string | undefined>()]));
      for (const [index, present] of others.entries()) {
        if (index > 0)
          for (const identity of identities) owners.get(identity)!.add(barrier.rendezvous.ownerOf(identity));
        barrier.moveTo(createTopology([alice, ...present]));
      }
      for (const identity of identities) {
        const earlier = [...owners.get(identity)!];
        const isHeldBySomebody = earlier.some((owner) => owner !== undefined && barrier.awaited.has(owner));
        if (isHeldBySomebody) expect(barrier.lets(identity)).toBe(false);
      }
      barrier.giveUpSilent();
      barrier.giveUp([...barrier.awaited]);
      expect(identities.every((identity) => barrier.lets(identity))).toBe(true);
    }),
  );
});

test("a member that was in no topology for a while joins like one that comes first", () => {
  const barrier = new HandoverBarrier("carol:1", () => false);
  const topology = createTopology([alice, bob, carol]);
  barrier.moveTo(topology);
  for (const other of ["alice:1", "bob:1"]) barrier.complete(other, topology.hash);
  barrier.moveTo(createTopology([]));
  expect(barrier.rendezvous.ownerOf(identities[0]!)).toBeUndefined();
  barrier.moveTo(createTopology([alice, bob, { ...carol, id: "carol.1" }]));
  const mine = ownedBy(barrier, "carol:1");
  expect(mine.length).toBeGreaterThan(0);
  expect(mine.some((identity) => barrier.lets(identity))).toBe(false);
});
