import type { Cluster } from "./cluster.ts";

/** Milliseconds that a shutdown may take before the process is ended all the same. */
const patienceMs = 10_000;
const numbers = { SIGINT: 2, SIGTERM: 15 } as const;

/**
 * What `shutdownOnSignals` listens to.
 *
 * @see {@link shutdownOnSignals}
 */
export type ShutdownSignal = keyof typeof numbers;

/**
 * Shuts the cluster down when this process gets one of the signals. The process then ends by itself, with code 0, unless
 * the application has something else that keeps it alive. A second signal, or a shutdown that takes longer than 10 s, ends it at once
 * with code 128 + the signal's number.
 *
 * @param signals Default SIGINT and SIGTERM.
 * @example
 * import { type Cluster, type ShutdownSignal, shutdownOnSignals } from "@ts-grain/cluster";
 *
 * function endInOrder(cluster: Cluster): void {
 *   const signals: readonly ShutdownSignal[] = ["SIGTERM"];
 *   shutdownOnSignals(cluster, signals);
 * }
 */
export function shutdownOnSignals(
  cluster: Cluster,
  signals: readonly ShutdownSignal[] = ["SIGINT", "SIGTERM"],
): void {
  const { clock, logger } = cluster.system;
  let isEnding = false;
  const onSignal = (signal: ShutdownSignal): void => {
    const end = (): never => process.exit(128 + numbers[signal]);
    if (isEnding) end();
    isEnding = true;
    logger.info({ signal }, "shutting down");
    const timer = clock.schedule(patienceMs, end);
    void cluster.shutdown().then(() => timer.cancel());
  };
  for (const signal of signals) process.on(signal, onSignal);
  void cluster.ended.then(() => {
    for (const signal of signals) process.off(signal, onSignal);
  });
}
