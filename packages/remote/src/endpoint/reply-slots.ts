import { PID } from "@ts-grain/actor";
import { unguessableId } from "./unguessable-id.ts";

/** Requests to one peer that may still be answered; a request older than that many others is not. */
const maxPending = 65_536;
/** Peers whose answers are still awaited; the peer that was asked first is forgotten first. */
const maxPeers = 4_096;

interface Slots {
  /** What this peer knows the system's waiting requests by. */
  readonly id: string;
  /** What the system itself knows them by. */
  readonly localId: string;
  readonly pending: Set<number>;
}

/**
 * Which requests may be answered from outside. The id under which a system waits for replies is the same for all its
 * requests and their numbers are easily guessed; so each peer gets an unguessable id of its own, and with it only the
 * numbers of the requests that were sent to that peer are answered, each once. A peer that forwards a request passes the id on.
 */
export class ReplySlots {
  readonly #byAddress = new Map<string, Slots>();
  readonly #byId = new Map<string, Slots>();
  readonly #makeId: () => string;

  constructor(makeId: () => string = unguessableId) {
    this.#makeId = makeId;
  }

  /** The PID that the peer at an address is given as the sender of a request. */
  open(replyTo: PID, peerAddress: string): PID {
    const slots = this.#byAddress.get(peerAddress) ?? this.#add(peerAddress, replyTo.id);
    if (slots.pending.size === maxPending) forgetOldest(slots.pending);
    slots.pending.add(replyTo.requestId);
    return new PID(replyTo.address, slots.id, replyTo.requestId);
  }

  /** The local id that a reply is for; undefined if nobody asked for it or it came before. */
  take(id: string, requestId: number): string | undefined {
    const slots = this.#byId.get(id);
    return slots?.pending.delete(requestId) ? slots.localId : undefined;
  }

  #add(peerAddress: string, localId: string): Slots {
    if (this.#byAddress.size === maxPeers) this.#forgetOldestPeer();
    const slots = { id: `$reply-${this.#makeId()}`, localId, pending: new Set<number>() };
    this.#byAddress.set(peerAddress, slots);
    this.#byId.set(slots.id, slots);
    return slots;
  }

  #forgetOldestPeer(): void {
    const [address, { id }] = this.#byAddress.entries().next().value!;
    this.#byAddress.delete(address);
    this.#byId.delete(id);
  }
}

function forgetOldest(numbers: Set<number>): void {
  for (const oldest of numbers) {
    numbers.delete(oldest);
    return;
  }
}
