import type { PID } from "../pid/pid.ts";
import { ReceiveTimeout, Restarting, Started, Stopped, Stopping } from "./lifecycle.ts";
import type { Signal } from "./signal.ts";

/**
 * Stops an actor after the message it is handling; what is queued behind becomes dead letters.
 *
 * @example
 * import { type PID, Stop, type System } from "@ts-grain/actor";
 *
 * // What `context.stop(actor)` does, for those who only have the system.
 * function stop({ processes }: System, actor: PID): void {
 *   processes.get(actor).sendSystem(actor, Stop.instance);
 * }
 */
export class Stop {
  static readonly instance: Stop = new Stop();
  readonly kind = "stop";
}

/**
 * Asks an actor to send `Terminated` to the watcher when it ends.
 *
 * @example
 * import { type PID, type System, Watch } from "@ts-grain/actor";
 *
 * // What `context.watch(target)` does, for a process that is no actor.
 * function watch({ processes }: System, watcher: PID, target: PID): void {
 *   processes.get(target).sendSystem(target, new Watch(watcher));
 * }
 */
export class Watch {
  readonly kind = "watch";
  readonly watcher: PID;

  constructor(watcher: PID) {
    this.watcher = watcher;
  }
}

/**
 * Takes a `Watch` back.
 *
 * @example
 * import { type PID, type Process, Unwatch, Watch } from "@ts-grain/actor";
 *
 * // A process that knows who watches it.
 * class Watched implements Process {
 *   readonly watchers = new Map<string, PID>();
 *
 *   sendUser() {}
 *   sendSystem(_target: PID, message: unknown) {
 *     if (message instanceof Watch)
 *       this.watchers.set(message.watcher.toString(), message.watcher);
 *     if (message instanceof Unwatch) this.watchers.delete(message.watcher.toString());
 *   }
 * }
 */
export class Unwatch {
  readonly kind = "unwatch";
  readonly watcher: PID;

  constructor(watcher: PID) {
    this.watcher = watcher;
  }
}

/**
 * Why an actor is gone: it stopped, its member's address ended, or it was not there when the watch began.
 *
 * @example
 * import { Terminated, type TerminatedReason } from "@ts-grain/actor";
 *
 * const mayComeBack: readonly TerminatedReason[] = ["address_terminated"];
 * const isAway = (message: unknown): boolean =>
 *   message instanceof Terminated && mayComeBack.includes(message.why);
 */
export type TerminatedReason = "stopped" | "address_terminated" | "not_found";

/**
 * A watched actor, or a child, is gone.
 *
 * @example
 * import { ActorSystem, propsFromFunction, Started, Terminated } from "@ts-grain/actor";
 *
 * const { root } = new ActorSystem();
 * const ended = Promise.withResolvers<string>();
 * const friend = root.spawn(propsFromFunction(() => {}));
 * root.spawn(
 *   propsFromFunction((context) => {
 *     if (context.message instanceof Started) context.watch(friend);
 *     if (context.message instanceof Terminated) ended.resolve(context.message.why);
 *     else context.stop(friend);
 *   }),
 * );
 * console.log(await ended.promise); // prints: stopped
 */
export class Terminated {
  readonly who: PID;
  readonly why: TerminatedReason;

  constructor(who: PID, why: TerminatedReason = "stopped") {
    this.who = who;
    this.why = why;
  }
}

/**
 * What goes through an actor's system queue: before all user messages, never dropped.
 *
 * @example
 * import { type PID, type Process, type SystemMessage, Terminated, Watch } from "@ts-grain/actor";
 *
 * // How a process that has ended takes system messages: it answers those who want to watch it.
 * function answerWatch(find: (pid: PID) => Process, target: PID, message: SystemMessage): void {
 *   if (message instanceof Watch)
 *     find(message.watcher).sendSystem(message.watcher, new Terminated(target, "not_found"));
 * }
 */
export type SystemMessage = Started | Stop | Watch | Unwatch | Terminated | Signal;

/** Whether the message came from the runtime itself, and is nobody's to answer, forward or keep. */
export function isFromRuntime(message: unknown): boolean {
  // One after the other, as a list to go through takes several times as long.
  return (
    message instanceof Started ||
    message instanceof Stopping ||
    message instanceof Stopped ||
    message instanceof Restarting ||
    message instanceof ReceiveTimeout ||
    message instanceof Terminated
  );
}
