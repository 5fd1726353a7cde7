/**
 * Sent as the reply to a request, makes `requestAsync` reject with the error it carries.
 *
 * It is for processes that cannot deliver, such as one that cannot serialise the message, and stays in its process.
 */
export class RequestFailed {
  readonly error: Error;

  constructor(error: Error) {
    this.error = error;
  }
}
