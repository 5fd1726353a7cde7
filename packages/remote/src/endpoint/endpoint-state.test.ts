import fc from "fast-check";
import { expect, test } from "vitest";
import {
  type EndpointAction,
  type EndpointEvent,
  type EndpointState,
  endpointStep,
  initialEndpointState,
} from "./endpoint-state.ts";

const maxFailures = 3;

function run(events: readonly EndpointEvent[]): {
  readonly state: EndpointState;
  readonly actions: readonly EndpointAction[];
} {
  let state: EndpointState = initialEndpointState;
  const actions: EndpointAction[] = [];
  for (const event of events) {
    const step = endpointStep(state, event, maxFailures);
    state = step.state;
    actions.push(...step.actions);
  }
  return { state, actions };
}

const answered = { kind: "answered", memberId: "m1", isRefused: false } as const;
const opening: readonly EndpointEvent[] = [{ kind: "wanted" }, { kind: "connected" }, answered];
const reopening: readonly EndpointEvent[] = [{ kind: "pause_over" }, { kind: "connected" }];

const anyEvent: fc.Arbitrary<EndpointEvent> = fc.oneof(
  fc.constantFrom<EndpointEvent>(
    { kind: "wanted" },
    { kind: "connected" },
    { kind: "failed" },
    { kind: "pause_over" },
    { kind: "settled" },
  ),
  fc.record({
    kind: fc.constant("answered" as const),
    memberId: fc.constantFrom("m1", "m2"),
    isRefused: fc.boolean(),
  }),
  fc.constantFrom<EndpointEvent>(
    { kind: "goodbye", reason: "said_goodbye" },
    { kind: "terminate", reason: "left" },
  ),
);
/** Mostly the way that leads far, so that long lives are tried too. */
const life = fc.array(
  fc.oneof(
    { weight: 2, arbitrary: anyEvent },
    { weight: 3, arbitrary: fc.constantFrom(...opening, ...reopening) },
  ),
  {
    maxLength: 60,
  },
);

test("an endpoint dials when it is wanted, greets when connected, and opens when answered", () => {
  expect(run(opening).actions.map(({ kind }) => kind)).toEqual(["dial", "greet", "open"]);
});

test("in every life there is at most one attempt at a time, each step follows the one before, and the end is the end", () => {
  fc.assert(
    fc.property(life, (events) => {
      const kinds = run(events).actions.map(({ kind }) => kind);
      const allowedAfter: Record<string, readonly string[]> = {
        start: ["dial", "hang_up"],
        dial: ["greet", "hang_up"],
        greet: ["open", "hang_up"],
        open: ["hang_up"],
        hang_up: ["pause", "terminate"],
        pause: ["dial", "hang_up"],
        terminate: [],
      };
      kinds.reduce((before, kind) => {
        expect(allowedAfter[before]).toContain(kind);
        return kind;
      }, "start");
    }),
    { numRuns: 2_000 },
  );
});

test("so many failures in a row end it, and one fewer does not", () => {
  const fail: readonly EndpointEvent[] = [{ kind: "failed" }, { kind: "pause_over" }];
  const almost = [{ kind: "wanted" } as const, ...fail, ...fail];
  expect(run(almost).state.phase).toBe("connecting");
  expect(run([...almost, { kind: "failed" }]).state).toEqual({ phase: "terminated", reason: "unreachable" });
});

test("a lost connection is dialled again, and the same process behind it goes on", () => {
  const { state, actions } = run([...opening, { kind: "failed" }, ...reopening, answered]);
  expect(state.phase).toBe("open");
  expect(actions.filter(({ kind }) => kind === "open")).toHaveLength(2);
});

test("another process behind the address ends it", () => {
  const other = { ...answered, memberId: "m2" };
  expect(run([...opening, { kind: "failed" }, ...reopening, other]).state).toEqual({
    phase: "terminated",
    reason: "replaced",
  });
});

test("a peer that refuses ends it", () => {
  const refusal = { ...answered, isRefused: true };
  expect(run([{ kind: "wanted" }, { kind: "connected" }, refusal]).state).toEqual({
    phase: "terminated",
    reason: "refused",
  });
});

test("pauses grow while connections break at once, and begin small again after one that held", () => {
  const flap: readonly EndpointEvent[] = [{ kind: "failed" }, ...reopening, answered];
  const held = run([...opening, ...flap, ...flap, ...flap, { kind: "settled" }, { kind: "failed" }]);
  expect(held.actions.flatMap((action) => (action.kind === "pause" ? [action.level] : []))).toEqual([
    1, 2, 3, 1,
  ]);
});
