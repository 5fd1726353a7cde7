import type { PartingReason } from "../wire/frame.ts";

/**
 * Why an endpoint is no more.
 *
 * @see {@link EndpointTerminatedEvent}
 */
export type TerminationReason =
  | "unreachable" // nobody answered, again and again
  | "replaced" // another process answers at the address now
  | "refused" // the peer does not talk to us
  | "said_goodbye" // the peer shut down
  | "one_way" // the peer cannot connect to us, so that it can neither answer nor report the ends of its actors
  | "left" // somebody else found out that the peer is gone
  | "stopped"; // this remote shut down

/** Where an endpoint is in its life. `level` grows the pauses until a connection has held for a while. */
export type EndpointState =
  | { readonly phase: "idle" }
  | ({ readonly phase: "connecting" | "greeting" | "waiting"; readonly failures: number } & Past)
  | ({ readonly phase: "open" } & Past)
  | { readonly phase: "terminated"; readonly reason: TerminationReason };

interface Past {
  readonly level: number;
  /** The process that answered last; undefined before the first answer. */
  readonly memberId: string | undefined;
}

/** What happens to an endpoint. */
export type EndpointEvent =
  /** There is something to send. */
  | { readonly kind: "wanted" }
  | { readonly kind: "connected" }
  | { readonly kind: "answered"; readonly memberId: string; readonly isRefused: boolean }
  /** The attempt failed, or the connection broke. */
  | { readonly kind: "failed" }
  | { readonly kind: "pause_over" }
  /** The connection has held for a while. */
  | { readonly kind: "settled" }
  | { readonly kind: "goodbye"; readonly reason: PartingReason }
  | { readonly kind: "terminate"; readonly reason: TerminationReason };

/** What the endpoint does about it, in order. */
export type EndpointAction =
  | { readonly kind: "dial" }
  | { readonly kind: "greet" }
  /** Messages may flow. */
  | { readonly kind: "open" }
  | { readonly kind: "hang_up" }
  /** Report `pause_over` after the pause of this level. */
  | { readonly kind: "pause"; readonly level: number }
  /** Tell everybody who waits. Comes once in an endpoint's life, and nothing comes after it. */
  | { readonly kind: "terminate"; readonly reason: TerminationReason };

/** A state and what to do on entering it. */
export interface EndpointStep {
  readonly state: EndpointState;
  readonly actions: readonly EndpointAction[];
}

/** What an endpoint does first. */
export const initialEndpointState: EndpointState = { phase: "idle" };

/**
 * The life of an endpoint: dial, greet, send; on a failure pause and dial again; after `maxFailures` failures in a row give up. A peer that comes back
 * as another process ends the endpoint, since what waits was meant for the one before. Events that do not fit the state
 * change nothing.
 */
export function endpointStep(state: EndpointState, event: EndpointEvent, maxFailures: number): EndpointStep {
  if (state.phase === "terminated") return stay(state);
  switch (event.kind) {
    case "wanted":
      return state.phase === "idle" ? dial({ failures: 0, level: 0, memberId: undefined }) : stay(state);
    case "pause_over":
      return state.phase === "waiting" ? dial(state) : stay(state);
    case "connected":
      return state.phase === "connecting"
        ? { state: { ...state, phase: "greeting" }, actions: [{ kind: "greet" }] }
        : stay(state);
    case "answered":
      return state.phase === "greeting" ? answered(state, event) : stay(state);
    case "settled":
      return state.phase === "open" ? stay({ ...state, level: 0 }) : stay(state);
    case "failed":
      return failed(state, maxFailures);
    case "goodbye":
      return state.phase === "open" ? terminate(event.reason) : stay(state);
    case "terminate":
      return terminate(event.reason);
  }
}

function dial({ failures, level, memberId }: Past & { readonly failures: number }): EndpointStep {
  return { state: { phase: "connecting", failures, level, memberId }, actions: [{ kind: "dial" }] };
}

function answered(
  past: Past,
  { memberId, isRefused }: { readonly memberId: string; readonly isRefused: boolean },
): EndpointStep {
  if (isRefused) return terminate("refused");
  if (past.memberId !== undefined && past.memberId !== memberId) return terminate("replaced");
  return { state: { phase: "open", level: past.level, memberId }, actions: [{ kind: "open" }] };
}

function failed(state: Exclude<EndpointState, { phase: "terminated" }>, maxFailures: number): EndpointStep {
  if (state.phase === "idle" || state.phase === "waiting") return stay(state);
  const failures = state.phase === "open" ? 0 : state.failures + 1;
  if (failures >= maxFailures) return terminate("unreachable");
  const level = state.level + 1;
  return {
    state: { phase: "waiting", failures, level, memberId: state.memberId },
    actions: [{ kind: "hang_up" }, { kind: "pause", level }],
  };
}

function terminate(reason: TerminationReason): EndpointStep {
  return {
    state: { phase: "terminated", reason },
    actions: [{ kind: "hang_up" }, { kind: "terminate", reason }],
  };
}

function stay(state: EndpointState): EndpointStep {
  return { state, actions: [] };
}
