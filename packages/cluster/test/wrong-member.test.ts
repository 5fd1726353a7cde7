import { create, type Message, type MessageInitShape } from "@bufbuild/protobuf";
import { ActorSystem, DeadLetterEvent, PID, propsFromFunction, propsFromProducer } from "@ts-grain/actor";
import { quietLogger, VirtualClock } from "@ts-grain/actor/testing";
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  ActivationRequestSchema,
  type ActivationResponse,
  ActivationResponseSchema,
} from "../src/gen/cluster/cluster_pb.ts";
import { type HostedKind, PlainActivation } from "../src/identity/activation.ts";
import { PlacementActor } from "../src/identity/placement-actor.ts";
import { PlaceBy, placementActorId, Refuse, Release } from "../src/identity/placement-messages.ts";
import { DistHashLookup, type Member, Rendezvous } from "../src/index.ts";
import { memberAddress, splitAddress } from "../src/membership/member.ts";
import { createTopology } from "../src/membership/topology.ts";
import { LookupRig, rigKind } from "../src/testing/lookup-rig.ts";
import { GoStub } from "./go-stub.ts";
import { Testimony } from "./witness-grain.ts";

/** Milliseconds for which who asks is kept waiting, and until it is looked. */
const holdMs = 100;
const sweepMs = 25;
const kind = "Lamp";
const lamps = Array.from({ length: 20 }, (_lamp, index) => `lamp-${index}`);

const lampKind: HostedKind = {
  name: kind,
  newActivation: (identity, spawn) => new PlainActivation(kind, identity, spawn),
  propsFor: () => propsFromFunction(() => undefined),
};

const member = (id: string, address = `${id}:1`): Member => {
  return { id, ...splitAddress(address), kinds: [kind], dialect: "proto-actor" };
};

/** Somebody who asks as one in Go does. */
interface Asker {
  readonly identity: string;
  readonly askedAtMs: number;
  /** Whether the member has owned it for a moment in the time in which it must not refuse. */
  wasOwner: boolean;
}

/** What somebody was answered, and when. */
interface Answer {
  readonly asker: Asker;
  readonly atMs: number;
  readonly failed: boolean;
  /** Whether the member owned it then. */
  readonly isOwner: boolean;
}

/** A placement actor and nothing else, which others ask. No network is there, so that what they are answered becomes dead letters. */
class AskedMember implements AsyncDisposable {
  readonly clock = new VirtualClock();
  readonly system = new ActorSystem({
    clock: this.clock,
    logger: quietLogger,
    deadLetterLog: { limit: 0, periodMs: 1 },
  });
  readonly askers: Asker[] = [];
  /** In the order in which they came. */
  readonly answers: Answer[] = [];
  readonly self: Member = member("self");
  readonly #placement: PID;
  #rendezvous = new Rendezvous([]);

  constructor(maxHeld?: number) {
    const parts = { self: memberAddress(this.self), left: undefined, ...(maxHeld && { maxHeld }) };
    this.#placement = this.system.root.spawnNamed(
      propsFromProducer(() => new PlacementActor(new Map([[kind, lampKind]]), parts)),
      placementActorId,
    );
    this.system.eventStream.subscribe((event) => {
      if (event instanceof DeadLetterEvent) this.#onAnswer(event);
    });
  }

  /** Tells it who is in the cluster. */
  async see(members: readonly Member[]): Promise<void> {
    const topology = createTopology(members);
    this.#rendezvous = new Rendezvous(topology.members);
    for (const asker of this.askers) {
      const isInTime = this.clock.nowMs() < asker.askedAtMs + holdMs;
      asker.wasOwner ||= isInTime && this.owns(asker.identity);
    }
    await this.tell(new PlaceBy(topology));
  }

  owns(identity: string): boolean {
    return this.#rendezvous.ownerOf({ kind, identity }) === memberAddress(this.self);
  }

  /** Asks as one in Go does, unless other fields are given. */
  async ask(
    identity: string,
    fields: Exclude<MessageInitShape<typeof ActivationRequestSchema>, Message> = {},
  ): Promise<void> {
    const asker = new PID("elsewhere:1", `${this.askers.length}`);
    this.askers.push({ identity, askedAtMs: this.clock.nowMs(), wasOwner: this.owns(identity) });
    const request = create(ActivationRequestSchema, { clusterIdentity: { kind, identity }, ...fields });
    this.system.root.requestWithSender(this.#placement, request, asker);
    await this.clock.settle();
  }

  async tell(message: object): Promise<void> {
    this.system.root.send(this.#placement, message);
    await this.clock.settle();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.system.shutdown();
  }

  #onAnswer({ target, message }: DeadLetterEvent): void {
    const asker = this.askers[Number(target!.id)]!;
    const { failed } = message as ActivationResponse;
    this.answers.push({ asker, atMs: this.clock.nowMs(), failed, isOwner: this.owns(asker.identity) });
  }
}

