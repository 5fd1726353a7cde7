import { PID } from "@ts-grain/actor";
import { RequestNumbers } from "./request-numbers.ts";
import { unguessableId } from "./unguessable-id.ts";

/** Peers whose answers are still awaited; the peer that was not asked for longest is forgotten first. */
const maxPeers = 4_096;

interface Slots {
  readonly peerAddress: string;
  /** What this peer knows the system's waiting requests by, but for their numbers. */
  readonly replyTo: PID;
  /** What the system itself knows them by. */
  readonly localId: string;
  readonly pending: RequestNumbers;
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
  // Most requests go to the peer of the one before, and most replies come from it: an address and an id need no look then.
  #lastAsked: Slots | undefined;
  #lastAnswered: Slots | undefined;
  #lastId: string | undefined;

  constructor(makeId: () => string = unguessableId) {
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

  /** The local id that a reply is for; undefined if nobody asked for it or it came before. */
  take(id: string, requestId: number): string | undefined {
    let slots = this.#lastAnswered;
    if (id !== this.#lastId) {
      slots = this.#byId.get(id);
      if (slots === undefined) return undefined;
      this.#lastAnswered = slots;
      this.#lastId = id;
    }
    return slots!.pending.take(requestId) ? slots!.localId : undefined;
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
    const replyTo = new PID(address, `$reply-${this.#makeId()}`);
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
