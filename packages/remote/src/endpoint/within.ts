import type { Clock } from "@ts-grain/actor";

/** Waits for all of them, and no longer than the given milliseconds. None rejects. */
export async function within(
  timeoutMs: number,
  promises: readonly Promise<void>[],
  clock: Clock,
): Promise<void> {
  if (promises.length === 0) return;
  const { promise: late, resolve } = Promise.withResolvers<void>();
  const timer = clock.schedule(timeoutMs, resolve);
  await Promise.race([Promise.all(promises), late]);
  timer.cancel();
}
