import { platformNowMs } from "./platform-clock.ts";

/**
 * How the runtime shares its thread with timers, sockets and promises.
 *
 * @example
 * import { ActorSystem, type EventLoop, platformEventLoop } from "@ts-grain/actor";
 *
 * let turns = 0;
 * const counting: EventLoop = {
 *   ...platformEventLoop,
 *   later: (callback) => {
 *     turns += 1;
 *     platformEventLoop.later(callback);
 *   },
 * };
 * const system = new ActorSystem({ eventLoop: counting });
 */
export interface EventLoop {
  /** Calls back as soon as the code that runs now has returned: a microtask. */
  soon(callback: () => void): void;

  /** Calls back after timers and input had their turn: a macrotask. */
  later(callback: () => void): void;

  /** Milliseconds since some fixed moment, by which the runtime notices that it has held the thread for long. */
  nowMs(): number;
}

const settled: Promise<void> = Promise.resolve();

/**
 * The event loop of Node, a browser page or a worker.
 *
 * @example
 * import { platformEventLoop } from "@ts-grain/actor";
 *
 * const done = Promise.withResolvers<void>();
 * platformEventLoop.later(() => done.resolve(console.log("later")));
 * platformEventLoop.soon(() => console.log("soon"));
 * await done.promise;
 * // prints: soon
 * // prints: later
 */
export const platformEventLoop: EventLoop = {
  // Node's queueMicrotask makes an object for each callback, which costs more than most messages.
  soon: (run) => void settled.then(run),
  later: chooseLater(),
  nowMs: platformNowMs,
};

function chooseLater(): EventLoop["later"] {
  const { setImmediate } = globalThis as { setImmediate?: (callback: () => void) => unknown };
  if (setImmediate) return (callback) => void setImmediate(callback);
  return (callback) => {
    // A browser holds nested timeouts back for 4 ms; a message to oneself comes with the next turn.
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      callback();
    };
    port2.postMessage(undefined);
  };
}
