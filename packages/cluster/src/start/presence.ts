import type { ActorSystem, Subscription } from "@ts-grain/actor";
import { BlockedByPeerEvent, type Remote } from "@ts-grain/remote";
import { DeclaredGone } from "../gossip/gossip-messages.ts";
import { Gossiper } from "../gossip/gossiper.ts";
import type { ProviderSession } from "../membership/cluster-provider.ts";
import type { Member } from "../membership/member.ts";
import type { MemberList } from "../membership/member-list.ts";
import { pause } from "../membership/provider/pause.ts";
import type { ClusterConfig } from "./cluster-config.ts";
import { Rejoined } from "./rejoined.ts";
import { SplitWatch } from "./split-watch.ts";

/** Milliseconds before coming back, doubled from the first to the second while that is of no use. */
const firstPauseMs = 250;
const longestPauseMs = 30_000;
/** Milliseconds of being back after which the pauses begin small again. */
const settledAfterMs = 60_000;
/** Milliseconds that leaving waits for a return that is under way. */
const returnTimeoutMs = 2_000;

/** What a presence is made of. */
export interface PresenceParts {
  readonly system: ActorSystem;
  readonly remote: Remote;
  readonly members: MemberList;
  readonly config: ClusterConfig;
  /** How this process is listed; undefined for a client. */
  readonly self: Member | undefined;
  /** Ends all that this process has in the cluster, for a member that was let go and is not to come back. */
  readonly end: () => void;
}

/**
 * A process's presence in the cluster: joins, gossips, leaves – and comes back. A member that the others have let go, because
 * it was silent for too long, finds out from the provider, from their gossip, or when they refuse it. It then ends what it hosts and
 * joins again as a new member, since the others never take back one that has left.
 */
export class Presence {
  readonly #parts: PresenceParts;
  readonly #ending = new AbortController();
  readonly #refusals: Subscription;
  #self: Member | undefined;
  /** Clients do not gossip. */
  #gossiper: Gossiper | undefined;
  /** Clients are let go by nobody. */
  readonly #splits: SplitWatch | undefined;
  #session: ProviderSession | undefined;
  /** How a registration ends that the provider confirms too late; undefined as long as it is awaited. */
  #tooLate: "leave" | "abandon" | undefined;
  #isListed = false;
  #return: Promise<void> | undefined;
  #returnedAtMs = Number.NEGATIVE_INFINITY;
  #pauseMs = firstPauseMs;
  /** What it was before, each time that it was let go. */
  readonly #formerIds: string[] = [];

