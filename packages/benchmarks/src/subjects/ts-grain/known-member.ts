import type { ClusterProvider, Member, ProviderContext, ProviderSession } from "@ts-grain/cluster";

const session: ProviderSession = { leave: () => Promise.resolve(), abandon: () => Promise.resolve() };

/** A provider for one member alone, and for clients that know it. */
export class KnownMember implements ClusterProvider {
  readonly #member: Member | undefined;

  /** @param member whom clients find */
  constructor(member?: Member) {
    this.#member = member;
  }

  joinAsMember(self: Member, { onMembers }: ProviderContext): Promise<ProviderSession> {
    onMembers([self]);
    return Promise.resolve(session);
  }

  joinAsClient({ onMembers }: ProviderContext): Promise<ProviderSession> {
    onMembers(this.#member === undefined ? [] : [this.#member]);
    return Promise.resolve(session);
  }
}
