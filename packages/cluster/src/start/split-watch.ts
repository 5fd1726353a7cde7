import { create } from "@bufbuild/protobuf";
import { type ActorSystem, PID, type Timer } from "@ts-grain/actor";
import { GossipRequestSchema } from "../gen/cluster/gossip_pb.ts";
import { gossipActorId } from "../gossip/gossip-messages.ts";
import { type Member, memberAddress } from "../membership/member.ts";
import type { MemberList } from "../membership/member-list.ts";

/** Milliseconds between two looks. */
const lookEveryMs = 5_000;

/**
 * Notices that members have let each other go which the provider lists all the while, as happens when the network between them was
 * cut. Nobody would talk to the others again. So the side with fewer members calls on the others, now and then: once they can be
 * reached, they refuse, and who is refused joins again as a new member.
 */
export class SplitWatch {
  readonly #system: ActorSystem;
  readonly #members: MemberList;
  #timer: Timer;

  constructor(system: ActorSystem, members: MemberList) {
    this.#system = system;
    this.#members = members;
    this.#timer = this.#lookLater();
  }

  stop(): void {
    this.#timer.cancel();
  }

  #lookLater(): Timer {
    return this.#system.clock.schedule(lookEveryMs, () => {
      this.#look();
      this.#timer = this.#lookLater();
    });
  }

  #look(): void {
    const { topology, lost } = this.#members;
    const other = lost[Math.floor(this.#system.random.next() * lost.length)];
    if (!other || !isSmaller(topology.members, lost)) return;
    const target = new PID(memberAddress(other), gossipActorId);
    const call = this.#system.root.requestAsync(target, create(GossipRequestSchema, { state: {} }));
    // Whether the connection is refused is all that matters, and an event tells it.
    call.catch(() => undefined);
  }
}

/** Of two sides of the same size, the one without the lowest id is taken for the smaller. */
function isSmaller(own: readonly Member[], others: readonly Member[]): boolean {
  if (own.length !== others.length) return own.length < others.length;
  const [lowest] = [...own, ...others].map(({ id }) => id).toSorted();
  return !own.some(({ id }) => id === lowest);
}
