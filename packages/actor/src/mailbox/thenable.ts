/** Whether a handler's outcome is something to wait for. */
export function isThenable(outcome: unknown): outcome is PromiseLike<unknown> {
  return (
    typeof outcome === "object" && outcome !== null && "then" in outcome && typeof outcome.then === "function"
  );
}

/** Goes on after the outcome: at once, or once its promise is fulfilled. */
export function andThen(
  outcome: void | PromiseLike<void>,
  step: () => void | PromiseLike<void>,
): void | PromiseLike<void> {
  return isThenable(outcome) ? outcome.then(step) : step();
}
