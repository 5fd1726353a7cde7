import type { Finished, Started } from "../history/events.ts";
import type { History } from "../history/history.ts";

/** SA-turns: an activation handles one call at a time. */
export function checkTurns({ processes }: History): readonly string[] {
  return processes.flatMap(({ events }) => {
    const turns = events.filter((event) => event.event === "started" || event.event === "finished");
    const byActivation = Map.groupBy(turns, ({ activation }) => activation);
    return [...byActivation.values()].flatMap(checkActivation);
  });
}

function checkActivation(turns: readonly (Started | Finished)[]): readonly string[] {
  const problems: string[] = [];
  let current: string | undefined;
  for (const { event, message, activation } of turns) {
    if (event === "started" && current !== undefined)
      problems.push(`${activation} started ${message} while it handled ${current}`);
    current = event === "started" ? message : undefined;
  }
  return problems;
}
