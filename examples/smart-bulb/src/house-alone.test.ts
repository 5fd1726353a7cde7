import { GrainError } from "@ts-grain/cluster";
import { InMemoryStateStore } from "@ts-grain/persistence";
import { activateGrain, fakeGrain, savedState } from "@ts-grain/testkit";
import { expect, test } from "vitest";
import { getSmartHouseGrainClient, newSmartBulbKind } from "./gen/smartbulb_grain.ts";
import { HouseStateSchema } from "./gen/smartbulb_pb.ts";
import { houseKind } from "./house.ts";

/** A house with these bulbs installed, and what its store is. */
function houseWith(...bulbs: readonly string[]) {
  const place = { store: new InMemoryStateStore(), schema: HouseStateSchema };
  return { kind: houseKind(place.store), state: savedState(place, { bulbs: [...bulbs] }) };
}

test("a house asks each of its bulbs once", async () => {
  const bulbs = fakeGrain(newSmartBulbKind, { turnOn: () => ({}) });
  const { kind, state } = houseWith("kitchen", "hall");
  await using house = await activateGrain(kind, getSmartHouseGrainClient, { state, fakes: [bulbs] });
  expect(await house.client.turnAllOn({})).toMatchObject({ count: 2 });
  // Bulbs are turned on at the same time: which comes first is nobody's business.
  const calls = bulbs.calls.map(({ identity, rpc }) => `${rpc} ${identity}`);
  expect(calls.toSorted()).toEqual(["turnOn hall", "turnOn kitchen"]);
});

test("a house lists the bulbs that say that they are on", async () => {
  const bulbs = fakeGrain(newSmartBulbKind, {
    getState: (_request, { identity }) => ({ isOn: identity === "hall" }),
  });
  const { kind, state } = houseWith("kitchen", "hall", "cellar");
  await using house = await activateGrain(kind, getSmartHouseGrainClient, { state, fakes: [bulbs] });
  expect(await house.client.listLit({})).toMatchObject({ bulbs: ["hall"] });
});

test("what a bulb says is wrong, the house says to its caller", async () => {
  const bulbs = fakeGrain(newSmartBulbKind, {
    turnOn: () => {
      throw new GrainError("UNAVAILABLE", "the fuse has blown");
    },
  });
  const { kind, state } = houseWith("kitchen");
  await using house = await activateGrain(kind, getSmartHouseGrainClient, { state, fakes: [bulbs] });
  await expect(house.client.turnAllOn({})).rejects.toMatchObject({ reason: "UNAVAILABLE" });
});

test("a house does not wait for a bulb longer than its own caller waits", async () => {
  const bulbs = fakeGrain(newSmartBulbKind, { turnOn: () => new Promise(() => {}) });
  const { kind, state } = houseWith("kitchen");
  await using house = await activateGrain(kind, getSmartHouseGrainClient, { state, fakes: [bulbs] });
  const turned = house.client.turnAllOn({}, { timeoutMs: 200 });
  const failed = expect(turned).rejects.toMatchObject({ code: "outcome_unknown" });
  await house.clock.advance(200);
  await failed;
  expect(bulbs.calls).toHaveLength(1);
});
