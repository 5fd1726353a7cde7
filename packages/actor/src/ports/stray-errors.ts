/**
 * Which errors that escaped every handler are reported instead of ending the process: rejections of promises that
 * nobody awaits, or throws out of timers and other callbacks as well. They concern all code of the process, as nobody
 * can tell whose they are.
 *
 * @example
 * import { ActorSystem, type StrayErrors } from "@ts-grain/actor";
 *
 * const strayErrors: StrayErrors = process.env["NODE_ENV"] === "production" ? "all" : "none";
 * const system = new ActorSystem({ strayErrors });
 */
export type StrayErrors = "rejections" | "all" | "none";

type Report = (error: unknown) => void;

/**
 * Has errors that escaped every handler reported, until the returned function is called.
 *
 * A process asks its listeners before it gives itself up; with one there, it goes on.
 */
export function catchStrayErrors(which: StrayErrors, report: Report): () => void {
  const events = eventsOf[which];
  for (const event of events) listen(event, report);
  return () => {
    for (const event of events) unlisten(event, report);
  };
}

type StrayEvent = "unhandledRejection" | "uncaughtException";

const eventsOf: Readonly<Record<StrayErrors, readonly StrayEvent[]>> = {
  none: [],
  rejections: ["unhandledRejection"],
  all: ["unhandledRejection", "uncaughtException"],
};

interface Hook {
  readonly reports: Set<Report>;
  readonly remove: () => void;
}

/** The part of Node's `process` that is used here; browsers and workers have none. */
interface NodeProcess {
  on(event: string, listener: Report): unknown;
  off(event: string, listener: Report): unknown;
}

/** The one thing that is the process's rather than a system's: Node warns of many listeners to its last words. */
type Host = { readonly process?: NodeProcess } & { [hook: symbol]: Hook | undefined };

function listen(event: StrayEvent, report: Report): void {
  const host = globalThis as unknown as Host;
  const key = hookKey(event);
  host[key] ??= addHook(host, event);
  host[key].reports.add(report);
}

function unlisten(event: StrayEvent, report: Report): void {
  const host = globalThis as unknown as Host;
  const hook = host[hookKey(event)];
  hook?.reports.delete(report);
  if (hook?.reports.size !== 0) return;
  hook.remove();
  host[hookKey(event)] = undefined;
}

/** The same in all copies of this package. */
function hookKey(event: StrayEvent): symbol {
  return Symbol.for(`@ts-grain/actor/${event}`);
}

function addHook({ process }: Host, event: StrayEvent): Hook {
  const reports = new Set<Report>();
  const reportAll = (error: unknown): void => {
    for (const report of reports) report(error);
  };
  if (process !== undefined) {
    process.on(event, reportAll);
    return { reports, remove: () => process.off(event, reportAll) };
  }
  const onEvent = (stray: Event): void => {
    stray.preventDefault();
    const { reason, error } = stray as Partial<PromiseRejectionEvent & ErrorEvent>;
    reportAll(reason ?? error);
  };
  addEventListener(browserEvents[event], onEvent);
  return { reports, remove: () => removeEventListener(browserEvents[event], onEvent) };
}

/** What browsers and workers call the two events of Node. */
const browserEvents = { unhandledRejection: "unhandledrejection", uncaughtException: "error" } as const;
