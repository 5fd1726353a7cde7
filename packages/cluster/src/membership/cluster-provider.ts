import type { Clock, Logger, Random } from "@ts-grain/actor";
import type { Transport } from "@ts-grain/remote";
import type { Member } from "./member.ts";

/**
 * Receives the whole list of live members, each time that it has changed. A member that is missing from its own list
 * has been seen to leave by the others, who will not take it back under its id.
 *
 * @see {@link ClusterProvider}
 */
export type MembersListener = (members: readonly Member[]) => void;

/**
 * What a provider is told about the cluster that it shall watch.
 *
 * @see {@link ClusterProvider}
 */
export interface ProviderContext {
  readonly clusterName: string;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly random: Random;
  readonly onMembers: MembersListener;
  /**
   * Aborts when the process ends before it has joined: the provider then resolves at once with the session as it is, which is
   * told next to leave or to abandon. Undefined: joining is not cut short.
   */
  readonly signal?: AbortSignal | undefined;
}

/**
 * A member's or a client's presence at a provider.
 *
 * @see {@link ClusterProvider}
 */
export interface ProviderSession {
  /**
   * Deregisters a member, so that the others stop sending to it, and stops watching. Resolves when the provider has
   * confirmed it, or has failed to for a bounded time: the registration then lapses by itself. Idempotent.
   */
  leave(): Promise<void>;
  /**
   * Stops watching without deregistering, as if the process had died, and gives up every request, also those of a `leave`
   * under way. Idempotent.
   */
  abandon(): Promise<void>;
}

/**
 * Finds the members of a cluster. Port: Consul, etcd, Kubernetes and the in-process provider implement it.
 *
 * @example
 * import type {
 *   ClusterProvider,
 *   Member,
 *   MembersListener,
 *   ProviderContext,
 *   ProviderSession,
 * } from "@ts-grain/cluster";
 *
 * // Members that are known beforehand and never change.
 * class FixedMembers implements ClusterProvider {
 *   readonly #members: readonly Member[];
 *
 *   constructor(members: readonly Member[]) {
 *     this.#members = members;
 *   }
 *
 *   joinAsMember(_self: Member, context: ProviderContext): Promise<ProviderSession> {
 *     return this.joinAsClient(context);
 *   }
 *   async joinAsClient({ onMembers }: ProviderContext): Promise<ProviderSession> {
 *     const tell: MembersListener = onMembers;
 *     tell(this.#members);
 *     return { leave: async () => {}, abandon: async () => {} };
 *   }
 * }
 */
export interface ClusterProvider {
  /** The transport of one member or client whose remote is configured with none; read once for each. */
  readonly transport?: Transport | undefined;
  /**
   * Registers a member and watches the others. The listener is called at least once, with this member in the list.
   *
   * @throws ClusterError "provider_unavailable" when the provider has not confirmed it in time.
   */
  joinAsMember(self: Member, context: ProviderContext): Promise<ProviderSession>;
  /**
   * Watches the members without becoming one. The listener is called at least once.
   *
   * @throws ClusterError "provider_unavailable" when the provider has not told the members in time.
   */
  joinAsClient(context: ProviderContext): Promise<ProviderSession>;
}
