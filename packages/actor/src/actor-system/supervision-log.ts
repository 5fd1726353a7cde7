import type { EventStream } from "../event-stream/event-stream.ts";
import type { Clock } from "../ports/clock.ts";
import type { Logger } from "../ports/logger.ts";
import { SupervisorEvent } from "../supervision/supervisor-event.ts";

const entriesPerPeriod = 10;
const periodMs = 1_000;

/** Logs the failures that were dealt with, few enough that an actor which fails again and again does no harm. */
export class SupervisionLog {
  readonly #clock: Clock;
  readonly #logger: Logger;
  #periodBeganMs = Number.NEGATIVE_INFINITY;
  #count = 0;

  constructor({
    eventStream,
    clock,
    logger,
  }: { readonly eventStream: EventStream; readonly clock: Clock; readonly logger: Logger }) {
    this.#clock = clock;
    this.#logger = logger;
    eventStream.subscribe((event) => {
      if (event instanceof SupervisorEvent) this.#log(event);
    });
  }

  /** Sums up what was not logged. */
  close(): void {
    const count = this.#count - entriesPerPeriod;
    if (count > 0) this.#logger.warn({ count }, "more failures of actors, not logged");
    this.#count = 0;
  }

  #log({ child, reason, directive }: SupervisorEvent): void {
    const nowMs = this.#clock.nowMs();
    if (nowMs - this.#periodBeganMs >= periodMs) {
      this.close();
      this.#periodBeganMs = nowMs;
    }
    this.#count++;
    if (this.#count > entriesPerPeriod) return;
    this.#logger.warn({ err: reason, actor: child, directive }, "an actor failed");
  }
}
