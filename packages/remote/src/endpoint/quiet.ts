import type { Clock, Timer } from "@ts-grain/actor";

/** Milliseconds without a connection after which nobody is awaited any more. */
const quietMs = 50;

/** Waits until no peer is connected. */
export class Quiet {
  readonly #clock: Clock;
  readonly #connections: () => number;
  #reached: PromiseWithResolvers<void> | undefined;
  #timer: Timer | undefined;

  /** `connections` says how many there are. */
  constructor(clock: Clock, connections: () => number) {
    this.#clock = clock;
    this.#connections = connections;
  }

  /** There is a connection more or less. */
  changed(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    const reached = this.#reached;
    if (reached && this.#connections() === 0) this.#timer = this.#clock.schedule(quietMs, reached.resolve);
  }

  /** Resolves once there has been none for a while, or after the given milliseconds. */
  async reached({ timeoutMs }: { readonly timeoutMs: number }): Promise<void> {
    this.#reached ??= Promise.withResolvers();
    const late = this.#clock.schedule(timeoutMs, this.#reached.resolve);
    this.changed();
    await this.#reached.promise;
    this.#reached = undefined;
    late.cancel();
    this.#timer?.cancel();
  }
}
