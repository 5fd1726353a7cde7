import { InMemoryCluster } from "@ts-grain/cluster/testing";
import { InMemoryStateStore } from "@ts-grain/persistence";
import { expect, test } from "vitest";
import { bulbKind } from "./bulb.ts";
import { getSmartBulbGrainClient, getSmartHouseGrainClient } from "./gen/smartbulb_grain.ts";
import { houseKind } from "./house.ts";

function startCluster(): Promise<InMemoryCluster> {
  const store = new InMemoryStateStore();
  return InMemoryCluster.start({ kinds: () => [bulbKind(store), houseKind(store)], members: 3 });
}

test("a house turns its bulbs on, wherever they live", async () => {
  await using cluster = await startCluster();
  const house = getSmartHouseGrainClient(cluster.members[0]!, "home");
  const bulbs = Array.from({ length: 10 }, (_bulb, index) => `bulb-${index}`);
  for (const bulb of bulbs) await cluster.settle(house.installBulb({ bulb }));
  expect(await cluster.settle(house.turnAllOn({}))).toMatchObject({ count: 10 });
  await cluster.settle(getSmartBulbGrainClient(cluster.members[1]!, "bulb-3").turnOff({}));
  expect((await cluster.settle(house.listLit({}))).bulbs).toEqual(bulbs.filter((bulb) => bulb !== "bulb-3"));
});

test("a bulb that is installed already is refused by name", async () => {
  await using cluster = await startCluster();
  const house = getSmartHouseGrainClient(cluster.members[0]!, "home");
  await cluster.settle(house.installBulb({ bulb: "kitchen" }));
  const again = cluster.settle(house.installBulb({ bulb: "kitchen" }));
  await expect(again).rejects.toMatchObject({ reason: "ALREADY_EXISTS", metadata: { bulb: "kitchen" } });
});

test("a house knows its bulbs wherever it is activated next", async () => {
  await using cluster = await startCluster();
  const [first] = cluster.members;
  await cluster.settle(getSmartHouseGrainClient(first!, "home").installBulb({ bulb: "kitchen" }));
  const home = await cluster.settle(first!.locate({ kind: "SmartHouse", identity: "home" }));
  const leaving = cluster.memberAt(home.address);
  await cluster.settle(leaving.shutdown());
  const caller = cluster.members.find((member) => member !== leaving)!;
  expect(await cluster.settle(getSmartHouseGrainClient(caller, "home").turnAllOn({}))).toMatchObject({
    count: 1,
  });
});
