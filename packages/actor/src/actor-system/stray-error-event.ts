/** Published on the event stream for an error that escaped every handler. */
export class StrayErrorEvent {
  readonly error: unknown;

  constructor(error: unknown) {
    this.error = error;
  }
}
