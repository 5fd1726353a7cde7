import type { TypeRegistry } from "@ts-grain/remote";
import { type RebalanceCompleted, RebalanceCompletedSchema } from "../gen/cluster/cluster_pb.ts";
import { type Holdings, HoldingsSchema } from "../gen/tsgrain/cluster/v1/holdings_pb.ts";

/** What a member tells of a hand-over, and its address: that of the connection, as a message's sender may name anybody. */
export class PeerNews {
  readonly news: Holdings | RebalanceCompleted;
  readonly address: string;

  constructor(news: Holdings | RebalanceCompleted, address: string) {
    this.news = news;
    this.address = address;
  }
}

/** From now on actors get other members' news as {@link PeerNews}. */
export function receiveNews(types: TypeRegistry): void {
  const received = (news: object, address: string): PeerNews =>
    new PeerNews(news as PeerNews["news"], address);
  for (const schema of [HoldingsSchema, RebalanceCompletedSchema]) types.register(schema, { received });
}
