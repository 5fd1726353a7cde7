import { PoisonPill } from "../message/control-message.ts";
import { RequestFailed } from "../message/request-failed.ts";
import { Stop, type Terminated } from "../message/system-message.ts";
import type { PID } from "../pid/pid.ts";
import type { RequestOptions, WaitOptions } from "../process/request-options.ts";
import { termination } from "../process/termination.ts";
import type { Runtime } from "./runtime.ts";

/** Waits for the reply to a request that `send` sends on behalf of the PID it is given. */
export function reply<Reply>(
  { replies }: Runtime,
  options: RequestOptions | undefined,
  send: (replyTo: PID) => void,
): Promise<Reply> {
  return new Promise<Reply>((resolve, reject) => {
    const replyTo = replies.open(resolve, reject, options);
    try {
      send(replyTo);
    } catch (error) {
      replies.sendUser(replyTo, new RequestFailed(error as Error));
    }
  });
}

export function stop({ processes }: Runtime, target: PID): void {
  processes.get(target).sendSystem(target, Stop.instance);
}

export function poison({ processes }: Runtime, target: PID): void {
  processes.get(target).sendUser(target, PoisonPill.instance, undefined, undefined);
}

/** Waits for the end of an actor that `begin` brings about. */
export function end(
  runtime: Runtime,
  target: PID,
  how: { readonly begin: (runtime: Runtime, target: PID) => void; readonly wait: WaitOptions | undefined },
): Promise<Terminated> {
  return termination(runtime, { who: target, begin: () => how.begin(runtime, target), wait: how.wait });
}
