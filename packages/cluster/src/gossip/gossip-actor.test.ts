import { create, toBinary } from "@bufbuild/protobuf";
import { type Any, AnySchema, anyPack, EmptySchema } from "@bufbuild/protobuf/wkt";
import { type ActorError, ActorSystem, type PID, propsFromProducer } from "@ts-grain/actor";
import { quietLogger } from "@ts-grain/actor/testing";
import { configureRemote, InMemoryNetwork, Remote } from "@ts-grain/remote";
import { expect, test } from "vitest";
import { JumpingClock } from "../../test/jumping-clock.ts";
import { ClusterTopologySchema } from "../gen/cluster/cluster_pb.ts";
import {
  GossipRequestSchema,
  GossipResponseSchema,
  GossipStateSchema,
  MemberHeartbeatSchema,
} from "../gen/cluster/gossip_pb.ts";
import { FromPeer } from "../membership/from-peer.ts";
import type { Member } from "../membership/member.ts";
import { MemberList } from "../membership/member-list.ts";
import { GossipActor } from "./gossip-actor.ts";
import { DeclaredGone, GossipUpdated } from "./gossip-messages.ts";
import { gossipDefaults } from "./gossip-options.ts";

const heartbeat = anyPack(MemberHeartbeatSchema, create(MemberHeartbeatSchema, { actorStatistics: {} }));
const member = (id: string, port: number): Member => ({
  id,
  host: "localhost",
  port,
  kinds: [],
  dialect: "ts-grain",
});

async function start() {
  const clock = new JumpingClock();
  const system = new ActorSystem({ clock, logger: quietLogger });
  const transport = new InMemoryNetwork({ clock }).transport();
  const remote = await Remote.start(system, configureRemote("localhost", 0, { transport }));
  const members = new MemberList(system, remote);
  members.update([member(system.id, 1), member("bob", 2), member("carol", 3)]);
  const actor = system.root.spawn(
    propsFromProducer(() => new GossipActor(system.id, members, gossipDefaults)),
  );
  const updates: GossipUpdated[] = [];
  system.eventStream.subscribe((event) => void (event instanceof GossipUpdated && updates.push(event)));
  const present = () => members.topology.members.map(({ id }) => id).filter((id) => id !== system.id);
  return { clock, system, actor, updates, present };
}

let sequence = 0n;

/** What a member says under a key, as it arrives. */
function says(memberId: string, key: string, value: Any) {
  sequence++;
  const values = { [key]: { sequenceNumber: sequence, value } };
  const state = create(GossipStateSchema, { members: { [memberId]: { values } } });
  return new FromPeer(create(GossipRequestSchema, { memberId: "whoever", state }), "localhost:2");
}

async function tell(
  { clock, system }: { clock: JumpingClock; system: ActorSystem },
  actor: PID,
  request: object,
) {
  const answer = system.root.requestAsync(actor, request);
  await clock.virtual.advance(1);
  return answer;
}

test("a request is encoded as Proto.Actor Go encodes it", () => {
  const values = {
    heathbeat: { sequenceNumber: 7n, value: heartbeat, localTimestampUnixMilliseconds: 1_700_000_000_000n },
  };
  const request = create(GossipRequestSchema, {
    memberId: "target1",
    state: { members: { me: { values } } },
  });
  expect(Buffer.from(toBinary(GossipRequestSchema, request)).toString("hex")).toBe(
    "0a530a510a026d65124b0a490a09686561746862656174123c100722310a2b747970652e676f6f676c65617069732e636f6d2f636c75737465722e4d656d62657248656172746265617412020a002880d095ffbc31120774617267657431",
  );
});

test.for(["heathbeat", "heartbeat"])(
  "a member that gossiped a %s and falls silent is blocked after 20 seconds; one that never gossiped is not",
  async (spelling) => {
    const rig = await start();
    await tell(rig, rig.actor, says("bob", spelling, heartbeat));
    await rig.clock.virtual.advance(19_000);
    expect(rig.present()).toEqual(["bob", "carol"]);
    await rig.clock.virtual.advance(2_000);
    expect(rig.present()).toEqual(["carol"]);
  },
);

