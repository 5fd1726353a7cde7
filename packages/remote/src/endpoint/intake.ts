/** What handing over a message counts as. */
export const messageWork = 1;
/** The same if it is a request, to which somebody waits for the answer: the sooner that leaves, the better. */
export const requestWork = 4;

/** Something that arrived and holds messages. */
export interface Arrival {
  /** How many messages it held when it arrived. */
  readonly count: number;
  /** Whether they take so long that others, and the peer, should not wait for all of them. */
  readonly isSlow: boolean;
  /** Hands messages over until they come to so much work, and returns to how much they came. Less means that none is left. */
  deliver(limit: number): number;
}

/** What an intake works with. */
export interface IntakeOptions {
  /** Looks into a frame; undefined if there is nothing to hand over. */
  readonly open: (frame: Uint8Array) => Arrival | undefined;
  /** Hears what `open` or `deliver` threw; what waits is dropped then. */
  readonly onError: (error: unknown) => void;
  /** Runs the callback in the next turn of the event loop. */
  readonly later: (callback: () => void) => void;
}

/** What is handed over in one turn of the event loop, about. What answers it fills whole batches of a thousand; each further one takes time to be sent. */
const workPerTurn = 500 * requestWork;
/**
 * A peer that has few requests under way may do nothing until it has an answer. Of a slow batch of so many, behind which no
 * more than so many bytes wait, half is therefore handed over first, if that is enough to be worth a turn: then both of us
 * have something to do.
 */
const halved = { mostMessages: 256, leastMessages: 12, mostWaitingBytes: 4 * 1024 } as const;
/** Bytes that wait for a later turn. Above these no more turns are waited for, so that a peer's flood is held back by the transport. */
const maxWaitingBytes = 256 * 1024;
/** What a frame takes beside its bytes, about, so that empty ones do not wait for nothing. */
const frameBytes = 128;
/** Frames that were handed over, and whose places are not given back before there are so many. */
const spentPlaces = 64;

/**
 * Hands over the messages of one peer, in order and not too many in one turn of the event loop: the answers to the first of
 * them leave, and others have their turn, before the last of them are handled.
 */
export class Intake {
  readonly #options: IntakeOptions;
  /** Places before `#head` are empty. */
  #frames: (Uint8Array | undefined)[] = [];
  /** Index of the first frame that waits. */
  #head = 0;
  #waitingBytes = 0;
  /** Has been opened, and holds messages that were not handed over. */
  #present: Arrival | undefined;
  /** How much of it is handed over before others have their turn. */
  #share = 0;
  #leftInTurn = workPerTurn;
  #isWorking = false;
  #isTurnAwaited = false;

  constructor(options: IntakeOptions) {
    this.#options = options;
  }

  /** Takes a frame. */
  push(frame: Uint8Array): void {
    this.#frames.push(frame);
    this.#waitingBytes += frame.length + frameBytes;
    this.#work(maxWaitingBytes);
  }

  /** Hands over all that waits, now. */
  drain(): void {
    this.#work(-1);
  }

  /** Works until the turn's share is used up and no more than so many bytes wait. */
  #work(maxBytes: number): void {
    // What is handed over may end the connection, which drains.
    if (this.#isWorking) return;
    this.#isWorking = true;
    try {
      while (this.#hasMore() && (this.#leftInTurn > 0 || this.#waitingBytes > maxBytes)) this.#step();
    } catch (error) {
      this.#drop();
      this.#options.onError(error);
    } finally {
      this.#isWorking = false;
    }
    if (this.#hasMore() && !this.#isTurnAwaited) {
      this.#isTurnAwaited = true;
      this.#options.later(this.#nextTurn);
    }
  }

  readonly #nextTurn = (): void => {
    this.#isTurnAwaited = false;
    this.#leftInTurn = workPerTurn;
    this.#work(maxWaitingBytes);
  };

  #step(): void {
    const arrival = this.#present ?? this.#open();
    if (arrival === undefined) return;
    const limit = Math.min(this.#share, this.#leftInTurn > 0 ? this.#leftInTurn : workPerTurn);
    const work = arrival.deliver(limit);
    this.#leftInTurn -= work;
    if (work < limit) {
      this.#present = undefined;
    } else if (limit === this.#share) {
      this.#leftInTurn = 0;
      // The rest is not parted again.
      this.#share = workPerTurn;
    }
  }

  #open(): Arrival | undefined {
    this.#present = this.#options.open(this.#next());
    if (this.#present !== undefined) this.#share = this.#shareOf(this.#present);
    return this.#present;
  }

  #shareOf({ count, isSlow }: Arrival): number {
    const isHalved = isSlow && count <= halved.mostMessages && this.#waitingBytes <= halved.mostWaitingBytes;
    if (!isHalved || count <= halved.leastMessages) return workPerTurn;
    // Without requests among them, all are handed over at once.
    return Math.max(Math.ceil(count / 2), halved.leastMessages) * requestWork;
  }

  #hasMore(): boolean {
    return this.#present !== undefined || this.#head < this.#frames.length;
  }

  #next(): Uint8Array {
    const frame = this.#frames[this.#head]!;
    this.#frames[this.#head++] = undefined;
    this.#waitingBytes -= frame.length + frameBytes;
    if (this.#head === this.#frames.length) {
      this.#frames = [];
      this.#head = 0;
    } else if (this.#head >= spentPlaces && this.#head * 2 >= this.#frames.length) {
      this.#frames = this.#frames.slice(this.#head);
      this.#head = 0;
    }
    return frame;
  }

  #drop(): void {
    this.#frames = [];
    this.#head = 0;
    this.#waitingBytes = 0;
    this.#present = undefined;
  }
}
