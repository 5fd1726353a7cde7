import { create, type Message, toBinary } from "@bufbuild/protobuf";
import type { HasWireForm } from "@ts-grain/remote";
import { type GrainRequest, GrainRequestSchema } from "../gen/cluster/grain_pb.ts";
import type { Deadline } from "./deadline.ts";
import type { GrainMethod } from "./grain-service.ts";

/** What a call consists of. */
export interface GrainCallParts {
  readonly method: GrainMethod;
  readonly request: Message;
  readonly deadline: Deadline;
  /** The grains that wait for it, outermost first. */
  readonly callers: readonly string[];
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

  constructor({ method, request, deadline, callers }: GrainCallParts) {
    this.method = method;
    this.request = request;
    this.deadline = deadline;
    this.callers = callers;
  }

  toWireMessage(): GrainRequest {
    return create(GrainRequestSchema, {
      methodIndex: this.method.index,
      methodName: this.method.name,
      messageData: toBinary(this.method.input, this.request),
      timeoutMs: Math.ceil(this.deadline.remainingMs),
      callers: [...this.callers],
    });
  }
}
