import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";

/** What a process has seen of itself since it began to look. Sizes in bytes, times in milliseconds. */
export interface SelfReport {
  /** Longest time from one turn of the event loop to the next. */
  readonly stallMs: number;
  /** The same without the time in which other programs had the processor that this thread, or one of V8's that it waited for, could have used, where the system tells (Linux): our own stall. */
  readonly ownStallMs: number;
  /** The most that this thread computed without a turn of the event loop. */
  readonly busyMs: number;
  /** Resident memory: before, and at its highest. */
  readonly beforeBytes: number;
  readonly peakBytes: number;
  /** What objects and their buffers took before. */
  readonly liveBeforeBytes: number;
  /** Errors that reached the process. */
  readonly strayErrors: number;
}

/** What a process takes when it rests. Sizes in bytes. */
export interface RestReport {
  /** Resident memory after a collection. */
  readonly nowBytes: number;
  /** What objects and their buffers take. */
  readonly liveNowBytes: number;
}

const everyMs = 5;

/** Looks every few milliseconds at what this process takes. */
export class SelfWatch {
  #report = { ...fresh(), strayErrors: 0 };
  #lastMs = performance.now();
  #lastBusyMs = threadMs();
  #lastWaits = waits();

  start(): void {
    process.on("unhandledRejection", () => this.#report.strayErrors++);
    process.on("uncaughtException", () => this.#report.strayErrors++);
    setInterval(() => this.#look(), everyMs);
  }

  get report(): SelfReport {
    return this.#report;
  }

  async begin(): Promise<void> {
    const { nowBytes, liveNowBytes } = await this.rest();
    this.#report = {
      ...fresh(),
      strayErrors: this.#report.strayErrors,
      beforeBytes: nowBytes,
      peakBytes: nowBytes,
      liveBeforeBytes: liveNowBytes,
    };
  }

  /** What this process takes without what only waits for the collector. The collections, which it asks for, count as no stall. */
  async rest(): Promise<RestReport> {
    this.#collect();
    // Buffers are let go of one collection after the objects that hold them, and then by another thread.
    await pause(100);
    this.#collect();
    await pause(100);
    const { heapUsed, external, rss: nowBytes } = process.memoryUsage();
    return { nowBytes, liveNowBytes: heapUsed + external };
  }

  /** Only with `--expose-gc`. */
  #collect(): void {
    this.#look();
    globalThis.gc?.();
    [this.#lastMs, this.#lastBusyMs, this.#lastWaits] = [performance.now(), threadMs(), waits()];
  }

  #look(): void {
    const [nowMs, totalBusyMs, total] = [performance.now(), threadMs(), waits()];
    const report = this.#report;
    const stallMs = nowMs - this.#lastMs - everyMs;
    const busyMs = totalBusyMs - this.#lastBusyMs;
    const ownWaitMs = total.own - this.#lastWaits.own;
    // While neither at work nor kept from it, this thread waits for another, such as one that helps to collect garbage.
    const blockedMs = Math.max(0, stallMs - busyMs - ownWaitMs);
    const foreignMs = ownWaitMs + Math.min(blockedMs, total.helpers - this.#lastWaits.helpers);
    report.stallMs = Math.max(report.stallMs, stallMs);
    report.ownStallMs = Math.max(report.ownStallMs, stallMs - foreignMs);
    report.busyMs = Math.max(report.busyMs, busyMs);
    report.peakBytes = Math.max(report.peakBytes, process.memoryUsage.rss());
    [this.#lastMs, this.#lastBusyMs, this.#lastWaits] = [nowMs, totalBusyMs, total];
  }
}

function fresh() {
  return {
    stallMs: 0,
    ownStallMs: 0,
    busyMs: 0,
    beforeBytes: 0,
    peakBytes: 0,
    liveBeforeBytes: 0,
  };
}

function threadMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}

/** Milliseconds for which threads of this process could have run and did not, as a processor was free for them only later. */
interface Waits {
  /** Of this thread. */
  readonly own: number;
  /** Of the others together. */
  readonly helpers: number;
}

function waits(): Waits {
  try {
    const ids = readdirSync("/proc/self/task");
    const waited = ids.map((id) =>
      Number(readFileSync(`/proc/self/task/${id}/schedstat`, "utf8").split(" ")[1]),
    );
    const ofOne = (id: string) => waited[ids.indexOf(id)]! / 1e6;
    const own = ofOne(String(process.pid));
    return { own, helpers: waited.reduce((sum, each) => sum + each, 0) / 1e6 - own };
  } catch {
    // Only Linux tells.
    return { own: 0, helpers: 0 };
  }
}
