import { PID, type Process, type ProcessRegistry } from "@ts-grain/actor";
import { ReplySlots } from "./reply-slots.ts";

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
  readonly #replies = new ReplySlots();
  /** Was handed out last, and most likely is next. */
  #handedOutLast: Process | undefined;

  constructor(processes: ProcessRegistry) {
    this.#processes = processes;
  }

  /** Exposes the process of that id; `id/*` exposes all below it. The process need not live yet. */
  expose(pattern: string, { stop = "refused" }: ExposeOptions = {}): void {
    if (pattern.endsWith("/*")) this.#families.set(pattern.slice(0, -2), stop);
    else this.#ids.set(pattern, stop);
  }

  /** What the sender is called to the peer at an address, which may from then on answer it; the number of a request stays. */
  handOut(sender: PID, peerAddress: string): PID {
    if (!this.#processes.isLocal(sender)) return sender;
    if (sender.requestId !== 0) return this.#replies.open(sender, peerAddress);
    const process = this.#processes.getLocal(sender.id);
    if (process !== this.#handedOutLast && process !== undefined) {
      this.#handedOut.add(process);
      this.#handedOutLast = process;
    }
    return sender;
  }

  /** The sender that was handed out to a peer under another name. The peer can no longer answer it. */
  recall(handedOut: PID): PID {
    const { address, id, requestId } = handedOut;
    const localId = requestId === 0 ? undefined : this.#replies.take(id, requestId);
    return localId === undefined ? handedOut : new PID(address, localId, requestId);
  }

  /** The local process that a PID from the wire names, if it lives and peers may address it. */
  find({ id, requestId }: PID): Exposed | undefined {
    const waiting = requestId === 0 ? undefined : this.#replies.take(id, requestId);
    const process = this.#processes.getLocal(waiting ?? id);
    if (process === undefined) return undefined;
    const foundAt = this.#processes.removals;
    if (waiting !== undefined) return { process, isStoppable: false, foundAt };
    const stop = this.#ids.get(id) ?? this.#familyOf(id);
    if (stop === undefined && !this.#handedOut.has(process)) return undefined;
    return { process, isStoppable: stop === "allowed", foundAt };
  }

  /** As {@link find} for a PID that is no request's, given what was found for it before. */
  findAgain(pid: PID, before: Exposed | undefined): Exposed | undefined {
    const isStill = before !== undefined && before.foundAt === this.#processes.removals;
    return isStill ? before : this.find(pid);
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
