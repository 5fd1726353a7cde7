import type { Cluster } from "./cluster.ts";

/** Milliseconds after which a process that was told to end is ended, whatever still runs in it. */
const patienceMs = 10_000;
const numbers = { SIGINT: 2, SIGTERM: 15 } as const;

/** What `shutdownOnSignals` listens to. */
export type ShutdownSignal = keyof typeof numbers;

/**
 * Shuts the cluster down when this process gets one of the signals. Then the process ends by itself, with code 0, unless the
 * application keeps it alive: after 10 s it is ended with code 128 + the signal's number. A second signal ends it with
 * that code at once.
 *
 * @param signals Default SIGINT and SIGTERM.
 */
export function shutdownOnSignals(
  cluster: Cluster,
  signals: readonly ShutdownSignal[] = ["SIGINT", "SIGTERM"],
): void {
  let isEnding = false;
  const onSignal = (signal: ShutdownSignal): void => {
    const end = (): never => process.exit(128 + numbers[signal]);
    if (isEnding) end();
    isEnding = true;
    cluster.system.logger.info({ signal }, "shutting down");
    setTimeout(end, patienceMs).unref();
    void cluster.shutdown();
  };
  for (const signal of signals) process.on(signal, onSignal);
  void cluster.ended.then(() => {
    if (!isEnding) for (const signal of signals) process.off(signal, onSignal);
  });
}
