/**
 * Sent as the reply to a request, makes `requestAsync` reject with the error it carries.
 *
 * It is for processes that cannot deliver, such as one that cannot serialise the message, and stays in its process.
 *
 * @example
 * import { ActorSystem, type Process, RequestFailed } from "@ts-grain/actor";
 *
 * const { processes, root } = new ActorSystem();
 * // A process that tells whoever asks it that it cannot.
 * const broken: Process = {
 *   sendUser(_target, _message, sender) {
 *     const failed = new RequestFailed(new Error("out of order"));
 *     if (sender) processes.get(sender).sendUser(sender, failed, undefined, undefined);
 *   },
 *   sendSystem() {},
 * };
 * const pid = processes.add("broken", broken);
 * if (pid) await root.requestAsync(pid, "go").catch((error: Error) => console.log(error.message)); // prints: out of order
 */
export class RequestFailed {
  readonly error: Error;

  constructor(error: Error) {
    this.error = error;
  }
}
