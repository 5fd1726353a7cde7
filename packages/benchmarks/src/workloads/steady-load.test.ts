import { expect, test } from "vitest";
import { SteadyLoad } from "./steady-load.ts";

const identities = ["a", "b", "c"];
const clock = { nowMs: () => 0 };

/** Grains that count their calls and answer in the next turn of the event loop. */
function grains(fails: (identity: string) => boolean = () => false) {
  const calls = new Map<string, number>();
  const ask = async (identity: string, number: number) => {
    calls.set(identity, (calls.get(identity) ?? 0) + 1);
    await new Promise((resolve) => setImmediate(resolve));
    if (fails(identity)) throw new Error(`${identity} does not answer`);
    return { number: number + 1 };
  };
  return { calls, grain: (identity: string) => ({ ask: (number: number) => ask(identity, number) }) };
}

test("a round is over when every grain was called once more", async () => {
  const called = grains();
  const load = new SteadyLoad(called, { identities, clock });
  const before = new Map(called.calls);
  await load.goRound();
  for (const identity of identities)
    expect(called.calls.get(identity)).toBeGreaterThan(before.get(identity)!);
  await load.end();
});

test("a call that fails ends the round", async () => {
  const load = new SteadyLoad(
    grains((identity) => identity === "b"),
    { identities, clock },
  );
  await expect(load.goRound()).rejects.toThrow("b does not answer");
  await expect(load.end()).rejects.toThrow("b does not answer");
});
