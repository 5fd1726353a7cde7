import type { Clock } from "@ts-grain/actor";
import type { TypeRegistry } from "@ts-grain/remote";
import { type GrainRequest, GrainRequestSchema } from "../gen/cluster/grain_pb.ts";
import { CallForGrain } from "../identity/call-for-grain.ts";
import { CallAges } from "./call-ages.ts";
import { Deadline } from "./deadline.ts";

/** A call from another process, whose time has run since it was made, and not only since its turn came. */
export class ReceivedCall extends CallForGrain {
  readonly request: GrainRequest;
  readonly deadline: Deadline;

  constructor(request: GrainRequest, deadline: Deadline) {
    super();
    this.request = request;
    this.deadline = deadline;
  }

  get kind(): string {
    return this.request.kind;
  }

  get identity(): string {
    return this.request.identity;
  }
}

/** How calls of other processes are received. */
export interface ReceivingOptions {
  readonly clock: Clock;
  /** Milliseconds that callers have who do not say. */
  readonly requestTimeoutMs: number;
}

/** From now on actors get calls of other processes as {@link ReceivedCall}. */
export function receiveCalls(types: TypeRegistry, { clock, requestTimeoutMs }: ReceivingOptions): void {
  const ages = new CallAges();
  const received = (message: object, _address: string, caller: string): ReceivedCall => {
    const request = message as GrainRequest;
    const { timeoutMs, untilMs } = request;
    const nowMs = clock.nowMs();
    const agoMs = untilMs === 0 ? 0 : ages.ageOf(caller, untilMs - timeoutMs, nowMs);
    return new ReceivedCall(request, new Deadline(clock, timeoutMs || requestTimeoutMs, nowMs - agoMs));
  };
  types.register(GrainRequestSchema, { received });
}
