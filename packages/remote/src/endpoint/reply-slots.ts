import { PID } from "@ts-grain/actor";
import type { Peer } from "./peer.ts";
import { RequestNumbers } from "./request-numbers.ts";
import { unguessableId } from "./unguessable-id.ts";

/** Peers whose answers are still awaited; the peer that was not asked for longest is forgotten first. */
const maxPeers = 4_096;

const prefix = "$reply-";

/** Whether a PID is what a system of ts-grain gives a peer to answer a request. */
export function isReplySlot({ id, requestId }: PID): boolean {
  return requestId !== 0 && id.startsWith(prefix);
}

interface Slots {
  readonly peerAddress: string;
  /** What this peer knows the system's waiting requests by, but for their numbers. */
  readonly replyTo: PID;
  /** What the system itself knows them by. */
  readonly localId: string;
  readonly pending: RequestNumbers;
}

/** Who may answer: the peer that was asked, or whoever knows the id that it was given. */
export type AnswersFrom = "asked" | "anyone";

/**
 * Which requests may be answered from outside, and by whom. The id under which a system waits for replies is the same for all its
 * requests and their numbers are easily guessed; so each peer gets an unguessable id of its own. With it only the numbers of the requests
 * that were sent to that peer are answered, each once, and only on a connection of that peer unless anyone may answer.
 */
export class ReplySlots {
  readonly #byAddress = new Map<string, Slots>();
  readonly #byId = new Map<string, Slots>();
  readonly #makeId: () => string;
  // Most requests go to the peer of the one before, and most replies come from it: an address and an id need no look then.
  #lastAsked: Slots | undefined;
  #lastAnswered: Slots | undefined;
  #lastId: string | undefined;
  #lastPeer: Peer | undefined;
  readonly #answersFrom: AnswersFrom;

  constructor(answersFrom: AnswersFrom, makeId: () => string = unguessableId) {
    this.#answersFrom = answersFrom;
    this.#makeId = makeId;
  }

  /** The PID that the peer at an address is given as the sender of a request; it goes with the request's own number. */
  open(request: PID, peerAddress: string): PID {
    let slots = this.#lastAsked;
    if (slots?.peerAddress !== peerAddress) {
      slots = this.#renew(peerAddress) ?? this.#add(peerAddress, request);
      this.#lastAsked = slots;
    }
    slots.pending.add(request.requestId);
    return slots.replyTo;
  }

  /** The local id that a peer's reply is for; undefined if this peer was not asked for it, or it came before. */
  take(id: string, requestId: number, peer: Peer): string | undefined {
    if (id !== this.#lastId || peer !== this.#lastPeer) {
      const slots = this.#byId.get(id);
      if (slots === undefined || !this.#isOf(slots, peer)) return undefined;
      this.#lastAnswered = slots;
      this.#lastId = id;
      this.#lastPeer = peer;
    }
    const slots = this.#lastAnswered!;
    return slots.pending.take(requestId) ? slots.localId : undefined;
  }

  /** The local id behind one that was given out for a request which never left; it cannot be answered any more. */
  takeBack(id: string, requestId: number): string | undefined {
    const slots = this.#byId.get(id);
    return slots?.pending.take(requestId) ? slots.localId : undefined;
  }

  /** Whether another peer than this one was given the id. */
  isOfAnother(id: string, peer: Peer): boolean {
    const slots = this.#byId.get(id);
    return slots !== undefined && !this.#isOf(slots, peer);
  }

  #isOf({ peerAddress }: Slots, peer: Peer): boolean {
    return peerAddress === peer.address || this.#answersFrom === "anyone";
  }

  /** Once there may soon be no room for all, they are kept in the order in which they were asked last. */
  #renew(peerAddress: string): Slots | undefined {
    const slots = this.#byAddress.get(peerAddress);
    if (slots !== undefined && this.#byAddress.size > maxPeers / 2) {
      this.#byAddress.delete(peerAddress);
      this.#byAddress.set(peerAddress, slots);
    }
    return slots;
  }

  #add(peerAddress: string, { address, id: localId }: PID): Slots {
    if (this.#byAddress.size === maxPeers) this.#forgetOldestPeer();
    const replyTo = new PID(address, prefix + this.#makeId());
    const slots = { peerAddress, replyTo, localId, pending: new RequestNumbers() };
    this.#byAddress.set(peerAddress, slots);
    this.#byId.set(replyTo.id, slots);
    return slots;
  }

  #forgetOldestPeer(): void {
    const [address, slots] = this.#byAddress.entries().next().value!;
    this.#byAddress.delete(address);
    this.#byId.delete(slots.replyTo.id);
    if (this.#lastAsked === slots) this.#lastAsked = undefined;
    if (this.#lastAnswered === slots) this.#lastId = undefined;
  }
}