/** A member that sees itself and another one, and a lamp of the other's. */
async function start(maxHeld?: number) {
  const it = new AskedMember(maxHeld);
  await it.see([it.self, member("other")]);
  const notOwned = lamps.filter((lamp) => !it.owns(lamp));
  return { it, notOwned, foreign: notOwned[0]!, own: lamps.find((lamp) => it.owns(lamp))! };
}

test("a caller in Go that asks a member for what another one owns is refused 100 ms later, for it does not wait before it asks again", async () => {
  const { it, foreign } = await start();
  await using _ = it;
  await it.ask(foreign);
  await it.clock.advance(holdMs - 1);
  expect(it.answers).toEqual([]);
  await it.clock.advance(1);
  expect(it.answers).toMatchObject([{ atMs: holdMs, failed: true }]);
});

test("a caller in Go that asks a member which owns the grain a moment later gets it then, and has not been refused", async () => {
  const { it, foreign } = await start();
  await using _ = it;
  await it.ask(foreign);
  await it.clock.advance(40);
  await it.see([it.self]);
  expect(it.answers).toMatchObject([{ atMs: 40, failed: false }]);
});

test("a caller in Go that asks a member which does not know its own cluster yet waits until it does", async () => {
  const it = new AskedMember();
  await using _ = it;
  await it.ask(lamps[0]!);
  await it.clock.advance(90);
  await it.see([it.self]);
  expect(it.answers).toMatchObject([{ atMs: 90, failed: false }]);
});

test("a change that does not make a member the owner keeps nobody waiting for longer", async () => {
  const { it, foreign } = await start();
  await using _ = it;
  await it.ask(foreign);
  for (let change = 0; change < 9; change++) {
    await it.clock.advance(10);
    await it.see([member("other"), member(`newcomer-${change}`)]);
  }
  await it.clock.advance(10);
  expect(it.answers).toMatchObject([{ atMs: holdMs, failed: true }]);
});

test.each([
  { who: "who names the topology by which it asks", fields: { topologyHash: 7n } },
  {
    who: "who asks for a kind that is not hosted",
    fields: { clusterIdentity: { kind: "Kettle", identity: "a" } },
  },
  {
    who: "who asks for an identity that cannot be",
    fields: { clusterIdentity: { kind, identity: "a\u0000" } },
  },
])("$who is refused at once", async ({ fields }) => {
  const { it, foreign } = await start();
  await using _ = it;
  await it.ask(foreign, fields);
  expect(it.answers).toMatchObject([{ atMs: 0, failed: true }]);
});

test("no more callers in Go than the limit are kept waiting, and all others are served meanwhile", async () => {
  const { it, notOwned, own } = await start(3);
  await using _ = it;
  for (let asked = 0; asked < 5; asked++) await it.ask(notOwned[asked % notOwned.length]!);
  expect(it.answers.map(({ failed }) => failed)).toEqual([true, true]);
  await it.ask(own);
  expect(it.answers.at(-1)).toMatchObject({ failed: false });
  await it.clock.advance(holdMs);
  expect(it.answers.filter(({ atMs }) => atMs === holdMs)).toHaveLength(3);
  await it.ask(notOwned[0]!);
  expect(it.answers).toHaveLength(6);
});

test("no more callers than the limit wait for an earlier owner to hand over", async () => {
  const it = new AskedMember(3);
  await using _ = it;
  await it.see([it.self, { ...member("earlier"), dialect: "ts-grain" }]);
  const own = lamps.find((lamp) => it.owns(lamp))!;
  for (let asked = 0; asked < 5; asked++) await it.ask(own);
  expect(it.answers.map(({ failed }) => failed)).toEqual([true, true]);
  await it.clock.advance(6_000);
  expect(it.answers.slice(2).map(({ failed }) => failed)).toEqual([false, false, false]);
});

test("no more callers in Go than the limit wait for a member to leave", async () => {
  const { it, own } = await start(3);
  await using _ = it;
  const answered = () => it.answers.map(({ asker }) => it.askers.indexOf(asker));
  await it.tell(new Release());
  for (let asked = 0; asked < 5; asked++) await it.ask(own);
  expect(answered()).toEqual([3, 4]);
  await it.tell(new Refuse());
  expect(answered().slice(2)).toEqual([0, 1, 2]);
});

