import type { ClusterIdentity } from "../identity/cluster-identity.ts";
import type { Location } from "../identity/location.ts";
import type { CallOutcome } from "../stats/cluster-stats.ts";
import type { GrainCall } from "./grain-call.ts";
import type { GrainCallOptions } from "./grain-caller.ts";
import type { OnSent } from "./one-way.ts";

/** A call that is on its way. */
export interface Sending {
  readonly target: ClusterIdentity;
  readonly call: GrainCall;
  readonly options: GrainCallOptions;
  readonly onSent?: OnSent;
  /** Where it is counted how this ends, if it is the end of the call. */
  readonly outcomes?: Record<CallOutcome, number>;
}

/** A call that was sent. */
export interface Sent {
  readonly location: Location;
  /** Asked for once. */
  readonly reply: () => Promise<unknown>;
}
