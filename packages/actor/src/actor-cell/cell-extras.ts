import { ActorError } from "../actor-error.ts";
import type { Origin } from "../message/envelope.ts";
import type { Message } from "../message/message.ts";
import type { Signal } from "../message/signal.ts";
import type { Timer } from "../ports/clock.ts";
import type { ProcessRegistry } from "../process/process-registry.ts";
import { RestartStatistics } from "../supervision/restart-statistics.ts";
import type { ActorCell } from "./actor-cell.ts";
import type { ActorContext } from "./actor-context.ts";
import { ChildList } from "./child-list.ts";
import type { ReceiveTimer } from "./receive-timer.ts";
import { Watches } from "./watches.ts";

/** A message that an actor keeps for later. */
export interface StashedMessage {
  readonly message: Message;
  readonly origin: Origin;
}

/** What few actors need; an actor that does not has none. */
export class CellExtras {
  readonly children: ChildList<ActorCell> = new ChildList();
  /** Number of incarnations that have ended: they cannot be told apart by the actor, which may be the same object. */
  incarnation = 0;
  stash: StashedMessage[] | undefined = undefined;
  receiveTimer: ReceiveTimer | undefined = undefined;
  /** The wait before a restart. */
  backoff: Timer | undefined = undefined;
  /** Continuations that came while the actor waited for its supervisor's decision. */
  held: Signal[] | undefined = undefined;
  /** Failed children in whose place this actor has failed. */
  escalated: ActorCell[] | undefined = undefined;
  abort: AbortController | undefined = undefined;
  /** The context that decorators have made for the actor. */
  decorated: ActorContext | undefined = undefined;
  /** Whether this incarnation ends once its handler's promise has settled. */
  isEnding = false;
  readonly #processes: ProcessRegistry;
  #watches: Watches | undefined = undefined;
  #statistics: RestartStatistics | undefined = undefined;

  constructor(processes: ProcessRegistry) {
    this.#processes = processes;
  }

  get watches(): Watches {
    this.#watches ??= new Watches(this.#processes);
    return this.#watches;
  }

  get watchesIfAny(): Watches | undefined {
    return this.#watches;
  }

  get statistics(): RestartStatistics {
    this.#statistics ??= new RestartStatistics();
    return this.#statistics;
  }

  /** Ends what belongs to one incarnation only. */
  endIncarnation(): void {
    this.receiveTimer?.cancel();
    this.receiveTimer = undefined;
    this.backoff?.cancel();
    this.backoff = undefined;
    this.held = undefined;
    this.escalated = undefined;
    this.abortSignal();
    this.abort = undefined;
    this.isEnding = false;
    this.incarnation++;
  }

  /** Tells the handler that waits for a promise that its incarnation ends with it. */
  endSoon(): void {
    this.isEnding = true;
    this.abortSignal();
  }

  abortSignal(): void {
    this.abort?.abort(new ActorError("stopped", "the actor stopped or was replaced"));
  }
}