  constructor(parts: PresenceParts) {
    this.#parts = parts;
    this.#self = parts.self;
    this.#refusals = parts.system.eventStream.subscribe((event) => {
      if (event instanceof BlockedByPeerEvent) this.#letGo(`${event.address} refuses it`);
      else if (event instanceof DeclaredGone) this.#letGo(`${event.by} takes it for one that has left`);
    });
    this.#startGossip();
    if (parts.self) this.#splits = new SplitWatch(parts.system, parts.members);
  }

  /** How this process is listed now; undefined for a client. */
  get self(): Member | undefined {
    return this.#self;
  }

  /** Resolves when this member is in its own topology; a client, when it was told who is. */
  async join(): Promise<void> {
    this.#session = await this.#register();
  }

  /** Says goodbye to the others, then deregisters. What that takes longer than it may is given up: the registration lapses. */
  async leave({ timeoutMs }: { readonly timeoutMs: number }): Promise<void> {
    this.#end();
    const farewell = this.#sayGoodbye();
    if (await this.#settles(farewell, timeoutMs)) return;
    const { logger } = this.#parts.system;
    logger.warn({ timeoutMs }, "leaving took too long; the registration is left to lapse");
    this.#tooLate = "abandon";
    const giveUp = async (): Promise<void> => {
      await Promise.all([this.#session?.abandon(), farewell]);
    };
    giveUp().catch((error: unknown) => logger.warn({ error }, "the provider failed at the end"));
  }

  async #sayGoodbye(): Promise<void> {
    if (this.#return) await this.#settles(this.#return, returnTimeoutMs);
    this.#tooLate ??= "leave";
    await this.#gossiper?.leave();
    await this.#session?.leave();
  }

  /** Stops watching, and leaves the registration as it is. */
  async abandon(): Promise<void> {
    this.#end();
    this.#tooLate = "abandon";
    await this.#session?.abandon();
  }

  #end(): void {
    this.#refusals.unsubscribe();
    this.#splits?.stop();
    this.#ending.abort();
  }

  /** Whether something resolves in time. Rejects if it does. */
  async #settles(what: Promise<void>, timeoutMs: number): Promise<boolean> {
    const waiting = new AbortController();
    const late = pause(timeoutMs, { clock: this.#parts.system.clock, signal: waiting.signal });
    try {
      return await Promise.race([what.then(() => true), late.then(() => false)]);
    } finally {
      waiting.abort();
    }
  }

  #startGossip(): void {
    const { system, members, config } = this.#parts;
    if (this.#self) this.#gossiper = new Gossiper(this.#self.id, { system, members, config: config.gossip });
  }

  #register(): Promise<ProviderSession> {
    const { provider, name: clusterName } = this.#parts.config;
    const { logger, clock, random } = this.#parts.system;
    const self = this.#self;
    this.#isListed = false;
    const onMembers = (members: readonly Member[]): void => {
      if (self === this.#self && !this.#ending.signal.aborted) this.#listed(members);
    };
    const context = { clusterName, logger, clock, random, onMembers, signal: this.#ending.signal };
    return self ? provider.joinAsMember(self, context) : provider.joinAsClient(context);
  }

  #listed(members: readonly Member[]): void {
    const isHere = members.some(({ id }) => id === this.#self?.id);
    if (this.#isListed && !isHere) {
      this.#letGo("the provider lists it no more");
    } else {
      this.#isListed = isHere;
      this.#parts.members.update(members);
    }
  }

  #letGo(why: string): void {
    if (!this.#self || !this.#session || this.#return || this.#ending.signal.aborted) return;
    const { logger } = this.#parts.system;
    if (this.#parts.config.whenLetGo === "end") {
      logger.warn({ member: this.#self.id, why }, "this member was let go: it ends");
      // It may still be listed, and must not take itself back.
      this.#end();
      this.#parts.members.forgetAll();
      this.#parts.end();
      return;
    }
    this.#return = this.#comeBack(why)
      .catch((error: unknown) => logger.error({ error }, "this member could not join again"))
      .finally(() => {
        this.#return = undefined;
      });
  }

  async #comeBack(why: string): Promise<void> {
    const { system, remote, members } = this.#parts;
    const former = this.#self!;
    system.logger.warn(
      { member: former.id, why },
      "this member was let go: it ends its grains and joins again",
    );
    this.#formerIds.push(former.id);
    this.#self = { ...former, id: `${system.id}.${this.#formerIds.length}` };
    members.forgetAll();
    // The provider may list them for a while, and the others do not count them either.
    members.block(this.#formerIds);
    remote.rename(this.#self.id);
    await this.#endFormer(async () => this.#gossiper?.stop());
    this.#gossiper = undefined;
    await this.#endFormer(async () => this.#session?.leave());
    this.#session = undefined;
    const isSettled = system.clock.nowMs() - this.#returnedAtMs > settledAfterMs;
    if (isSettled) this.#pauseMs = firstPauseMs;
    await this.#pause();
    if (this.#ending.signal.aborted) return;
    this.#startGossip();
    await this.#registerWithPatience();
    if (!this.#session || this.#ending.signal.aborted) return;
    system.logger.info({ member: this.#self.id, former: former.id }, "this member has joined again");
    system.eventStream.publish(new Rejoined(this.#self, former));
  }

  /** What this member was before, nobody takes back: that a part of it could not be ended must not keep it from joining again. */
  async #endFormer(end: () => Promise<void>): Promise<void> {
    try {
      await end();
    } catch (error) {
      this.#parts.system.logger.warn({ error }, "what this member was before could not be ended");
    }
  }

  async #registerWithPatience(): Promise<void> {
    while (!this.#ending.signal.aborted) {
      try {
        const session = await this.#register();
        if (this.#tooLate) return await session[this.#tooLate]();
        this.#session = session;
        this.#returnedAtMs = this.#parts.system.clock.nowMs();
        return;
      } catch (error) {
        if (this.#ending.signal.aborted) return;
        this.#parts.system.logger.warn({ error }, "this member could not join again yet");
        await this.#pause();
      }
    }
  }

  /** Coming back at once and being let go at once must not become a storm. */
  async #pause(): Promise<void> {
    const { clock, random } = this.#parts.system;
    await pause(this.#pauseMs * (0.5 + random.next() / 2), { clock, signal: this.#ending.signal });
    this.#pauseMs = Math.min(longestPauseMs, this.#pauseMs * 2);
  }
}