test("each caller in Go is answered once, in time, and never refused by a member that has owned the grain meanwhile", async () => {
  const step = fc.record({
    pauseMs: fc.nat(60),
    members: fc.option(fc.subarray(["self", "one", "two", "three"])),
    lamp: fc.constantFrom(...lamps),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 30 }), async (steps) => {
      await using it = new AskedMember();
      for (const { pauseMs, members, lamp } of steps) {
        await it.clock.advance(pauseMs);
        if (members) await it.see(members.map((id) => member(id)));
        await it.ask(lamp);
      }
      await it.clock.advance(holdMs + sweepMs);
      expect(new Set(it.answers.map(({ asker }) => asker))).toEqual(new Set(it.askers));
      expect(it.answers).toHaveLength(it.askers.length);
      for (const { asker, atMs, failed, isOwner } of it.answers) {
        expect(isOwner).toBe(!failed);
        expect(atMs).toBeLessThanOrEqual(asker.askedAtMs + holdMs + sweepMs);
        if (failed) expect(asker.wasOwner).toBe(false);
        if (failed) expect(atMs).toBeGreaterThanOrEqual(asker.askedAtMs + holdMs);
      }
    }),
    { numRuns: 100 },
  );
});

test("nothing is left of callers in Go that asked the wrong member, and one look at a time is to come, however many ask", async () => {
  const { it, notOwned } = await start();
  await using _ = it;
  for (let round = 1; round <= 20; round++) {
    for (let asked = 0; asked < 100; asked++) await it.ask(notOwned[asked % notOwned.length]!);
    expect(it.clock.scheduled).toBe(1);
    await it.clock.advance(holdMs + sweepMs);
    expect(it.answers).toHaveLength(round * 100);
    await it.clock.advance(1);
    expect(it.clock.scheduled).toBe(0);
  }
});

test("a member that ends has nothing to come for those who asked it", async () => {
  const { it, foreign } = await start();
  await it.ask(foreign);
  expect(it.clock.scheduled).toBe(1);
  await it.system.shutdown();
  expect(it.clock.scheduled).toBe(0);
});

test("who waits for a refusal is refused with all others when a member ends that has just begun to leave", async () => {
  const { it, foreign } = await start();
  await using _ = it;
  await it.ask(foreign);
  await it.tell(new Release());
  expect(it.answers).toEqual([]);
  await it.tell(new Refuse());
  expect(it.answers).toMatchObject([{ atMs: 0, failed: true }]);
});

test("a member of ts-grain that asks the wrong one is refused at once, and knows what to do", async () => {
  const rig = new LookupRig(() => new DistHashLookup());
  const [asker, asked] = [await rig.addMember(), await rig.addMember()];
  const view = [asker.self!, asked.self!, { ...member("ghost"), kinds: [rigKind] }];
  asked.members.update(view);
  const later = new Rendezvous(createTopology(view).members);
  const identity = lamps.find((lamp) => {
    const isHis = asker.lookup.belongsTo!({ kind: rigKind, identity: lamp }, asked.system.address);
    return isHis && later.ownerOf({ kind: rigKind, identity: lamp }) === "ghost:1";
  })!;
  const askedAtMs = rig.clock.nowMs();
  await expect(rig.find(asker, identity)).rejects.toMatchObject({ code: "not_delivered" });
  expect(rig.clock.nowMs() - askedAtMs).toBeLessThan(holdMs / 2);
});

/** A member and the stub, which owns the grain that it asks the member for. */
async function askedForForeign(): Promise<
  AsyncDisposable & { readonly go: GoStub; readonly ask: () => Promise<void> }
> {
  const go = await GoStub.start({ kinds: [new Testimony().kind()], stubKinds: ["Witness"] });
  const rendezvous = new Rendezvous(go.member.members.topology.members);
  const identity = lamps.find(
    (lamp) => rendezvous.ownerOf({ kind: "Witness", identity: lamp }) === go.address,
  )!;
  const clusterIdentity = { kind: "Witness", identity };
  const ask = () => go.send(placementActorId, ActivationRequestSchema, { clusterIdentity } as never);
  return { go, ask, [Symbol.asyncDispose]: () => go[Symbol.asyncDispose]() };
}

test("a caller in Go that waits for its refusal when the member begins to leave waits until it has seen that", async () => {
  await using it = await askedForForeign();
  await it.ask();
  const left = it.go.member.shutdown();
  await it.go.clock.advance(500);
  expect(it.go.take(ActivationResponseSchema)).toEqual([]);
  it.go.hangUp();
  await it.go.clock.advance(60);
  expect(it.go.take(ActivationResponseSchema)).toMatchObject([{ message: { failed: true } }]);
  await it.go.settle(left);
});

test("a caller in Go that asks over the wire is kept waiting, too", async () => {
  await using it = await askedForForeign();
  await it.ask();
  await it.go.clock.advance(50);
  expect(it.go.take(ActivationResponseSchema)).toEqual([]);
  await it.go.clock.advance(100);
  expect(it.go.take(ActivationResponseSchema)).toMatchObject([{ message: { failed: true } }]);
});
