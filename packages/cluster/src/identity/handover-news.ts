import { create } from "@bufbuild/protobuf";
import { type ActorContext, PID, type Timer } from "@ts-grain/actor";
import { RebalanceCompletedSchema } from "../gen/cluster/cluster_pb.ts";
import { memberAddress } from "../membership/member.ts";
import type { Topology } from "../membership/topology.ts";
import type { Activation } from "./activation.ts";
import type { ClusterIdentity } from "./cluster-identity.ts";
import { Duplicates, type DuplicatesParts, lateMs, type ToldHoldings } from "./duplicates.ts";
import type { HandoverBarrier } from "./handover-barrier.ts";
import { writeHoldings } from "./holdings.ts";
import type { Life } from "./life.ts";
import type { PlacedActivations } from "./placed-activations.ts";
import { placementActorId, TellAgain } from "./placement-messages.ts";

/** Milliseconds until a member that could not be told is told again. */
const tellAgainMs = 100;

/** What is here, and what keeps more from beginning. */
interface Here {
  readonly placed: PlacedActivations;
  readonly barrier: HandoverBarrier;
}

/**
 * Tells the other members what is here that they own, and then that nothing of it is any more. They wait for it, so that it is told again to those whom it did
 * not reach: the connection to an address is given up when the member behind it is replaced by another.
 */
export class HandoverNews {
  /** The present topology, and that in which it was told. */
  #present: Topology | undefined;
  #told: Topology | undefined;
  /** Who will be told again. */
  readonly #unreached = new Set<string>();
  #reminder: Timer | undefined;
  /** Knows what else they were told, and what they told. */
  readonly #duplicates: Duplicates;

  constructor(parts: DuplicatesParts) {
    this.#duplicates = new Duplicates(parts);
  }

  /** A member has told what it has, or had, of this one's, and perhaps that this is all. */
  told(context: ActorContext, told: ToldHoldings, { placed, barrier }: Here): void {
    this.#duplicates.told(context, told, placed);
    const { topologyHash } = told.holdings;
    if (topologyHash !== 0n) barrier.hear(told.address, topologyHash);
  }

  /** Whether one of the members at these addresses has told lately that it has an identity. */
  isHeldBy({ system }: ActorContext, identity: ClusterIdentity, addresses: ReadonlySet<string>): boolean {
    return this.#duplicates.isHeldBy(identity, addresses, system.clock.nowMs());
  }

  /** Tells the owners what of theirs is or was here. To be called before the same topology's `tell`. */
  tellHoldings(context: ActorContext, topology: Topology, leftovers: ReadonlySet<Activation>): void {
    this.#present = topology;
    const toTell = this.#duplicates.moveTo(context, topology, leftovers);
    // Where nothing is left they are told that at once.
    const allOf = leftovers.size > 0 ? topology : undefined;
    for (const address of peersIn(topology, context))
      this.#sendHoldings(context, address, toTell.get(address) ?? [], allOf);
    this.#remindLater(context);
  }

  /** Tells the owner of an activation that it has ended, if it may not have waited for that. */
  tellEnded(context: ActorContext, activation: Activation): void {
    const ended = this.#duplicates.ended(context, activation);
    if (ended) this.#sendHoldings(context, ended.owner, [ended.life]);
  }

  /** Tells the members of a topology, once. */
  tell(context: ActorContext, topology: Topology): void {
    if (this.#told === topology) return;
    this.#told = topology;
    for (const address of peersIn(topology, context)) this.#sendCompleted(context, address, topology);
  }

  /** A member could not be told. */
  undelivered({ system, self }: ActorContext, address: string): void {
    if (this.#unreached.has(address)) return;
    this.#unreached.add(address);
    const news = new TellAgain(address);
    system.clock.schedule(tellAgainMs, () => system.root.send(self, news));
  }

  /** Tells one member again, if it is still there; or all that own what is here what of it is left, for which they wait. */
  tellAgain(context: ActorContext, { address }: TellAgain): void {
    if (address === undefined) {
      this.#remind(context);
      return;
    }
    this.#unreached.delete(address);
    const lives = this.#duplicates.toldTo(address);
    const [present, told] = [this.#present, this.#told].map((topology) =>
      topology && peersIn(topology, context).includes(address) ? topology : undefined,
    );
    this.#sendHoldings(context, address, lives, present);
    if (told) this.#sendCompleted(context, address, told);
  }

  /** Ends with its actor. */
  stop(): void {
    this.#reminder?.cancel();
    this.#duplicates.stop();
  }

  #remind(context: ActorContext): void {
    this.#reminder = undefined;
    for (const [owner, lives] of this.#duplicates.reminders(context.system.clock.nowMs()))
      this.#sendHoldings(context, owner, lives);
    this.#remindLater(context);
  }

  #remindLater({ system, self }: ActorContext): void {
    if (this.#reminder || !this.#duplicates.isInsisting(system.clock.nowMs())) return;
    this.#reminder = system.clock.schedule(lateMs, () => system.root.send(self, new TellAgain()));
  }

  /** @param allOf the topology by which these are all, if they are */
  #sendHoldings(context: ActorContext, address: string, lives: readonly Life[], allOf?: Topology): void {
    const nowMs = context.system.clock.nowMs();
    for (const message of writeHoldings(lives, nowMs, allOf))
      context.request(new PID(address, placementActorId), message);
  }

  #sendCompleted(context: ActorContext, address: string, { hash: topologyHash }: Topology): void {
    context.request(new PID(address, placementActorId), create(RebalanceCompletedSchema, { topologyHash }));
  }
}

/** The addresses of those who wait for news of this process: nobody waits for a client's, which runs a placement actor too. */
function peersIn({ members }: Topology, { system }: ActorContext): readonly string[] {
  const addresses = members.filter(({ dialect }) => dialect === "ts-grain").map(memberAddress);
  return addresses.includes(system.address) ? addresses.filter((address) => address !== system.address) : [];
}
