import { create } from "@bufbuild/protobuf";
import { type ActorContext, PID, type Timer } from "@ts-grain/actor";
import { RebalanceCompletedSchema } from "../gen/cluster/cluster_pb.ts";
import { memberAddress } from "../membership/member.ts";
import type { Topology } from "../membership/topology.ts";
import type { Activation } from "./activation.ts";
import type { ClusterIdentity } from "./cluster-identity.ts";
import { Duplicates, type DuplicatesParts, lateMs, type ToldHoldings } from "./duplicates.ts";
import { writeHoldings } from "./holdings.ts";
import type { Life } from "./life.ts";
import type { PlacedActivations } from "./placed-activations.ts";
import { placementActorId, TellAgain } from "./placement-messages.ts";

/** Milliseconds until a member that could not be told is told again. */
const tellAgainMs = 100;

/**
 * Tells the other members what is here that they own, and then that nothing of it is any more. They wait for it, so that it is told again to those whom it did
 * not reach: the connection to an address is given up when the member behind it is replaced by another.
 */
export class HandoverNews {
  /** The topology in which it was told. */
  #told: Topology | undefined;
  /** Who will be told again. */
  readonly #unreached = new Set<string>();
  #reminder: Timer | undefined;
  /** Knows what else they were told, and what they told. */
  readonly #duplicates: Duplicates;

  constructor(parts: DuplicatesParts) {
    this.#duplicates = new Duplicates(parts);
  }

  /** A member has told what it has, or had, of this one's. */
  told(context: ActorContext, told: ToldHoldings, placed: PlacedActivations): void {
    this.#duplicates.told(context, told, placed);
  }

  /** Whether one of the members at these addresses has told lately that it has an identity. */
  isHeldBy({ system }: ActorContext, identity: ClusterIdentity, addresses: ReadonlySet<string>): boolean {
    return this.#duplicates.isHeldBy(identity, addresses, system.clock.nowMs());
  }

  /** Tells the owners what of theirs is or was here. To be called before the same topology's `tell`. */
  tellHoldings(context: ActorContext, topology: Topology, leftovers: Iterable<Activation>): void {
    for (const [address, lives] of this.#duplicates.moveTo(context, topology, leftovers))
      this.#sendHoldings(context, address, lives);
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
    const addresses = this.#addresses;
    // A client runs a placement actor too, and nobody waits for it.
    if (!addresses.includes(context.system.address)) return;
    for (const address of addresses) {
      if (address !== context.system.address) this.#send(context, address);
    }
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
    this.#sendHoldings(context, address, this.#duplicates.toldTo(address));
    if (this.#addresses.includes(address)) this.#send(context, address);
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

  get #addresses(): readonly string[] {
    const members = this.#told?.members ?? [];
    return members.filter(({ dialect }) => dialect === "ts-grain").map(memberAddress);
  }

  #sendHoldings(context: ActorContext, address: string, lives: readonly Life[]): void {
    const nowMs = context.system.clock.nowMs();
    for (const message of writeHoldings(lives, nowMs))
      context.request(new PID(address, placementActorId), message);
  }

  #send(context: ActorContext, address: string): void {
    const { hash: topologyHash } = this.#told!;
    context.request(new PID(address, placementActorId), create(RebalanceCompletedSchema, { topologyHash }));
  }
}
