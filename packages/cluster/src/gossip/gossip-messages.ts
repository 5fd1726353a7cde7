import type { Any } from "@bufbuild/protobuf/wkt";
import type { GossipEntry } from "./gossip-knowledge.ts";

/** Where every member's gossip actor is found; the name is Proto.Actor's. */
export const gossipActorId = "gossip";

/** What members of Proto.Actor Go say, and how they spell it. */
export const gossipKeys = {
  /** Both are said and heard: the first until the summer of 2024, the second since then. */
  heartbeats: ["heathbeat", "heartbeat"],
  topology: "topology",
  left: "left",
} as const;

/**
 * On the event stream: a member has said something new.
 *
 * @example
 * import { type Cluster, GossipUpdated } from "@ts-grain/cluster";
 *
 * function logNews({ system }: Cluster): void {
 *   system.eventStream.subscribe((event) => {
 *     if (event instanceof GossipUpdated)
 *       console.error(`${event.memberId} says something new about ${event.key}`);
 *   });
 * }
 */
export class GossipUpdated implements GossipEntry {
  readonly memberId: string;
  readonly key: string;
  readonly value: Any;

  constructor({ memberId, key, value }: GossipEntry) {
    this.memberId = memberId;
    this.key = key;
    this.value = value;
  }
}

/** On the event stream: another member says that this one is gone. */
export class DeclaredGone {
  /** The id of who says so. */
  readonly by: string;

  constructor(by: string) {
    this.by = by;
  }
}

// What the gossip actor is sent inside its process.

/** Says something to the others, from the next round on. */
export class Say {
  readonly key: string;
  readonly value: Any;

  constructor(key: string, value: Any) {
    this.key = key;
    this.value = value;
  }
}

/** It is time for a round. */
export class GossipRound {}

/** Says that this member leaves, to everybody and at once; answered when they have it or had their time. */
export class SayGoodbye {}

/** Everybody was told. */
export class GoodbyeSaid {}
