import type { Message } from "@bufbuild/protobuf";
import type { ActorSystem, PID } from "@ts-grain/actor";
import { memberAddress } from "../membership/member.ts";
import type { MemberList } from "../membership/member-list.ts";
import type { Deadline } from "./deadline.ts";
import type { SendCall } from "./one-way.ts";

/** How often a call is sent at most that may have been handled already. */
const maxSends = 3;

/**
 * Calls that may run more than once: each is sent again when the member to which it was sent leaves, and when half of
 * the time that was left has passed without an answer; three times at most. The first answer counts.
 */
export class IdempotentCalls {
  readonly #system: ActorSystem;
  readonly #doubts = new Set<Doubt>();

  constructor({ system, members }: { readonly system: ActorSystem; readonly members: MemberList }) {
    this.#system = system;
    members.subscribe(({ left }) => {
      const addresses = new Set(left.map(memberAddress));
      for (const doubt of this.#doubts) if (addresses.has(doubt.address)) doubt.raise(undefined);
    });
  }

  /** @throws what the first `send` to end throws. */
  async call(deadline: Deadline, send: SendCall): Promise<Message> {
    const answers: Promise<Message>[] = [];
    while (answers.length < maxSends - 1) {
      const doubt = new Doubt();
      this.#doubts.add(doubt);
      const timer = this.#system.clock.schedule(deadline.remainingMs / 2, () => doubt.raise(undefined));
      try {
        answers.push(send((target) => doubt.sentTo(target)));
        const first = await Promise.race([...answers, doubt.raised]);
        if (first !== undefined) return first;
      } finally {
        timer.cancel();
        this.#doubts.delete(doubt);
      }
    }
    return Promise.race([...answers, send(() => undefined)]);
  }
}

/** That an answer will come. */
class Doubt {
  readonly raised: Promise<undefined>;
  readonly raise: (nothing: undefined) => void;
  /** To which member the call was sent; empty before. */
  address = "";

  constructor() {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.raised = promise;
    this.raise = resolve;
  }

  sentTo(target: PID): void {
    this.address = target.address;
  }
}
