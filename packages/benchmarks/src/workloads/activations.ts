import { liveHeapBytes } from "../measurement/heap.ts";
import { measureRate } from "../measurement/rate.ts";
import type { Sample } from "../measurement/sample.ts";
import type { Grains } from "../subjects/cluster-program.ts";
import type { Setting } from "./workload.ts";

const inFlight = 100;
const warmUpGrains = 1000;

/** Activations per second by first calls, and what each keeps on the heap of this process when it has nothing to do. */
export async function measureActivations(grains: Grains, setting: Setting): Promise<Sample[]> {
  await callAll(grains, identities("warm-up", warmUpGrains));
  const bytesBefore = liveHeapBytes();
  let activated = 0;
  const rate = await measureRate(async (size) => {
    await callAll(grains, identities(`grain-${activated}`, size));
    activated += size;
    return size;
  }, setting);
  const bytes = liveHeapBytes() - bytesBefore;
  // The grains are still there.
  await callAll(grains, identities("warm-up", warmUpGrains));
  return [
    { unit: "activations/s", value: rate },
    { unit: "B per idle grain", value: bytes / activated },
  ];
}

/** Different ones, as many as asked for. */
export function identities(prefix: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}-${index}`);
}

/** Calls each identity once, so many at a time. @throws Error if an answer is wrong. */
export async function callAll(
  grains: Grains,
  all: readonly string[],
  atATime: number = inFlight,
): Promise<void> {
  let next = 0;
  const callInTurn = async () => {
    while (next < all.length) {
      const number = next++;
      await callOnce(grains, { identity: all[number]!, number });
    }
  };
  await Promise.all(Array.from({ length: atATime }, callInTurn));
}

/** @throws Error if the answer is wrong. */
export async function callOnce(
  grains: Grains,
  { identity, number }: { readonly identity: string; readonly number: number },
): Promise<void> {
  const answer = await grains.grain(identity).ask(number);
  if (answer.number !== number + 1) throw new Error(`asked for what follows ${number}, got ${answer.number}`);
}
