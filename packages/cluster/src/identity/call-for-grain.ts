/** A call from another process. It came to the grain itself, or to the member that has the grain, which hands it on. */
export abstract class CallForGrain {
  /** The grain that is called, where the caller does not know its PID; empty otherwise. */
  abstract readonly kind: string;
  abstract readonly identity: string;
  /** Whether its answer is to say where the grain is. */
  tellsPlace = false;
}
