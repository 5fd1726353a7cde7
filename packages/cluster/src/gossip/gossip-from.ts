import type { TypeRegistry } from "@ts-grain/remote";
import { type GossipRequest, GossipRequestSchema, type GossipState } from "../gen/cluster/gossip_pb.ts";

/** What another process says, and its address: that of the connection, as the message itself may name anybody. */
export class GossipFrom {
  readonly state: GossipState | undefined;
  readonly address: string;

  constructor(state: GossipState | undefined, address: string) {
    this.state = state;
    this.address = address;
  }
}

/** From now on the gossip actor is told who says what it gets. */
export function receiveGossip(types: TypeRegistry): void {
  const received = (request: object, address: string): GossipFrom =>
    new GossipFrom((request as GossipRequest).state, address);
  types.register(GossipRequestSchema, { received });
}
