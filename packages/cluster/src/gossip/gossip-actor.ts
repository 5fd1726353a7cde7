import { create, isMessage } from "@bufbuild/protobuf";
import { type Any, anyPack, anyUnpack, EmptySchema } from "@bufbuild/protobuf/wkt";
import { type Actor, type ActorContext, PID, Started, Stopping, type Timer } from "@ts-grain/actor";
import { ClusterTopologySchema } from "../gen/cluster/cluster_pb.ts";
import {
  type GossipRequest,
  GossipRequestSchema,
  GossipResponseSchema,
  type GossipState,
  MemberHeartbeatSchema,
} from "../gen/cluster/gossip_pb.ts";
import { FromPeer } from "../membership/from-peer.ts";
import { type Member, memberAddress } from "../membership/member.ts";
import type { MemberList } from "../membership/member-list.ts";
import { type GossipEntry, GossipKnowledge } from "./gossip-knowledge.ts";
import {
  DeclaredGone,
  GoodbyeSaid,
  GossipRound,
  GossipUpdated,
  gossipActorId,
  gossipKeys,
  Say,
  SayGoodbye,
} from "./gossip-messages.ts";
import type { GossipConfig } from "./gossip-options.ts";
import { pickPeers } from "./pick-peers.ts";

/**
 * Tells other members what this one knows and listens to them, as members of Proto.Actor Go do: heartbeats, what each
 * sees as the topology, and goodbyes. A member that says goodbye, or that gossiped and then falls silent, is blocked.
 */
export class GossipActor implements Actor {
  readonly #members: MemberList;
  readonly #config: GossipConfig;
  readonly #self: string;
  readonly #knowledge: GossipKnowledge;
  #lastRoundMs = 0;
  #timer: Timer | undefined;

  /** @param self this member's id */
  constructor(self: string, members: MemberList, config: GossipConfig) {
    this.#self = self;
    this.#members = members;
    this.#config = config;
    this.#knowledge = new GossipKnowledge(self);
  }

  receive(context: ActorContext): void {
    const { message } = context;
    if (message instanceof FromPeer && isMessage(message.told, GossipRequestSchema))
      this.#onGossip(context, message.told, message.address);
    else if (message instanceof GossipRound) this.#round(context);
    else if (message instanceof Say) this.#say(context, message.key, message.value);
    else if (message instanceof SayGoodbye) this.#sayGoodbye(context);
    else if (message instanceof Started) this.#start(context);
    else if (message instanceof Stopping) this.#timer?.cancel();
  }

  /** Whom nobody lists is not listened to, nor told that it was: a member that is listed later will say it again. */
  #onGossip(context: ActorContext, { state }: GossipRequest, address: string): void {
    const isMember = this.#peers().some((peer) => memberAddress(peer) === address);
    const isNews = state !== undefined && Object.keys(state.members).length > 0;
    if (isNews && !isMember) return;
    // Before listening: who says goodbye is no longer connected after it.
    context.respond(create(GossipResponseSchema));
    if (isNews) this.#listen(context, state);
  }

  #start(context: ActorContext): void {
    this.#lastRoundMs = context.system.clock.nowMs();
    this.#scheduleRound(context);
  }

  #scheduleRound({ system, self }: ActorContext): void {
    this.#timer = system.clock.schedule(this.#config.intervalMs, () =>
      system.root.send(self, new GossipRound()),
    );
  }

  #round(context: ActorContext): void {
    this.#blockSilent(context.system.clock.nowMs());
    const heartbeat = anyPack(MemberHeartbeatSchema, create(MemberHeartbeatSchema, { actorStatistics: {} }));
    for (const key of gossipKeys.heartbeats) this.#say(context, key, heartbeat);
    for (const peer of pickPeers(this.#peers(), this.#config.fanOut, context.system.random))
      void this.#tell(context, peer);
    this.#scheduleRound(context);
  }

  /** Blocks members that gossiped once and have not been heard of since the expiry. */
  #blockSilent(nowMs: number): void {
    const { heartbeatExpiryMs } = this.#config;
    // A process that was stopped heard nobody for that time: that says nothing about the others.
    if (nowMs - this.#lastRoundMs > heartbeatExpiryMs / 2) this.#knowledge.refresh(nowMs);
    this.#lastRoundMs = nowMs;
    const heard = [...this.#knowledge.heard(gossipKeys.heartbeats)];
    this.#members.block(heard.filter(([, atMs]) => nowMs - atMs > heartbeatExpiryMs).map(([id]) => id));
    const present = new Set(this.#peers().map(({ id }) => id));
    this.#knowledge.forget((id) => id !== this.#self && !present.has(id));
  }

  #say({ system }: ActorContext, key: string, value: Any): void {
    this.#knowledge.set(key, value, system.clock.nowMs());
  }

  /** Sends a member what it may not know; what it does not acknowledge is part of the next round. */
  #tell(context: ActorContext, peer: Member): Promise<void> {
    const { requestTimeoutMs: timeoutMs, maxMembers } = this.#config;
    const others = pickPeers(this.#peers(), maxMembers, context.system.random).map(({ id }) => id);
    const { state, acknowledge } = this.#knowledge.deltaFor(peer.id, others);
    const target = new PID(memberAddress(peer), gossipActorId);
    const request = create(GossipRequestSchema, { memberId: peer.id, state });
    return context.system.root
      .requestAsync(target, request, { timeoutMs })
      .then(acknowledge, () => undefined);
  }

  /** Of members that nobody lists, a peer may make up any number. */
  #listen(context: ActorContext, state: GossipState): void {
    const listed = new Set(this.#peers().map(({ id }) => id));
    const members = Object.fromEntries(Object.entries(state.members).filter(([id]) => listed.has(id)));
    for (const entry of this.#knowledge.merge({ ...state, members }, context.system.clock.nowMs())) {
      context.system.eventStream.publish(new GossipUpdated(entry));
      const gone = goneBy(entry);
      if (gone.includes(this.#self)) context.system.eventStream.publish(new DeclaredGone(entry.memberId));
      this.#members.block(gone.filter((id) => id !== this.#self));
    }
  }

  #sayGoodbye(context: ActorContext): void {
    this.#timer?.cancel();
    this.#say(context, gossipKeys.left, anyPack(EmptySchema, create(EmptySchema)));
    const told = Promise.all(this.#peers().map((peer) => this.#tell(context, peer)));
    context.reenterAfter(told, () => context.respond(new GoodbyeSaid()));
  }

  #peers(): readonly Member[] {
    return this.#members.topology.members.filter(({ id }) => id !== this.#self);
  }
}

/** The members that are gone, by what somebody says. */
function goneBy({ memberId, key, value }: GossipEntry): readonly string[] {
  if (key === gossipKeys.left) return [memberId];
  if (key !== gossipKeys.topology) return [];
  try {
    return anyUnpack(value, ClusterTopologySchema)?.blocked ?? [];
  } catch {
    // Whoever sends bytes that are no topology has told nothing.
    return [];
  }
}
