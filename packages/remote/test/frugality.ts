import { getHeapStatistics, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect } from "vitest";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

/** What reading some bytes may cost. */
export interface Allowance {
  /** Microseconds for each KiB, and for what is shorter. */
  readonly microsecondsPerKib: number;
  /** Bytes of memory for each byte. */
  readonly bytesPerByte: number;
  /** Bytes of memory however short the input is. */
  readonly bytes: number;
}

/** Inputs before code is compiled, which takes time and memory of its own. */
const warmUp = 100;

/** Holds what reads bytes to an allowance. A figure above it is taken again, thrice, as a collector's pause is none of the reader's. */
export class Frugality {
  readonly #allowance: Allowance;
  #inputs = 0;

  constructor(allowance: Allowance) {
    this.#allowance = allowance;
  }

  /** Reads the bytes, and fails if that costs too much. */
  expectFrugal(bytes: Uint8Array, read: () => void): void {
    this.#inputs++;
    const { microsecondsPerKib, bytesPerByte, bytes: anyway } = this.#allowance;
    const most = {
      microseconds: microsecondsPerKib * Math.max(1, bytes.length / 1024),
      bytes: bytesPerByte * bytes.length + anyway,
    };
    const heapBefore = memory();
    const once = microsecondsOf(read);
    const taken = memory() - heapBefore;
    if (this.#inputs <= warmUp) return;
    if (once > most.microseconds) {
      const again = [1, 2, 3].map(() => microsecondsOf(read));
      expect(Math.min(...again), `µs for ${bytes.length} bytes`).toBeLessThan(most.microseconds);
    }
    if (taken > most.bytes) {
      const again = [1, 2, 3].map(() => bytesOf(read));
      expect(Math.min(...again), `bytes of memory for ${bytes.length} bytes`).toBeLessThan(most.bytes);
    }
  }
}

function microsecondsOf(read: () => void): number {
  const before = process.cpuUsage();
  read();
  return process.cpuUsage(before).user;
}

/** What reading allocates, unless a collection comes in between: right after one, none is due for megabytes. */
function bytesOf(read: () => void): number {
  collect();
  const before = memory();
  read();
  return memory() - before;
}

function memory(): number {
  const { used_heap_size: heap, external_memory: external } = getHeapStatistics();
  return heap + external;
}
