import type { EventStream } from "../event-stream/event-stream.ts";
import { DeadLetterEvent } from "../message/dead-letter.ts";
import type { Clock } from "../ports/clock.ts";
import type { Logger } from "../ports/logger.ts";
import { Throttle } from "./throttle.ts";

/** Which dead letters are logged. */
export interface DeadLetterLogSettings {
  readonly limit: number;
  readonly periodMs: number;
  readonly requests: "log" | "ignore";
}

/** Logs dead letters, few enough that a flood of them does no harm. */
export class DeadLetterLog {
  readonly #throttle: Throttle;

  constructor(
    {
      eventStream,
      clock,
      logger,
    }: { readonly eventStream: EventStream; readonly clock: Clock; readonly logger: Logger },
    settings: DeadLetterLogSettings,
  ) {
    this.#throttle = new Throttle(clock, settings, (count) =>
      logger.info({ count }, "more dead letters, not logged"),
    );
    eventStream.subscribe((event) => {
      if (!(event instanceof DeadLetterEvent)) return;
      const { target, message, sender, reason } = event;
      if (sender !== undefined && settings.requests === "ignore") return;
      if (isQuiet(message) || this.#throttle.next() === "closed") return;
      const fields = {
        target: target?.toString(),
        sender: sender?.toString(),
        type: typeOf(message),
        reason,
      };
      logger.info(fields, "dead letter");
    });
  }

  /** Ends the last period. */
  close(): void {
    this.#throttle.close();
  }
}

/** Messages may ask not to be logged; the payload of the others is not logged either. */
function isQuiet(message: unknown): boolean {
  return (message as { readonly ignoreDeadLetterLogging?: boolean }).ignoreDeadLetterLogging === true;
}

function typeOf(message: unknown): string {
  if (typeof message !== "object" || message === null) return typeof message;
  const { $typeName } = message as { readonly $typeName?: unknown };
  return typeof $typeName === "string" ? $typeName : (message.constructor?.name ?? "object");
}
