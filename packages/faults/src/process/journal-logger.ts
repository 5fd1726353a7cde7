import { consoleLogger, type Logger } from "@ts-grain/actor";
import { ClusterError } from "@ts-grain/cluster";
import type { ProcessEvent } from "../history/events.ts";
import type { Journal } from "../history/journal.ts";

/** Logs to the console, and writes down which one-way calls the log says have failed: their callers hear nothing of that. */
export function journalLogger(journal: Journal<ProcessEvent>): Logger {
  return {
    ...consoleLogger,
    warn(fields, message) {
      const { error } = fields as { readonly error?: unknown };
      if (message === "a one-way call failed" && ClusterError.is(error))
        journal.write({ event: "given_up", outcome: error.code });
      consoleLogger.warn(fields, message);
    },
  };
}
