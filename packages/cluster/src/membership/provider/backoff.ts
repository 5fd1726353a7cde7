const initialMs = 250;
const maxMs = 2_000;

/**
 * Milliseconds to wait after the given number of failures in a row, counted from 1: the bound doubles from 250 up to
 * 2,000, and chance from [0, 1) picks between half of it and all of it, so that members which lost the same server do
 * not come back to it in step.
 */
export function backoffMs(failures: number, chance: number): number {
  return Math.min(maxMs, initialMs * 2 ** (failures - 1)) * (0.5 + chance / 2);
}
