import type { PID } from "@ts-grain/actor";

/** Where a grain was last seen, and how many calls of this process to it have not settled. */
export class Location {
  readonly pid: PID;
  #underWay = 0;
  #settled: PromiseWithResolvers<void> | undefined;

  constructor(pid: PID) {
    this.pid = pid;
  }

  /** Whether no call is under way. */
  get isSettled(): boolean {
    return this.#underWay === 0;
  }

  /** A call is sent there. */
  begin(): void {
    this.#underWay++;
  }

  /** A call that was sent there has settled. */
  end(): void {
    this.#underWay--;
    if (this.#underWay === 0) this.#settled?.resolve();
  }

  /** Resolves when no call is under way. To be asked for once no more are begun. */
  async settled(): Promise<void> {
    if (this.isSettled) return;
    this.#settled ??= Promise.withResolvers();
    await this.#settled.promise;
  }
}
