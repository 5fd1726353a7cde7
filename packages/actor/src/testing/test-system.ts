import { ActorSystem } from "../actor-system/actor-system.ts";
import type { ActorSystemOptions } from "../actor-system/actor-system-options.ts";
import { seededRandom } from "../ports/random.ts";
import { RecordingLogger } from "./recording-logger.ts";
import { VirtualClock } from "./virtual-clock.ts";

/** A system under a virtual clock, with seeded chance and a log that a test can read. */
export class TestSystem implements AsyncDisposable {
  readonly clock: VirtualClock = new VirtualClock();
  readonly log: RecordingLogger = new RecordingLogger();
  readonly system: ActorSystem;

  /** The options come before what the test system would choose; its clock and log stay. */
  constructor(options: Omit<ActorSystemOptions, "clock" | "logger"> = {}) {
    this.system = new ActorSystem({
      random: seededRandom(1),
      ...options,
      clock: this.clock,
      logger: this.log,
    });
  }

  /** Lets all work settle that does not wait for time. */
  settle(): Promise<void> {
    return this.clock.settle();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.system.shutdown();
  }
}