test("a process that was stopped for a minute bans nobody when it wakes up", async () => {
  const rig = await start();
  await tell(rig, rig.actor, says("bob", "heathbeat", heartbeat));
  await rig.clock.virtual.advance(1_000);
  rig.clock.jump(60_000);
  await rig.clock.virtual.advance(15_000);
  expect(rig.present()).toEqual(["bob", "carol"]);
  await rig.clock.virtual.advance(10_000);
  expect(rig.present()).toEqual(["carol"]);
});

test("a member that says goodbye is blocked at once, and the news is published", async () => {
  const rig = await start();
  expect(await tell(rig, rig.actor, says("bob", "left", anyPack(EmptySchema, create(EmptySchema))))).toEqual(
    create(GossipResponseSchema),
  );
  expect(rig.present()).toEqual(["carol"]);
  expect(rig.updates).toMatchObject([{ memberId: "bob", key: "left" }]);
});

test("who is listed as no member is not listened to, and asked nothing of", async () => {
  const rig = await start();
  const { told } = says("bob", "left", anyPack(EmptySchema, create(EmptySchema)));
  const asked = rig.system.root.requestAsync(rig.actor, new FromPeer(told, "localhost:4"), {
    timeoutMs: 10,
  });
  const outcome = asked.catch((error: ActorError) => error.code);
  await rig.clock.virtual.advance(20);
  expect(await outcome).toBe("deadline_exceeded");
  expect(rig.present()).toEqual(["bob", "carol"]);
  expect(rig.updates).toEqual([]);
});

test("members that others have blocked are blocked, but never this one", async () => {
  const rig = await start();
  const said: unknown[] = [];
  rig.system.eventStream.subscribe((event) => void (event instanceof DeclaredGone && said.push(event.by)));
  const topology = create(ClusterTopologySchema, { blocked: ["carol", rig.system.id] });
  await tell(rig, rig.actor, says("bob", "topology", anyPack(ClusterTopologySchema, topology)));
  expect(rig.present()).toEqual(["bob"]);
  expect(said).toEqual(["bob"]);
});

test.each([
  [
    "bytes that are no topology",
    create(AnySchema, { typeUrl: "type.googleapis.com/cluster.ClusterTopology", value: Uint8Array.of(0xff) }),
  ],
  [
    "a type that nobody knows",
    create(AnySchema, { typeUrl: "type.googleapis.com/who.Knows", value: Uint8Array.of(1) }),
  ],
  ["nothing", create(AnySchema)],
])("%s under the key topology changes nothing", async (_what, value) => {
  const rig = await start();
  expect(await tell(rig, rig.actor, says("bob", "topology", value))).toEqual(create(GossipResponseSchema));
  expect(rig.present()).toEqual(["bob", "carol"]);
});

test("H19 members that a member makes up are no members, whatever it says of them", async () => {
  const rig = await start();
  const names = Array.from({ length: 10_000 }, (_, n) => `made-up-${n}`);
  const topology = create(ClusterTopologySchema, {
    members: names.map((id) => ({ id, host: "localhost", port: 4, kinds: ["Bulb"] })),
    joined: names.map((id) => ({ id, host: "localhost", port: 4, kinds: ["Bulb"] })),
  });
  await tell(rig, rig.actor, says("bob", "topology", anyPack(ClusterTopologySchema, topology)));
  for (const name of names.slice(0, 1_000)) await tell(rig, rig.actor, says(name, "heathbeat", heartbeat));
  await tell(rig, rig.actor, says("made-up-0", "left", anyPack(EmptySchema, create(EmptySchema))));
  expect(rig.present()).toEqual(["bob", "carol"]);
  // Of all that only what bob said of itself is news.
  expect(rig.updates).toMatchObject([{ memberId: "bob", key: "topology" }]);
  // Nor does their silence mean anything, later on.
  await rig.clock.virtual.advance(60_000);
  expect(rig.present()).toEqual(["bob", "carol"]);
});
