import type { RootContext, System } from "../actor-cell/actor-context.ts";
import { sendDirectly, spawnDirectly } from "../actor-cell/directly.ts";
import { compose } from "../actor-cell/middleware.ts";
import type { Runtime } from "../actor-cell/runtime.ts";
import { spawnCell } from "../actor-cell/spawn.ts";
import { ActorError } from "../actor-error.ts";
import { EventStream } from "../event-stream/event-stream.ts";
import { RunQueue } from "../mailbox/run-queue.ts";
import { type Clock, systemClock } from "../ports/clock.ts";
import { platformEventLoop } from "../ports/event-loop.ts";
import { consoleLogger, type Logger } from "../ports/logger.ts";
import { type Random, systemRandom } from "../ports/random.ts";
import { catchStrayErrors } from "../ports/stray-errors.ts";
import { DeadLetterLog } from "../process/dead-letter-log.ts";
import { type DeadLetterCounts, DeadLetters } from "../process/dead-letters.ts";
import { EventStreamProcess } from "../process/event-stream-process.ts";
import { ProcessRegistry } from "../process/process-registry.ts";
import { Replies } from "../process/replies.ts";
import type { ActorSystemOptions, ShutdownOptions } from "./actor-system-options.ts";
import { Guardians } from "./guardians.ts";
import { StrayErrorEvent } from "./stray-error-event.ts";
import { SupervisionLog } from "./supervision-log.ts";
import { newSystemId } from "./system-id.ts";
import { SystemRoot } from "./system-root.ts";

/**
 * What an actor system has on its hands.
 *
 * @example
 * import { ActorSystem, type SystemStats } from "@ts-grain/actor";
 *
 * const system = new ActorSystem();
 * const { pendingRequests }: SystemStats = system.stats;
 * console.log(pendingRequests, system.stats.deadLetters.overloaded); // prints: 0 0
 */
export interface SystemStats {
  /** Messages that nobody handled, by reason. */
  readonly deadLetters: DeadLetterCounts;
  /** Requests that wait for their replies. */
  readonly pendingRequests: number;
  /** Processes that can be found by id. */
  readonly processes: number;
}

/**
 * A world of actors. Several systems in one process know nothing of each other.
 *
 * @example
 * import { ActorSystem, propsFromFunction } from "@ts-grain/actor";
 *
 * await using system = new ActorSystem();
 * const echo = system.root.spawn(
 *   propsFromFunction((context) => {
 *     if (context.sender) context.respond(context.message);
 *   }),
 * );
 * console.log(await system.root.requestAsync(echo, "hello")); // prints: hello
 */
export class ActorSystem implements System, AsyncDisposable {
  readonly id: string;
  readonly root: RootContext;
  readonly eventStream: EventStream;
  readonly processes: ProcessRegistry;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  // Internal rather than private, so that a context's `System` is an `ActorSystem` for the type checker.
  /** @internal */
  readonly parts: SystemParts;

  /** Makes a system, which is ready at once. From now until `shutdown` it reports stray errors, as its options say. */
  constructor(options: ActorSystemOptions = {}) {
    this.id = options.id ?? newSystemId();
    this.clock = options.clock ?? systemClock;
    this.random = options.random ?? systemRandom;
    this.logger = options.logger ?? consoleLogger;
    this.eventStream = new EventStream((error) =>
      this.logger.error({ err: error }, "an event handler failed"),
    );
    this.parts = assemble(this, options);
    this.processes = this.parts.runtime.processes;
    this.root = this.parts.root;
  }

  /** Where the system can be reached: `nonhost` without a remote. */
  get address(): string {
    return this.processes.address;
  }

  /** Counts as they are now. */
  get stats(): SystemStats {
    const { deadLetters, replies, processes } = this.parts.runtime;
    return { deadLetters: deadLetters.counts, pendingRequests: replies.pending, processes: processes.size };
  }

  /**
   * Stops all actors and waits for their end, but no longer than `timeoutMs`; then settles the requests that wait
   * with code "stopped". Never rejects: actors that do not end in time are logged. Further calls wait for the first one.
   */
  shutdown(options: ShutdownOptions = {}): Promise<void> {
    this.parts.shutdown ??= shutDown(this, options.timeoutMs ?? 10_000);
    return this.parts.shutdown;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.shutdown();
  }
}

/**
 * From which numbers the first of a process without a name is chosen. PIDs outlive their process, and name an address only: in the next
 * process at that address they must not name other actors, as they would if both began at 1.
 */
const firstNumbers = 2 ** 30;

/** @internal What a system consists of. */
export interface SystemParts {
  readonly runtime: Runtime;
  readonly root: RootContext;
  readonly guardians: Guardians;
  readonly abort: AbortController;
  readonly logs: readonly { close(): void }[];
  readonly ignoreStrayErrors: () => void;
  shutdown: Promise<void> | undefined;
}

function assemble(system: ActorSystem, options: ActorSystemOptions): SystemParts {
  const { eventStream, clock, logger, random } = system;
  const { limit = 3, periodMs = 1_000, requests = "log" } = options.deadLetterLog ?? {};
  const deadLetterLog = new DeadLetterLog({ eventStream, clock, logger }, { limit, periodMs, requests });
  const logs = [deadLetterLog, new SupervisionLog({ eventStream, clock, logger })];
  const processes = new ProcessRegistry(
    (registry) => new DeadLetters(registry, eventStream),
    Math.floor(random.next() * firstNumbers),
  );
  const { deadLetters } = processes;
  processes.add("deadletter", deadLetters);
  processes.add("eventstream", new EventStreamProcess(eventStream, deadLetters));
  const runtime: Runtime = {
    system,
    processes,
    deadLetters,
    replies: new Replies(processes, deadLetters, clock),
    runQueue: new RunQueue(options.eventLoop ?? clock.eventLoop ?? platformEventLoop),
    eventStream,
    clock,
    random,
    logger,
    spawn: (props, place) => spawnCell(runtime, props, place),
  };
  const guardians = new Guardians();
  const abort = new AbortController();
  const { headers, senderMiddleware, spawnMiddleware } = options.root ?? {};
  const root = new SystemRoot({
    runtime,
    guardians,
    signal: abort.signal,
    headers,
    send: compose(senderMiddleware, sendDirectly),
    spawn: compose(spawnMiddleware, spawnDirectly),
  });
  const ignoreStrayErrors = catchStrayErrors(options.strayErrors ?? "rejections", (error) => {
    logger.error({ err: error }, "an error escaped every handler");
    eventStream.publish(new StrayErrorEvent(error));
  });
  return { runtime, root, guardians, abort, logs, ignoreStrayErrors, shutdown: undefined };
}

async function shutDown({ parts, clock, logger }: ActorSystem, timeoutMs: number): Promise<void> {
  parts.abort.abort(new ActorError("stopped", "the actor system shuts down"));
  const late = Promise.withResolvers<"late">();
  const timer = clock.schedule(timeoutMs, () => late.resolve("late"));
  const outcome = await Promise.race([parts.guardians.close(), late.promise]);
  timer.cancel();
  if (outcome === "late") logger.warn({ timeoutMs }, "some actors did not stop in time");
  parts.runtime.replies.close();
  for (const log of parts.logs) log.close();
  parts.ignoreStrayErrors();
}
