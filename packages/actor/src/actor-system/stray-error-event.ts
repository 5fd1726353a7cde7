/**
 * Published on the event stream for an error that escaped every handler.
 *
 * @example
 * import { ActorSystem, StrayErrorEvent } from "@ts-grain/actor";
 *
 * const system = new ActorSystem();
 * system.eventStream.subscribe((event) => {
 *   if (event instanceof StrayErrorEvent) console.error("nobody has caught this:", event.error);
 * });
 */
export class StrayErrorEvent {
  readonly error: unknown;

  constructor(error: unknown) {
    this.error = error;
  }
}
