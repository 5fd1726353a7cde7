import { create } from "@bufbuild/protobuf";
import { EmptySchema } from "@bufbuild/protobuf/wkt";
import { VirtualClock } from "@ts-grain/actor/testing";
import { protobufCodec } from "@ts-grain/remote";
import fc from "fast-check";
import { expect, test } from "vitest";
import { chainLink, describeCycle } from "./call-chain.ts";
import { Deadline } from "./deadline.ts";
import { GrainCall } from "./grain-call.ts";
import type { GrainMethod, GrainReentrancy } from "./grain-service.ts";
import { Interleaving } from "./interleaving.ts";

const grain = { kind: "SmartBulb", identity: "kitchen" };
const reentrancies: readonly GrainReentrancy[] = ["none", "call_chain", "read_only", "always"];

function method(reentrancy: GrainReentrancy): GrainMethod {
  return {
    name: "TurnOn",
    property: "turnOn",
    index: 0,
    input: EmptySchema,
    output: EmptySchema,
    inputCodec: protobufCodec(EmptySchema),
    reentrancy,
    isOneWay: false,
    isIdempotent: false,
  };
}

function grainCall(reentrancy: GrainReentrancy, callers: readonly string[]): GrainCall {
  const deadline = new Deadline(new VirtualClock(), 1_000);
  return new GrainCall({ method: method(reentrancy), request: create(EmptySchema), deadline, callers });
}

function mayJoin(call: GrainCall, running: GrainCall): boolean {
  const { reentrancy } = running.method;
  if (reentrancy === "call_chain") return call.callers.length > 0;
  if (reentrancy === "read_only") return call.method.reentrancy === "read_only";
  return reentrancy === "always";
}

const calls = fc.array(
  fc.record({
    reentrancy: fc.constantFrom(...reentrancies),
    isInCircle: fc.boolean(),
    isAsync: fc.boolean(),
    /** How many calls are let end before it comes. */
    ends: fc.nat({ max: 3 }),
  }),
  { maxLength: 30 },
);

test("a call starts only beside such as let it, in order but for circles, and all are run once", async () => {
  await fc.assert(
    fc.asyncProperty(calls, async (sequence) => {
      const interleaving = new Interleaving(grain, 100);
      const running = new Map<GrainCall, () => void>();
      const started: number[] = [];
      const endOne = async (): Promise<void> => {
        const [first] = running;
        if (!first) return;
        running.delete(first[0]);
        first[1]();
        await Promise.resolve();
        await Promise.resolve();
      };
      for (const [index, { reentrancy, isInCircle, isAsync, ends }] of sequence.entries()) {
        for (let left = ends; left > 0; left--) await endOne();
        const callers = isInCircle ? [chainLink(grain, "call_chain"), "n:Other/x"] : [];
        const call = grainCall(reentrancy, callers);
        interleaving.add({
          call,
          run: () => {
            for (const other of running.keys()) expect(mayJoin(call, other)).toBe(true);
            started.push(index);
            return isAsync ? new Promise<void>((resolve) => running.set(call, resolve)) : undefined;
          },
          refuse: () => expect.unreachable(),
        });
      }
      while (running.size > 0) await endOne();
      await interleaving.whenIdle();
      expect(started.toSorted((one, other) => one - other)).toEqual(sequence.map((_call, index) => index));
      const orderly = started.filter((index) => !sequence[index]?.isInCircle);
      expect(orderly).toEqual(orderly.toSorted((one, other) => one - other));
    }),
  );
});

test.each([
  ["none", "none", '"SmartBulb/kitchen" → "House/home" → "SmartBulb/kitchen"'],
  ["none", "always", '"SmartBulb/kitchen" → "House/home" → "SmartBulb/kitchen"'],
  ["call_chain", "none", undefined],
  ["always", "none", undefined],
  ["read_only", "read_only", undefined],
  ["read_only", "none", '"SmartBulb/kitchen" → "House/home" → "SmartBulb/kitchen"'],
] as const)(
  "where an rpc of reentrancy %s waits, calling one of %s closes a circle: %j",
  (waiting, called, cycle) => {
    const home = { kind: "House", identity: "home" };
    const callers = ["n:House/before", chainLink(grain, waiting), chainLink(home, "none")];
    expect(describeCycle(callers, grain, method(called))).toBe(cycle);
    expect(describeCycle(callers, { kind: "SmartBulb", identity: "hall" }, method(called))).toBeUndefined();
    expect(describeCycle(["", "n", "SmartBulb/kitchen"], grain, method(called))).toBeUndefined();
  },
);
