import type { Message } from "@bufbuild/protobuf";
import type { HasWireForm } from "@ts-grain/remote";
import type { ClusterIdentity } from "../identity/cluster-identity.ts";
import type { Deadline } from "./deadline.ts";
import type { GrainMethod } from "./grain-service.ts";
import { OutgoingRequest } from "./outgoing-request.ts";

const theGrainItself: ClusterIdentity = { kind: "", identity: "" };

/** What a call consists of. */
export interface GrainCallParts {
  readonly method: GrainMethod;
  readonly request: Message;
  readonly deadline: Deadline;
  /** The grains that wait for it, outermost first. */
  readonly callers: readonly string[];
  /** Aborts when the caller, in this process, does not wait any more. */
  readonly signal?: AbortSignal | undefined;
  /** Names the call where a caller in another process cancels it. Default 0: it does not. */
  readonly cancelId?: number | undefined;
}

/**
 * A call on its way to a grain. Inside a process the grain gets this object and the caller's message itself; to
 * another process it travels as `cluster.GrainRequest`.
 */
export class GrainCall implements HasWireForm {
  readonly method: GrainMethod;
  readonly request: Message;
  readonly deadline: Deadline;
  readonly callers: readonly string[];
  readonly signal: AbortSignal | undefined;
  readonly cancelId: number;

  constructor({ method, request, deadline, callers, signal, cancelId = 0 }: GrainCallParts) {
    this.method = method;
    this.request = request;
    this.deadline = deadline;
    this.callers = callers;
    this.signal = signal;
    this.cancelId = cancelId;
  }

  /** Whether the caller is in another process and may tell that it does not wait any more. */
  get isCancelledByMessage(): boolean {
    return this.cancelId !== 0 && this.signal === undefined;
  }

  /** @param target where the call does not go to the grain itself */
  toWireMessage(target: ClusterIdentity = theGrainItself): OutgoingRequest {
    return new OutgoingRequest(this.request, this.method.inputCodec, {
      methodIndex: this.method.index,
      methodName: this.method.name,
      // 0 would stand for the receiver's default.
      timeoutMs: Math.max(1, Math.ceil(this.deadline.remainingMs)),
      // Written, and not changed.
      callers: this.callers as string[],
      cancelId: this.cancelId,
      untilMs: this.deadline.wireMs,
      kind: target.kind,
      identity: target.identity,
    });
  }
}

/** A call on its way to the member that has the grain. */
export class CallByName implements HasWireForm {
  readonly target: ClusterIdentity;
  readonly call: GrainCall;

  constructor(target: ClusterIdentity, call: GrainCall) {
    this.target = target;
    this.call = call;
  }

  toWireMessage(): OutgoingRequest {
    return this.call.toWireMessage(this.target);
  }
}
