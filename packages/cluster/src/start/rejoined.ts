import type { Member } from "../membership/member.ts";

/**
 * Published on the event stream of a member that the others had let go, once it is a member again.
 *
 * @example
 * import { type Cluster, Rejoined } from "@ts-grain/cluster";
 *
 * function logReturn({ system }: Cluster): void {
 *   system.eventStream.subscribe((event) => {
 *     if (event instanceof Rejoined)
 *       console.error(`back as ${event.self.id}, formerly ${event.former.id}`);
 *   });
 * }
 */
export class Rejoined {
  readonly self: Member;
  /** What it was before; its grains have ended. */
  readonly former: Member;

  constructor(self: Member, former: Member) {
    this.self = self;
    this.former = former;
  }
}
