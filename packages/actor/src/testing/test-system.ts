import { ActorSystem } from "../actor-system/actor-system.ts";
import type { ActorSystemOptions } from "../actor-system/actor-system-options.ts";
import { seededRandom } from "../ports/random.ts";
import { RecordingLogger } from "./recording-logger.ts";
import { VirtualClock } from "./virtual-clock.ts";

/**
 * A system under a virtual clock, with seeded chance and a log that a test can read.
 *
 * @example
 * import { passivateAfter, propsFromFunction } from "@ts-grain/actor";
 * import { TestProbe, TestSystem } from "@ts-grain/actor/testing";
 *
 * await using test = new TestSystem();
 * const probe = new TestProbe(test.system);
 * probe.watch(
 *   test.system.root.spawn(
 *     propsFromFunction(() => {}, { receiveMiddleware: [passivateAfter(60_000)] }),
 *   ),
 * );
 * await test.clock.advance(60_000);
 * console.log(probe.messages.length); // prints: 1
 */
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
