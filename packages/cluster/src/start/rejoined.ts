import type { Member } from "../membership/member.ts";

/** Published on the event stream of a member that the others had let go, once it is a member again. */
export class Rejoined {
  readonly self: Member;
  /** What it was before; its grains have ended. */
  readonly former: Member;

  constructor(self: Member, former: Member) {
    this.self = self;
    this.former = former;
  }
}
