import { ActorError } from "../actor-error.ts";
import { type SystemMessage, Terminated, Unwatch, Watch } from "../message/system-message.ts";
import type { PID } from "../pid/pid.ts";
import type { Process } from "../pid/process.ts";
import type { Clock, Timer } from "../ports/clock.ts";
import type { ProcessRegistry } from "./process-registry.ts";
import { timeoutOf, type WaitOptions } from "./request-options.ts";

/**
 * Waits until the process has ended. It watches before it calls `begin`, which is to bring the end about.
 *
 * Each wait is a process of its own, as Proto.Actor Go counts watchers by id alone.
 *
 * @throws ActorError "deadline_exceeded" after `timeoutMs`; the signal's reason when it aborts.
 */
export function termination(
  { processes, clock }: { readonly processes: ProcessRegistry; readonly clock: Clock },
  {
    who,
    begin,
    wait,
  }: { readonly who: PID; readonly begin: () => void; readonly wait?: WaitOptions | undefined },
): Promise<Terminated> {
  return new Promise((resolve, reject) => {
    const timeoutMs = timeoutOf(wait);
    wait?.signal?.throwIfAborted();
    let timer: Timer | undefined;
    const id = `future${processes.nextId()}`;
    const settle = (): void => {
      processes.remove(id);
      timer?.cancel();
      wait?.signal?.removeEventListener("abort", abort);
    };
    const giveUp = (error: Error): void => {
      settle();
      processes.get(who).sendSystem(who, new Unwatch(watcher));
      reject(error);
    };
    const abort = (): void => giveUp(wait?.signal?.reason);
    const process: Process = {
      sendUser() {},
      sendSystem(_target: PID, message: SystemMessage) {
        if (!(message instanceof Terminated)) return;
        settle();
        resolve(message);
      },
    };
    const watcher = processes.add(id, process)!;
    if (timeoutMs < Number.POSITIVE_INFINITY) {
      const late = (): void =>
        giveUp(new ActorError("deadline_exceeded", `${who.toString()} did not end in time`));
      timer = clock.schedule(timeoutMs, late);
    }
    wait?.signal?.addEventListener("abort", abort, { once: true });
    processes.get(who).sendSystem(who, new Watch(watcher));
    begin();
  });
}
