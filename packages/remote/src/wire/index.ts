// What code generated from contracts that import actor/actor.proto needs, and the way from a PID to its message and back.
export {
  file_actor_actor,
  type PID,
  PIDSchema,
  type Terminated,
  TerminatedReason,
  TerminatedReasonSchema,
  TerminatedSchema,
  type Touched,
  TouchedSchema,
} from "../gen/actor/actor_pb.ts";
export {
  type ActorPidRequest,
  ActorPidRequestSchema,
  type ActorPidResponse,
  ActorPidResponseSchema,
  file_remote_remote,
} from "../gen/remote/remote_pb.ts";
export { pidFromWire, pidToWire } from "./pid-wire.ts";
