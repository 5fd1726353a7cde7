import type { InboundConnection } from "../transport/transport.ts";
import { InboundSession, type SessionEnd, type SessionOptions } from "./inbound-session.ts";
import type { Peer } from "./peer.ts";

/** The connections that peers have open. */
export class SessionTable {
  readonly #options: SessionParts;
  readonly #sessions = new Set<InboundSession>();

  constructor(options: SessionParts) {
    this.#options = options;
  }

  get size(): number {
    return this.#sessions.size;
  }

  accept(connection: InboundConnection): void {
    const session = new InboundSession(connection, {
      ...this.#options,
      isElsewhere: ({ systemId, address }) =>
        this.#of(systemId).some(({ peer }) => peer!.address !== address),
      onWelcome: (peer) => {
        this.#endEarlier(peer);
        // Go opens another connection when it has given up the one before, and told all its watchers.
        if (!peer.isTsGrain) this.#options.onGone(peer);
        this.#options.onComeOrGo(peer.address);
        this.#options.services.peerWatches.left(peer.address);
      },
      onEnd: (how) => {
        this.#sessions.delete(session);
        if (session.peer) {
          this.#endWatches(session.peer, how);
          this.#options.onComeOrGo(session.peer.address);
        }
        this.#options.onChange();
      },
    });
    this.#sessions.add(session);
    this.#options.onChange();
  }

  /** Whether a system has a connection open. */
  has(systemId: string): boolean {
    return this.#of(systemId).length > 0;
  }

  /** Who has a connection open and listens at an address. */
  peerAt(address: string): Peer | undefined {
    for (const { peer } of this.#sessions) if (peer?.address === address) return peer;
    return undefined;
  }

  /** Closes a system's connections without a word. */
  close(systemId: string): void {
    for (const session of this.#of(systemId)) session.close();
  }

  /**
   * What watchers of a system are to be told cannot be, or it is not known whether it was. If it is connected, and so lives, it is to give us up and to tell its
   * watchers itself: they would wait for ever.
   */
  dismiss(systemId: string): void {
    for (const session of this.#of(systemId)) {
      const peer = session.peer!;
      this.#logDismissal(peer);
      // Go would take the goodbye and the end behind it for two.
      if (peer.isTsGrain) session.disconnect("one_way");
      else session.close();
      this.#options.services.peerWatches.dismissed(peer);
    }
  }

  /** Says goodbye to all. */
  disconnect(): void {
    for (const session of [...this.#sessions]) session.disconnect();
  }

  /**
   * A peer sends on one connection at a time. If it opens another, it has given up the one before, and what that may still
   * hold is older than what comes now: it would break the order.
   */
  #endEarlier({ systemId, address }: Peer): void {
    for (const session of this.#of(systemId)) if (session.peer!.address === address) session.close();
  }

  #logDismissal(peer: Peer): void {
    const { refusals, clock, logger } = this.#options.services;
    const unlogged = refusals.nextLine(clock.nowMs());
    if (unlogged !== undefined)
      logger.warn(
        { peer, unlogged },
        "a peer's connection was closed: what its watchers are to be told of an end cannot be sent to its address, or may have been lost",
      );
  }

  #endWatches(peer: Peer, how: SessionEnd): void {
    const { services, isBlocked, onGone } = this.#options;
    services.peerWatches.ended(peer);
    // Go tells its watchers itself when its connection ends, if it notices that.
    if (!peer.isTsGrain && how === "seen by both") {
      services.peerWatches.dismissed(peer);
      onGone(peer);
    } else if (isBlocked(peer.systemId) || this.peerAt(peer.address) !== undefined) {
      services.peerWatches.left(peer.address);
    }
  }

  #of(systemId: string): readonly InboundSession[] {
    return [...this.#sessions].filter(({ peer }) => peer?.systemId === systemId);
  }
}

/** What sessions are made with. */
export interface SessionParts extends Omit<SessionOptions, "isElsewhere" | "onWelcome" | "onEnd"> {
  /** A connection of the peer at an address has opened or ended. */
  readonly onComeOrGo: (address: string) => void;
  /** A Go peer has told all its watchers. */
  readonly onGone: (peer: Peer) => void;
  /** There is a connection more or less, also of strangers. */
  readonly onChange: () => void;
}
