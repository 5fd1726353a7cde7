import type { Clock, Timer } from "@ts-grain/actor";
import type { Peer } from "./peer.ts";
import { type RemoteWatch, type WatchPair, WatchTable } from "./watch-table.ts";

/** Looks at a connection that has ended, at the last of which its watches are dropped; and milliseconds between two, at least. */
const look = { most: 4, everyMs: 20_000 } as const;

/** What {@link PeerWatches} works with. */
export interface PeerWatchesOptions {
  readonly clock: Clock;
  /** Milliseconds after which a peer that cannot connect has given up, if its settings are ours. */
  readonly patienceMs: number;
  /** Watches that one process may have. */
  readonly mostOfAPeer: number;
  /** Takes a watch back from the local actor that it is about. */
  readonly drop: (watch: RemoteWatch) => void;
}

/** A watch, and who has made it. */
export interface TakenWatch {
  readonly watch: RemoteWatch;
  readonly systemId: string;
}

/** The watches that were made over one connection. */
interface Made {
  readonly watches: WatchTable;
  isOpen: boolean;
  /** How often it was looked at since it has ended. */
  looks: number;
}

/**
 * Which local actors peers watch. A watch belongs to the connection over which it was made last. When that has ended, the peer makes it
 * again over the next one, or gives up and tells its watchers itself; so after a minute, or longer if peers have more patience, what was
 * not made again is dropped: the peer has died, or took the watch back when nobody heard it. It counts looks, so that a stall of our own
 * is no time in which peers could have come back.
 *
 * Proto.Actor Go tells its watchers as soon as it notices that its connection has ended, and makes no watch again; but while it says
 * nothing it may not notice. Its watches are dropped once its process is known to be gone, or has opened another connection.
 *
 * Of connections that have ended no more watches are kept than one process may have, those of the last ones: else a peer that comes under
 * ever other addresses could pile them up.
 */
export class PeerWatches {
  readonly #options: PeerWatchesOptions;
  /** By the peer's address, then by who it was on the connection. */
  readonly #made = new Map<string, Map<Peer, Made>>();
  /** Connections that have ended and left watches, the earliest first. */
  readonly #ended = new Set<Peer>();
  readonly #everyMs: number;
  #timer: Timer | undefined;
  #isStopped = false;

  constructor(options: PeerWatchesOptions) {
    this.#options = options;
    this.#everyMs = Math.max(look.everyMs, options.patienceMs / (look.most - 1));
  }

  /** Watchers of local actors, counted once for each actor. */
  get size(): number {
    let size = 0;
    for (const here of this.#made.values()) for (const { watches } of here.values()) size += watches.size;
    return size;
  }

  /** A peer watches a local actor; false, and nothing has happened, if it watches too many others. */
  add(peer: Peer, watch: RemoteWatch): boolean {
    if (this.#isStopped) return true;
    // What it has already is only made again. Another system under the same address has its own.
    this.take(watch, peer.systemId);
    const here = this.#made.get(peer.address) ?? new Map<Peer, Made>();
    if (sizeOf(peer, here) >= this.#options.mostOfAPeer) return false;
    const made = here.get(peer) ?? { watches: new WatchTable(), isOpen: true, looks: 0 };
    made.watches.add(watch);
    this.#made.set(peer.address, here.set(peer, made));
    return true;
  }

  /** A system takes its watch back, or is answered. */
  take(pair: WatchPair, systemId: string): void {
    this.#take(pair, (peer) => peer.systemId === systemId);
  }

  /** All who watch so are answered. More than one system may go by an address. */
  takeAll(pair: WatchPair): readonly TakenWatch[] {
    return this.#take(pair, () => true);
  }

  /** Whether somebody watches so. */
  has({ watchee, watcher: { address, id } }: WatchPair): boolean {
    for (const { watches } of this.#made.get(address)?.values() ?? [])
      if (watches.has(watchee.id, id)) return true;
    return false;
  }

  #take({ watchee, watcher: { address, id } }: WatchPair, isTaken: (peer: Peer) => boolean): TakenWatch[] {
    const taken = new Map<string, TakenWatch>();
    for (const [peer, { watches, isOpen }] of this.#made.get(address) ?? []) {
      const watch = isTaken(peer) ? watches.take(watchee.id, id) : undefined;
      if (watch === undefined) continue;
      taken.set(peer.systemId, { watch, systemId: peer.systemId });
      if (watches.size === 0 && !isOpen) this.#forget(peer);
    }
    return [...taken.values()];
  }

  /** A connection has ended. */
  ended(peer: Peer): void {
    const made = this.#of(peer);
    if (made === undefined) return;
    made.isOpen = false;
    if (made.watches.size === 0) {
      this.#forget(peer);
      return;
    }
    this.#ended.add(peer);
    this.#dropEarliest();
    if (peer.isTsGrain) this.#timer ??= this.#options.clock.schedule(this.#everyMs, this.#look);
  }

  /** The process at an address is known to be gone, or has opened another connection. */
  left(address: string): void {
    for (const [peer, { isOpen }] of this.#made.get(address) ?? [])
      if (!peer.isTsGrain && !isOpen) this.#drop(peer);
  }

  /** The peer tells its watchers itself, as its connection was ended for that. */
  dismissed(peer: Peer): void {
    this.#drop(peer);
  }

  /** Drops all: from now on no peer can be told. */
  stop(): void {
    this.#isStopped = true;
    this.#timer?.cancel();
    for (const made of this.#made.values()) for (const peer of made.keys()) this.#drop(peer);
  }

  readonly #look = (): void => {
    this.#timer = undefined;
    let isLeft = false;
    for (const made of this.#made.values()) {
      for (const [peer, one] of made) {
        if (one.isOpen || !peer.isTsGrain) continue;
        if (++one.looks === look.most) this.#drop(peer);
        else isLeft = true;
      }
    }
    if (isLeft) this.#timer = this.#options.clock.schedule(this.#everyMs, this.#look);
  };

  #dropEarliest(): void {
    let size = 0;
    for (const peer of this.#ended) size += this.#of(peer)!.watches.size;
    for (const peer of this.#ended) {
      if (size <= this.#options.mostOfAPeer) return;
      size -= this.#of(peer)!.watches.size;
      this.#drop(peer);
    }
  }

  #of(peer: Peer): Made | undefined {
    return this.#made.get(peer.address)?.get(peer);
  }

  #drop(peer: Peer): void {
    const watches = this.#of(peer)?.watches ?? [];
    this.#forget(peer);
    for (const watch of watches) if (!this.has(watch)) this.#options.drop(watch);
  }

  #forget(peer: Peer): void {
    this.#ended.delete(peer);
    const here = this.#made.get(peer.address);
    here?.delete(peer);
    if (here?.size === 0) this.#made.delete(peer.address);
  }
}

/** The watches of a process. Those of another that had its address before are none of it, also where they are not known to be over. */
function sizeOf({ systemId }: Peer, here: ReadonlyMap<Peer, Made>): number {
  let size = 0;
  for (const [peer, { watches }] of here) if (peer.systemId === systemId) size += watches.size;
  return size;
}
