import { create } from "@bufbuild/protobuf";
import type { Any } from "@bufbuild/protobuf/wkt";
import {
  type GossipKeyValue,
  GossipKeyValueSchema,
  type GossipState,
  GossipStateSchema,
} from "../gen/cluster/gossip_pb.ts";
import { gossipKeys } from "./gossip-messages.ts";

/**
 * What is kept of one member beside what members always say: keys, and bytes of them and of their values. Of what they always say, each thing may have as many bytes; the
 * longest names all members.
 */
const most = { keys: 32, bytes: 1024 * 1024 } as const;
const always: ReadonlySet<string> = new Set([...gossipKeys.heartbeats, gossipKeys.topology, gossipKeys.left]);

/** Something that a member has said. */
export interface GossipEntry {
  readonly memberId: string;
  readonly key: string;
  readonly value: Any;
}

interface Known {
  readonly sequence: bigint;
  readonly value: Any;
  /** By this process's clock: what others say about time is not believed. */
  readonly heardAtMs: number;
}

/** News for one member, and what to call once that member has them. */
export interface GossipDelta {
  readonly state: GossipState;
  readonly acknowledge: () => void;
}

/**
 * What every member has said, newest first by its own count. Merging is commutative, associative and idempotent, so
 * it does not matter which way news travel or how often.
 */
export class GossipKnowledge {
  readonly #self: string;
  readonly #members = new Map<string, Map<string, Known>>();
  /** By target and member: the highest count that the target has acknowledged. */
  readonly #acknowledged = new Map<string, Map<string, bigint>>();
  #sequence = 0n;

  /** @param self this member's id */
  constructor(self: string) {
    this.#self = self;
  }

  /** Says something oneself. */
  set(key: string, value: Any, nowMs: number): void {
    this.#sequence++;
    this.#keysOf(this.#self).set(key, { sequence: this.#sequence, value, heardAtMs: nowMs });
  }

  /** Takes what is newer than what is known, and returns it. Nobody is believed about this member itself. */
  merge(state: GossipState, nowMs: number): readonly GossipEntry[] {
    const news: GossipEntry[] = [];
    for (const [memberId, { values }] of Object.entries(state.members)) {
      if (memberId === this.#self) continue;
      const known = this.#keysOf(memberId);
      for (const [key, { sequenceNumber, value }] of Object.entries(values)) {
        if (!value || sequenceNumber <= (known.get(key)?.sequence ?? -1n)) continue;
        if (!hasRoom(known, key, value)) continue;
        known.set(key, { sequence: sequenceNumber, value, heardAtMs: nowMs });
        news.push({ memberId, key, value });
      }
    }
    return news;
  }

  /** What a member may not know yet: of this member, and of the given others. */
  deltaFor(target: string, others: readonly string[]): GossipDelta {
    const members: [string, { values: Record<string, GossipKeyValue> }][] = [];
    const sent = new Map<string, bigint>();
    const acknowledged = this.#acknowledged.get(target);
    for (const memberId of [this.#self, ...others]) {
      const from = acknowledged?.get(memberId) ?? -1n;
      const news = [...(this.#members.get(memberId) ?? [])].filter(([, { sequence }]) => sequence > from);
      if (news.length === 0) continue;
      members.push([
        memberId,
        { values: Object.fromEntries(news.map(([key, known]) => [key, toKeyValue(known)])) },
      ]);
      sent.set(
        memberId,
        news.reduce((highest, [, { sequence }]) => (sequence > highest ? sequence : highest), from),
      );
    }
    const state = create(GossipStateSchema, { members: Object.fromEntries(members) });
    return { state, acknowledge: () => this.#acknowledge(target, sent) };
  }

  /** The members, other than this one, that have said something under one of the keys, and when that was last heard. */
  heard(keys: readonly string[]): ReadonlyMap<string, number> {
    const heard = new Map<string, number>();
    for (const [memberId, known] of this.#members) {
      if (memberId === this.#self) continue;
      const times = keys.flatMap((key) => known.get(key)?.heardAtMs ?? []);
      if (times.length > 0) heard.set(memberId, Math.max(...times));
    }
    return heard;
  }

  /** Everything counts as heard now: this process did not listen for a while, and cannot tell who was silent. */
  refresh(nowMs: number): void {
    for (const known of this.#members.values()) {
      for (const [key, entry] of known) known.set(key, { ...entry, heardAtMs: nowMs });
    }
  }

  /** Forgets members that are gone. */
  forget(isGone: (memberId: string) => boolean): void {
    for (const memberId of this.#members.keys()) if (isGone(memberId)) this.#members.delete(memberId);
    for (const [target, offsets] of this.#acknowledged) {
      if (isGone(target)) this.#acknowledged.delete(target);
      for (const memberId of offsets.keys()) if (isGone(memberId)) offsets.delete(memberId);
    }
  }

  #acknowledge(target: string, sent: ReadonlyMap<string, bigint>): void {
    const offsets = this.#acknowledged.get(target) ?? new Map<string, bigint>();
    this.#acknowledged.set(target, offsets);
    for (const [memberId, sequence] of sent) {
      if (sequence > (offsets.get(memberId) ?? -1n)) offsets.set(memberId, sequence);
    }
  }

  #keysOf(memberId: string): Map<string, Known> {
    let known = this.#members.get(memberId);
    if (!known) {
      known = new Map();
      this.#members.set(memberId, known);
    }
    return known;
  }
}

function toKeyValue({ sequence, value }: Known): GossipKeyValue {
  return create(GossipKeyValueSchema, { sequenceNumber: sequence, value });
}

/** Whether something that a member says is kept, beside all else that it has said. */
function hasRoom(known: ReadonlyMap<string, Known>, key: string, value: Any): boolean {
  if (always.has(key)) return sizeOf(key, value) <= most.bytes;
  const kept = [...known].filter(([other]) => other !== key && !always.has(other));
  const bytes = kept.reduce((sum, [other, said]) => sum + sizeOf(other, said.value), sizeOf(key, value));
  return kept.length < most.keys && bytes <= most.bytes;
}

function sizeOf(key: string, { typeUrl, value }: Any): number {
  return key.length + typeUrl.length + value.length;
}
