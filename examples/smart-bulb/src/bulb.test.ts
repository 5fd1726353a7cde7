import { GrainState, InMemoryStateStore, PersistenceError } from "@ts-grain/persistence";
import { activateGrain, savedState } from "@ts-grain/testkit";
import { expect, test } from "vitest";
import { bulbKind } from "./bulb.ts";
import { getSmartBulbGrainClient } from "./gen/smartbulb_grain.ts";
import { BulbStateSchema } from "./gen/smartbulb_pb.ts";

test("a new bulb is off, and can be turned on and off", async () => {
  await using bulb = await activateGrain(bulbKind(new InMemoryStateStore()), getSmartBulbGrainClient);
  expect(await bulb.client.getState({})).toMatchObject({ isOn: false });
  await bulb.client.turnOn({});
  expect(await bulb.client.getState({})).toMatchObject({ isOn: true });
  await bulb.client.turnOff({});
  expect(await bulb.client.getState({})).toMatchObject({ isOn: false });
});

test("a bulb that nobody calls for half a minute makes room, and comes back as it was", async () => {
  await using bulb = await activateGrain(bulbKind(new InMemoryStateStore()), getSmartBulbGrainClient);
  await bulb.client.turnOn({});
  await bulb.clock.advance(29_000);
  expect(bulb.isActive).toBe(true);
  await bulb.clock.advance(2_000);
  expect(bulb.isActive).toBe(false);
  expect(await bulb.client.getState({})).toMatchObject({ isOn: true });
  expect(bulb.activations.map(({ ended }) => ended)).toEqual(["idle", undefined]);
});

test("a bulb finds its state in the store, and leaves it there", async () => {
  const place = { store: new InMemoryStateStore(), schema: BulbStateSchema };
  const options = { identity: "kitchen", state: savedState(place, { isOn: true }) };
  await using bulb = await activateGrain(bulbKind(place.store), getSmartBulbGrainClient, options);
  expect(await bulb.client.getState({})).toMatchObject({ isOn: true });
  await bulb.client.turnOff({});
  expect((await GrainState.load(bulb, place)).value.isOn).toBe(false);
});

test("a bulb that cannot save its state does not pretend to be on", async () => {
  const store = new InMemoryStateStore();
  await using bulb = await activateGrain(bulbKind(store), getSmartBulbGrainClient);
  store.write = () => Promise.reject(new PersistenceError("version_conflict", "somebody else was here"));
  await expect(bulb.client.turnOn({})).rejects.toMatchObject({
    reason: "INTERNAL",
    cause: { code: "version_conflict" },
  });
  expect(await bulb.client.getState({})).toMatchObject({ isOn: false });
});
