import type { Call, History } from "../history/history.ts";

/** Calls under way while no process's event loop stood still: how long the others took says more of the machine than of the cluster. */
export function findUndisturbed(calls: readonly Call[], { processes }: History): readonly Call[] {
  const stalls = processes.flatMap(({ events }) => events.filter((event) => event.event === "stalled"));
  return calls.filter(
    ({ atMs, returns: [end] }) =>
      !stalls.some(
        (stall) => atMs < stall.atMs && stall.atMs - stall.forMs < (end?.atMs ?? Number.POSITIVE_INFINITY),
      ),
  );
}
