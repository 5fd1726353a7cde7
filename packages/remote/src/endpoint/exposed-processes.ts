import { PID, type Process, type ProcessRegistry } from "@ts-grain/actor";
import type { Peer } from "./peer.ts";
import { ReplyRelay } from "./reply-relay.ts";
import { type AnswersFrom, isReplySlot, ReplySlots } from "./reply-slots.ts";

/**
 * What peers may do with exposed processes.
 *
 * @example
 * import { ActorSystem, propsFromFunction } from "@ts-grain/actor";
 * import { configureRemote, type ExposeOptions, Remote } from "@ts-grain/remote";
 *
 * const system = new ActorSystem();
 * await using remote = await Remote.start(system, configureRemote("localhost", 0));
 * const worker = system.root.spawnNamed(
 *   propsFromFunction(() => {}),
 *   "worker",
 * );
 * const options: ExposeOptions = { stop: "allowed" };
 * remote.expose(worker.id, options);
 * console.log(remote.isExposed(worker)); // prints: true
 */
export interface ExposeOptions {
  /** Whether a peer's `Stop` and `PoisonPill` reach them. Default "refused". */
  readonly stop?: "refused" | "allowed" | undefined;
}

/** A process that peers may address, and whether they may also stop it. */
export interface Exposed {
  readonly process: Process;
  readonly isStoppable: boolean;
  /** {@link ProcessRegistry.removals} when it was found. */
  readonly foundAt: number;
}

type Stop = "refused" | "allowed";

/** Which local processes messages from the wire may reach: those that were exposed, and those that sent something out themselves. */
export class ExposedProcesses {
  readonly #processes: ProcessRegistry;
  readonly #ids = new Map<string, Stop>();
  readonly #families = new Map<string, Stop>();
  /** Holds processes, not ids: a later process of the same id was not handed out. */
  readonly #handedOut = new WeakSet<Process>();
  readonly #replies: ReplySlots;
  /** Under which answers come back that go on to other systems. */
  readonly #relayed: ReplySlots;
  readonly #relay: ReplyRelay;
  readonly #answersFrom: AnswersFrom;
  /** Was handed out last, and most likely is next. */
  #handedOutLast: Process | undefined;

  constructor(processes: ProcessRegistry, answersFrom: AnswersFrom = "asked") {
    this.#processes = processes;
    this.#answersFrom = answersFrom;
    this.#replies = new ReplySlots(answersFrom);
    this.#relayed = new ReplySlots(answersFrom);
    this.#relay = new ReplyRelay(processes);
  }

  /** Exposes the process of that id; `id/*` exposes all below it. The process need not live yet. */
  expose(pattern: string, { stop = "refused" }: ExposeOptions = {}): void {
    if (pattern.endsWith("/*")) this.#families.set(pattern.slice(0, -2), stop);
    else this.#ids.set(pattern, stop);
  }

  /** What the sender is called to the peer at an address, which may from then on answer it; the number of a request stays. */
  handOut(sender: PID, peerAddress: string): PID {
    if (!this.#processes.isLocal(sender))
      return isReplySlot(sender) ? this.#handOn(sender, peerAddress) : sender;
    if (sender.requestId !== 0) return this.#replies.open(sender, peerAddress);
    const process = this.#processes.getLocal(sender.id);
    if (process !== this.#handedOutLast && process !== undefined) {
      this.#handedOut.add(process);
      this.#handedOutLast = process;
    }
    return sender;
  }

  /** Whoever asked takes the answer from us only, so it comes back to us. */
  #handOn(asker: PID, peerAddress: string): PID {
    const relay = this.#relay.open(asker);
    const { address, id } = this.#relayed.open(relay, peerAddress);
    return new PID(address, id, relay.requestId);
  }

  /** The sender that was handed out to a peer under another name. The peer can no longer answer it. */
  recall(handedOut: PID): PID {
    const { address, id, requestId } = handedOut;
    if (requestId === 0) return handedOut;
    const localId = this.#replies.takeBack(id, requestId) ?? this.#relayed.takeBack(id, requestId);
    return localId === undefined ? handedOut : new PID(address, localId, requestId);
  }

  /**
   * Who is answered for what a peer sends; undefined if nobody is. A peer names whom it likes. A process of ours is answered if the peer could address it, and
   * a request of ours if the peer was asked, and so hands it on. To what somebody else was asked we could only lend our name: it is not
   * answered, unless anyone may.
   */
  senderFrom(sender: PID, peer: Peer): PID | undefined {
    if (this.#processes.isLocal(sender)) return this.#localSender(sender, peer);
    if (sender.address === peer.address || !isReplySlot(sender)) return sender;
    return this.#answersFrom === "asked" ? undefined : sender;
  }

  #localSender(sender: PID, peer: Peer): PID | undefined {
    const { address, requestId } = sender;
    if (requestId === 0) return this.#findExposed(sender) && sender;
    const localId = this.#takeReply(sender, peer);
    return localId === undefined ? undefined : new PID(address, localId, requestId);
  }

  /** The local process that a PID names which came from a peer, if it lives and this peer may address it. */
  find(pid: PID, peer: Peer): Exposed | undefined {
    const waiting = pid.requestId === 0 ? undefined : this.#takeReply(pid, peer);
    if (waiting === undefined) return this.#findExposed(pid);
    const process = this.#processes.getLocal(waiting);
    return process && { process, isStoppable: false, foundAt: this.#processes.removals };
  }

  /** As {@link find} for a PID that is no request's, given what was found for it before. */
  findAgain(pid: PID, before: Exposed | undefined): Exposed | undefined {
    const isStill = before !== undefined && before.foundAt === this.#processes.removals;
    return isStill ? before : this.#findExposed(pid);
  }

  /** Whether peers may address the process that a PID names. */
  has(pid: PID): boolean {
    return pid.requestId === 0 && this.#findExposed(pid) !== undefined;
  }

  /** Whether a PID is that of a request which somebody else was asked. */
  isAskedOfAnother({ id, requestId }: PID, peer: Peer): boolean {
    if (requestId === 0) return false;
    return this.#replies.isOfAnother(id, peer) || this.#relayed.isOfAnother(id, peer);
  }

  #takeReply({ id, requestId }: PID, peer: Peer): string | undefined {
    return this.#replies.take(id, requestId, peer) ?? this.#relayed.take(id, requestId, peer);
  }

  #findExposed({ id }: PID): Exposed | undefined {
    const process = this.#processes.getLocal(id);
    if (process === undefined) return undefined;
    const stop = this.#ids.get(id) ?? this.#familyOf(id);
    if (stop === undefined && !this.#handedOut.has(process)) return undefined;
    return { process, isStoppable: stop === "allowed", foundAt: this.#processes.removals };
  }

  #familyOf(id: string): Stop | undefined {
    if (this.#families.size === 0) return undefined;
    for (let slash = id.indexOf("/"); slash !== -1; slash = id.indexOf("/", slash + 1)) {
      const stop = this.#families.get(id.slice(0, slash));
      if (stop !== undefined) return stop;
    }
    return undefined;
  }
}
