import type { Logger } from "@ts-grain/actor";
import type { Transport } from "@ts-grain/remote";
import type { Member } from "./member.ts";

/** Receives the whole list of live members, each time that it has changed. */
export type MembersListener = (members: readonly Member[]) => void;

/** What a provider is told about the cluster that it shall watch. */
export interface ProviderContext {
  readonly clusterName: string;
  readonly logger: Logger;
  readonly onMembers: MembersListener;
}

/** A member's or a client's presence at a provider. */
export interface ProviderSession {
  /**
   * Deregisters a member, so that the others stop sending to it, and stops watching. Resolves when the provider has
   * confirmed it; idempotent.
   */
  leave(): Promise<void>;
  /** Stops watching without deregistering, as if the process had died. Idempotent. */
  abandon(): Promise<void>;
}

/** Finds the members of a cluster. Port: Consul, etcd, Kubernetes and the in-process provider implement it. */
export interface ClusterProvider {
  /** The transport of one member or client whose remote is configured with none; read once for each. */
  readonly transport?: Transport | undefined;
  /** Registers a member and watches the others. The listener is called at least once, with this member in the list. */
  joinAsMember(self: Member, context: ProviderContext): Promise<ProviderSession>;
  /** Watches the members without becoming one. The listener is called at least once. */
  joinAsClient(context: ProviderContext): Promise<ProviderSession>;
}
