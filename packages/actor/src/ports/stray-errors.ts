/**
 * Which errors that escaped every handler are reported instead of ending the process: rejections of promises that
 * nobody awaits, or throws out of timers and other callbacks as well. They concern all code of the process, as nobody
 * can tell whose they are.
 */
export type StrayErrors = "rejections" | "all" | "none";

type Report = (error: unknown) => void;

/** The part of Node's `process` that is used here; browsers and workers have none. */
interface NodeProcess {
  on(event: string, listener: Report): unknown;
  off(event: string, listener: Report): unknown;
}

/**
 * Has errors that escaped every handler reported, until the returned function is called.
 *
 * A process asks its listeners before it gives itself up; with one there, it goes on.
 */
export function catchStrayErrors(which: StrayErrors, report: Report): () => void {
  const stops = [];
  if (which !== "none") stops.push(listen("unhandledRejection", report));
  if (which === "all") stops.push(listen("uncaughtException", report));
  return () => {
    for (const stop of stops) stop();
  };
}

/** What browsers and workers call the two events of Node. */
const browserEvents = { unhandledRejection: "unhandledrejection", uncaughtException: "error" } as const;

function listen(event: keyof typeof browserEvents, report: Report): () => void {
  const { process } = globalThis as { readonly process?: NodeProcess };
  if (process !== undefined) {
    process.on(event, report);
    return () => process.off(event, report);
  }
  const onEvent = (stray: Event): void => {
    stray.preventDefault();
    const { reason, error } = stray as Partial<PromiseRejectionEvent & ErrorEvent>;
    report(reason ?? error);
  };
  addEventListener(browserEvents[event], onEvent);
  return () => removeEventListener(browserEvents[event], onEvent);
}
