import type { EventStream } from "../event-stream/event-stream.ts";
import type { RunQueue } from "../mailbox/run-queue.ts";
import type { PID } from "../pid/pid.ts";
import type { Clock } from "../ports/clock.ts";
import type { Logger } from "../ports/logger.ts";
import type { Random } from "../ports/random.ts";
import type { DeadLetters } from "../process/dead-letters.ts";
import type { ProcessRegistry } from "../process/process-registry.ts";
import type { Replies } from "../process/replies.ts";
import type { System } from "./actor-context.ts";
import type { ActorPlace } from "./actor-place.ts";
import type { Props } from "./props.ts";

/** What the cells of one system share. */
export interface Runtime {
  readonly system: System;
  readonly processes: ProcessRegistry;
  readonly deadLetters: DeadLetters;
  readonly replies: Replies;
  readonly runQueue: RunQueue;
  readonly eventStream: EventStream;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Starts an actor under the given supervisor. */
  readonly spawn: (props: Props, place: ActorPlace) => PID;
}
