import type { ActorSystem, PID } from "@ts-grain/actor";
import type { MemberList } from "../membership/member-list.ts";
import type { HostedKind } from "./activation.ts";
import type { ClusterIdentity } from "./cluster-identity.ts";
import type { Location } from "./location.ts";

/**
 * What a lookup works with.
 *
 * @see {@link IdentityLookup}
 */
export interface LookupContext {
  readonly system: ActorSystem;
  readonly members: MemberList;
  /** The kinds that this process hosts, by name; empty for a client. */
  readonly kinds: ReadonlyMap<string, HostedKind>;
  /**
   * To be told when what `findHere` has given out takes no more calls, so that those that come back from there are sent again
   * before any that are made later.
   */
  readonly left?: ((identity: ClusterIdentity, location: Location) => void) | undefined;
}

/**
 * How long `find` may take.
 *
 * @see {@link IdentityLookup}
 */
export interface FindOptions {
  readonly timeoutMs: number;
  /** Ends the wait; the owner may still activate the grain. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * A lookup at work in one process.
 *
 * @see {@link IdentityLookup}
 */
export interface LookupSession {
  /**
   * The PID of the one activation of an identity, which is started if there is none.
   *
   * @throws ClusterError "no_member" if no member hosts the kind, "not_delivered" if the owner could not be reached,
   * refused or did not answer in time. A reason of the signal is thrown as it is.
   */
  find(identity: ClusterIdentity, options: FindOptions): Promise<PID>;
  /**
   * The same without waiting, and without asking other processes, where that is possible: undefined wherever it is not, and
   * where `find` would throw. The same object for each call to one activation. Default: nowhere.
   */
  findHere?(identity: ClusterIdentity): Location | undefined;
  /**
   * Of an identity that belongs to another member: the PID of an actor there which takes its calls, `cluster.GrainRequest`s that name the
   * grain, in place of the grain. It has to handle them, and who asks it for the grain's PID, in the order in which they come; to hand each on to the grain's
   * activation, with its sender and headers, or to answer `cluster.ActivationResponse` with `failed`, if nothing was started and nothing will be.
   * Default: nowhere is such an actor, and `find` comes before the first call.
   */
  receiverOf?(identity: ClusterIdentity): PID | undefined;
  /**
   * Whether an identity belongs to the member at an address, as far as this process knows. Where it does not any more, its
   * calls are not sent there first, but it is asked for anew. Default: it does.
   */
  belongsTo?(identity: ClusterIdentity, address: string): boolean;
  /**
   * Ends every activation of this process in order: takes no new ones, lets each finish what it has, and resolves
   * when all have ended, or after the given milliseconds. Others that ask meanwhile may be refused, or wait for `close`. Idempotent.
   */
  release(options: { readonly timeoutMs: number }): Promise<void>;
  /**
   * Comes last, when the others have seen that this process has left, or had time to: refuses whoever still waits for an answer.
   * Takes a fraction of a second at most. Default: nobody waits.
   */
  close?(): Promise<void>;
}

/**
 * Decides where an identity lives. Port: `DistHashLookup` implements it.
 *
 * @example
 * import {
 *   DistHashLookup,
 *   type FindOptions,
 *   type IdentityLookup,
 *   type LookupContext,
 *   type LookupSession,
 * } from "@ts-grain/cluster";
 *
 * // Tells how long it took to find each grain.
 * const timedLookup: IdentityLookup = {
 *   start(context: LookupContext): LookupSession {
 *     const session = new DistHashLookup().start(context);
 *     const { clock, logger } = context.system;
 *     return {
 *       async find(identity, options: FindOptions) {
 *         const startedMs = clock.nowMs();
 *         const pid = await session.find(identity, options);
 *         logger.debug({ ...identity, tookMs: clock.nowMs() - startedMs }, "found");
 *         return pid;
 *       },
 *       release: (options) => session.release(options),
 *     };
 *   },
 * };
 */
export interface IdentityLookup {
  start(context: LookupContext): LookupSession;
}
