/**
 * Sent as the reply to a request, makes `requestAsync` reject with the error it carries.
 *
 * It is for processes that cannot deliver, such as one that cannot serialise the message, and stays in its process.
 *
 * @example
 * import { type Process, RequestFailed, type System } from "@ts-grain/actor";
 *
 * // A process that tells whoever asks it that it cannot.
 * function makeBroken({ processes }: System): Process {
 *   return {
 *     sendUser(_target, _message, sender) {
 *       const failed = new RequestFailed(new Error("out of order"));
 *       if (sender) processes.get(sender).sendUser(sender, failed, undefined, undefined);
 *     },
 *     sendSystem() {},
 *   };
 * }
 */
export class RequestFailed {
  readonly error: Error;

  constructor(error: Error) {
    this.error = error;
  }
}
