import { ActorError, type PID } from "@ts-grain/actor";
import { ClusterError } from "../cluster-error.ts";
import type { Deadline } from "../grain/deadline.ts";
import type { DeliveryFailure } from "./delivery-failed.ts";
import type { SubscriberBatch } from "./topic-batch.ts";

/** How often a batch is sent at most to a grain that has just moved. */
const maxAttempts = 5;

/** How a delivery ended. */
export type DeliveryOutcome = "delivered" | DeliveryFailure;

/** What a lane asks of its surroundings. */
export interface LanePort {
  /** Where the grain is active. @throws ClusterError */
  locate(deadline: Deadline): Promise<PID>;
  /** Hands the batch over, and resolves when it was handled. @throws ActorError, or what says that it cannot leave. */
  send(pid: PID, batch: SubscriberBatch, deadline: Deadline): Promise<void>;
  /** The grain is not where it was found. */
  forget(pid: PID): void;
}

interface Waiting {
  readonly batch: SubscriberBatch;
  readonly deadline: Deadline;
  readonly number: number;
  readonly settle: (outcome: DeliveryOutcome) => void;
  attempts: number;
}

/**
 * Delivers to one grain in order. What proves to have reached nobody, since the grain has moved or ended, is sent again where it is now;
 * what comes meanwhile waits behind it.
 */
export class GrainLane {
  readonly #port: LanePort;
  #pid: PID | undefined;
  #isLocating = false;
  #underWay = 0;
  #count = 0;
  #waiting: Waiting[] = [];

  constructor(port: LanePort) {
    this.#port = port;
  }

  /** Whether nothing waits or is under way. */
  get isIdle(): boolean {
    return this.#underWay === 0 && this.#waiting.length === 0;
  }

  deliver(batch: SubscriberBatch, deadline: Deadline): Promise<DeliveryOutcome> {
    const { promise, resolve: settle } = Promise.withResolvers<DeliveryOutcome>();
    this.#waiting.push({ batch, deadline, number: this.#count++, settle, attempts: 0 });
    this.#advance();
    return promise;
  }

  #advance(): void {
    if (this.#waiting.length === 0) return;
    if (this.#pid) for (const waiting of this.#waiting.splice(0)) void this.#send(waiting, this.#pid);
    // What is under way to where the grain was may come back, and belongs before what waits.
    else if (this.#underWay === 0) void this.#locate();
  }

  async #locate(): Promise<void> {
    if (this.#isLocating) return;
    this.#isLocating = true;
    const [first] = this.#waiting;
    try {
      this.#pid = await this.#port.locate(first!.deadline);
    } catch (error) {
      const outcome = isLate(error) ? "timeout" : "other_error";
      for (const { settle } of this.#waiting.splice(0)) settle(outcome);
    }
    this.#isLocating = false;
    this.#advance();
  }

  async #send(waiting: Waiting, pid: PID): Promise<void> {
    this.#underWay++;
    waiting.attempts++;
    try {
      await this.#port.send(pid, waiting.batch, waiting.deadline);
      waiting.settle("delivered");
    } catch (error) {
      this.#failed(waiting, pid, error);
    }
    this.#underWay--;
    this.#advance();
  }

  #failed(waiting: Waiting, pid: PID, error: unknown): void {
    if (!(ActorError.is(error) && error.code === "dead_letter")) {
      waiting.settle(isLate(error) ? "timeout" : "other_error");
      return;
    }
    if (this.#pid === pid) this.#pid = undefined;
    this.#port.forget(pid);
    if (waiting.attempts === maxAttempts || waiting.deadline.remainingMs === 0) {
      waiting.settle("no_longer_reachable");
    } else {
      this.#waiting.push(waiting);
      this.#waiting.sort((one, other) => one.number - other.number);
    }
  }
}

function isLate(error: unknown): boolean {
  return (
    (ActorError.is(error) && error.code === "deadline_exceeded") ||
    (ClusterError.is(error) && error.code === "not_delivered")
  );
}
