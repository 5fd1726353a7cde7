// What a test and the members that it steers say to each other, one JSON object a line. Members in Go speak the same:
// go/cluster-member/commands.go.
import type { JsonObject } from "@bufbuild/protobuf";

/** Milliseconds since 1970, the same in all processes of this machine, with fractions. */
export function wallClockMs(): number {
  return performance.timeOrigin + performance.now();
}

/** What a member is told to do. */
export type MixedCommand =
  | { readonly do: "owners"; readonly identities: readonly string[] }
  | { readonly do: "topology" | "blocked" | "processes" | "sightings" | "stop load" | "shutdown" }
  | ({ readonly do: "call" } & MixedCall)
  | { readonly do: "start load"; readonly identities: readonly string[]; readonly everyMs: number };

/** A call to a grain, from outside of grains. */
export interface MixedCall {
  readonly identity: string;
  readonly method: "add" | "fail" | "echoHeaders" | "callOther";
  /** The request as protobuf's JSON. */
  readonly request: JsonObject;
  readonly headers?: Readonly<Record<string, string>>;
}

/** How a call ended: with the response as protobuf's JSON, or with a failure. */
export type MixedOutcome =
  | { readonly response: JsonObject; readonly failure?: undefined }
  | { readonly response?: undefined; readonly failure: MixedFailure };

/** An error that a caller got. Its reason is empty if it did not come from the grain. */
export interface MixedFailure {
  readonly reason: string;
  readonly message: string;
  readonly metadata?: Readonly<Record<string, string>>;
}

/** When an activation began or ended in a member, in milliseconds since 1970. */
export interface MixedSighting {
  readonly what: "activated" | "deactivated";
  readonly identity: string;
  readonly atMs: number;
}

/** A member as another one sees it. */
export interface MixedListing {
  readonly id: string;
  readonly address: string;
  readonly kinds: readonly string[];
}

/** What became of a load. */
export interface MixedTally {
  readonly calls: number;
  readonly slowestMs: number;
  readonly failed: readonly MixedLoss[];
}

/** A call of a load that failed. */
export interface MixedLoss {
  readonly identity: string;
  readonly atMs: number;
  readonly tookMs: number;
  readonly message: string;
}
