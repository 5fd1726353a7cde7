import type { SenderContext } from "../actor-cell/actor-context.ts";
import { ActorError } from "../actor-error.ts";
import type { Message } from "../message/message.ts";
import type { PID } from "../pid/pid.ts";
import type { Timer } from "../ports/clock.ts";

/**
 * When to send again and again.
 *
 * @see {@link TimerScheduler}
 */
export interface RepetitionOptions {
  /** Milliseconds before the first time. Default: `intervalMs`. */
  readonly initialMs?: number | undefined;
  /** Milliseconds from one time to the next. */
  readonly intervalMs: number;
}

/**
 * Sends messages later, on behalf of an actor or of the root.
 *
 * What is still to come ends with the actor's incarnation, or with the system.
 *
 * @example
 * import {
 *   ActorSystem,
 *   propsFromFunction,
 *   type RepetitionOptions,
 *   Started,
 *   TimerScheduler,
 * } from "@ts-grain/actor";
 *
 * const ticks = Promise.withResolvers<string>();
 * const everyTenth: RepetitionOptions = { initialMs: 0, intervalMs: 100 };
 * const props = propsFromFunction((context) => {
 *   if (context.message instanceof Started) {
 *     new TimerScheduler(context).sendRepeatedly(everyTenth, context.self, "tick");
 *   } else if (context.message === "tick") ticks.resolve("tick");
 * });
 * const pid = new ActorSystem().root.spawn(props);
 * console.log(await ticks.promise); // prints: tick
 */
export class TimerScheduler {
  readonly #context: SenderContext;

  constructor(context: SenderContext) {
    this.#context = context;
  }

  /**
   * Sends once, after so many milliseconds, without a sender.
   *
   * @throws ActorError "invalid_options" if the delay is negative or not a number.
   */
  sendOnce(delayMs: number, target: PID, message: Message): Timer {
    return this.#once(delayMs, () => this.#context.send(target, message));
  }

  /** As `sendOnce`, with the actor as sender. */
  requestOnce(delayMs: number, target: PID, message: Message): Timer {
    return this.#once(delayMs, () => this.#context.request(target, message));
  }

  /**
   * Sends again and again, without a sender.
   *
   * @throws ActorError "invalid_options" unless the interval is positive, and the first delay not negative.
   */
  sendRepeatedly(when: RepetitionOptions, target: PID, message: Message): Timer {
    return this.#repeatedly(when, () => this.#context.send(target, message));
  }

  /** As `sendRepeatedly`, with the actor as sender. */
  requestRepeatedly(when: RepetitionOptions, target: PID, message: Message): Timer {
    return this.#repeatedly(when, () => this.#context.request(target, message));
  }

  #once(delayMs: number, send: () => void): Timer {
    checkDelay("delayMs", delayMs);
    return this.#untilAborted((ended) =>
      this.#context.system.clock.schedule(delayMs, () => {
        ended();
        this.#attempt(send);
      }),
    );
  }

  #repeatedly({ intervalMs, initialMs = intervalMs }: RepetitionOptions, send: () => void): Timer {
    if (!(intervalMs > 0))
      throw new ActorError("invalid_options", `intervalMs must be positive, got ${intervalMs}`);
    checkDelay("initialMs", initialMs);
    const { clock } = this.#context.system;
    return this.#untilAborted(() => {
      let timer: Timer;
      const fire = (): void => {
        timer = clock.schedule(intervalMs, fire);
        this.#attempt(send);
      };
      timer = clock.schedule(initialMs, fire);
      return { cancel: () => timer.cancel() };
    });
  }

  /** A timer has no caller who could be told. */
  #attempt(send: () => void): void {
    try {
      send();
    } catch (error) {
      this.#context.system.logger.error({ err: error }, "a scheduled message could not be sent");
    }
  }

  /** Cancels the timer when the actor ends; `begin` is given what to call when there is nothing left to cancel. */
  #untilAborted(begin: (ended: () => void) => Timer): Timer {
    const { signal } = this.#context;
    const ended = (): void => signal.removeEventListener("abort", cancel);
    const timer = signal.aborted ? { cancel() {} } : begin(ended);
    const cancel = (): void => {
      ended();
      timer.cancel();
    };
    signal.addEventListener("abort", cancel, { once: true });
    return { cancel };
  }
}

function checkDelay(name: string, delayMs: number): void {
  if (!(delayMs >= 0))
    throw new ActorError("invalid_options", `${name} must not be negative, got ${delayMs}`);
}
