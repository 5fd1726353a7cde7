import type { ClusterProvider, ProviderContext, ProviderSession } from "../membership/cluster-provider.ts";
import type { Member } from "../membership/member.ts";

interface Joined {
  readonly session: ProviderSession;
  readonly context: ProviderContext;
}

interface Eviction {
  readonly tells?: boolean;
  readonly breaks?: boolean;
}

/** A provider that can be made to let members go, as one does whose keep-alives failed. */
export class EvictingProvider implements ClusterProvider {
  readonly #inner: ClusterProvider;
  readonly #joined = new Map<string, Joined>();

  constructor(inner: ClusterProvider) {
    this.#inner = inner;
  }

  get transport(): ClusterProvider["transport"] {
    return this.#inner.transport;
  }

  async joinAsMember(self: Member, context: ProviderContext): Promise<ProviderSession> {
    const session = await this.#inner.joinAsMember(self, context);
    this.#joined.set(self.id, { session, context });
    return session;
  }

  joinAsClient(context: ProviderContext): Promise<ProviderSession> {
    return this.#inner.joinAsClient(context);
  }

  /** Takes a member off the list. It is told so, too, unless it shall not know; and its session may be one that cannot be left any more. */
  async evict({ id }: Member, { tells = true, breaks = false }: Eviction = {}): Promise<void> {
    const joined = this.#joined.get(id);
    if (!joined) throw new Error(`${id} has not joined`);
    this.#joined.delete(id);
    await joined.session.abandon();
    if (breaks)
      joined.session.leave = () => Promise.reject(new Error("the provider does not know this session"));
    if (tells) joined.context.onMembers([]);
  }
}
