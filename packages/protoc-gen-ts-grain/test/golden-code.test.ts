import type { GrainCaller } from "@ts-grain/cluster/codegenv1";
import { expect, test } from "vitest";
import { getSmartBulbGrainClient, newSmartBulbKind, SmartBulbKind } from "./golden/ts/smartbulb_grain.js";

type Call = Parameters<GrainCaller["callGrain"]>[0];

/** Notes calls instead of making them. */
function recordingCaller(): GrainCaller & { readonly calls: readonly Call[] } {
  const calls: Call[] = [];
  return {
    calls,
    callGrain: (call) => {
      calls.push(call);
      return Promise.resolve({ $typeName: call.method.output.typeName });
    },
  };
}

test("a client can be awaited, though the service has an rpc called Then", async () => {
  const caller = recordingCaller();
  const client = await Promise.resolve(getSmartBulbGrainClient(caller, "kitchen"));
  expect(client).not.toHaveProperty("then");
  expect(caller.calls).toEqual([]);
});

test("each method calls its rpc, by position in the service", async () => {
  const caller = recordingCaller();
  const client = getSmartBulbGrainClient(caller, "kitchen");
  await client.getState({});
  await client.turnOn({ brightness: 1 });
  await client.then$({});
  expect(caller.calls.map(({ method, identity }) => [method.name, method.index, identity])).toEqual([
    ["GetState", 0, "kitchen"],
    ["TurnOn", 1, "kitchen"],
    ["Then", 2, "kitchen"],
  ]);
});

test("a kind carries its service and options", () => {
  class Bulb extends SmartBulbKind {
    getState() {
      return { isOn: true };
    }
    turnOn() {
      return {};
    }
    async then$() {
      return {};
    }
    dim() {
      return {};
    }
  }
  const kind = newSmartBulbKind(() => new Bulb(), { idleTimeoutMs: 30_000 });
  expect(kind).toMatchObject({ name: "SmartBulb", idleTimeoutMs: 30_000 });
});
