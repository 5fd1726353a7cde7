import { create } from "@bufbuild/protobuf";
import { type ActorContext, PID } from "@ts-grain/actor";
import { RebalanceCompletedSchema } from "../gen/cluster/cluster_pb.ts";
import { memberAddress } from "../membership/member.ts";
import type { Topology } from "../membership/topology.ts";
import { placementActorId, TellAgain } from "./placement-messages.ts";

/** Milliseconds until a member that could not be told is told again. */
const tellAgainMs = 100;

/**
 * Tells the other members that nothing is here any more that they own. They wait for it, so that it is told again to those whom it did
 * not reach: the connection to an address is given up when the member behind it is replaced by another.
 */
export class HandoverNews {
  /** The topology in which it was told. */
  #told: Topology | undefined;

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
    const news = new TellAgain(address);
    system.clock.schedule(tellAgainMs, () => system.root.send(self, news));
  }

  /** Tells one member again, if it is still there. */
  tellAgain(context: ActorContext, { address }: TellAgain): void {
    if (this.#addresses.includes(address)) this.#send(context, address);
  }

  get #addresses(): readonly string[] {
    const members = this.#told?.members ?? [];
    return members.filter(({ dialect }) => dialect === "ts-grain").map(memberAddress);
  }

  #send(context: ActorContext, address: string): void {
    const { hash: topologyHash } = this.#told!;
    context.request(new PID(address, placementActorId), create(RebalanceCompletedSchema, { topologyHash }));
  }
}
