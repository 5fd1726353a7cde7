import {
  ActorSystem,
  Cluster,
  type ClusterProvider,
  configureCluster,
  configureRemote,
  DistHashLookup,
  InProcessProvider,
} from "@ts-grain/cluster";
import { InMemoryStateStore, type StateStore } from "@ts-grain/persistence";
import { bulbKind } from "./bulb.ts";
import { getSmartBulbGrainClient, getSmartHouseGrainClient } from "./gen/smartbulb_grain.ts";
import { houseKind } from "./house.ts";

/** Two members in one process: no server, no socket. */
export async function runDemo(): Promise<void> {
  // Members that are given the same in-process provider find each other.
  const provider = new InProcessProvider();
  const store = new InMemoryStateStore();
  const first = await startMember(provider, store);
  const second = await startMember(provider, store);

  const bulb = getSmartBulbGrainClient(first, "kitchen");
  console.log("current:", (await bulb.getState({})).isOn);
  await bulb.turnOn({});
  console.log("next:", (await bulb.getState({})).isOn);
  const host = await first.locate({ kind: "SmartBulb", identity: "kitchen" });
  console.log(`SmartBulb "kitchen" lives on ${host.address}`);

  // A grain that calls other grains, asked from the other member.
  const house = getSmartHouseGrainClient(second, "home");
  for (const name of ["kitchen", "hall", "cellar"]) await house.installBulb({ bulb: name });
  const { count } = await house.turnAllOn({});
  const { bulbs } = await house.listLit({});
  console.log(`the house turned on ${count} bulbs; lit now: ${bulbs.join(", ")}`);

  // The house moves, with its state.
  const home = await first.locate({ kind: "SmartHouse", identity: "home" });
  const [leaving, staying] = home.address === first.system.address ? [first, second] : [second, first];
  await leaving.shutdown();
  console.log(`member ${leaving.system.address} has left`);
  const moved = await getSmartHouseGrainClient(staying, "home").turnAllOn({});
  console.log(`the house, now on ${staying.system.address}, still knows its ${moved.count} bulbs`);
  await staying.shutdown();
}

async function startMember(provider: ClusterProvider, store: StateStore): Promise<Cluster> {
  const cluster = await Cluster.startMember(
    new ActorSystem(),
    configureCluster(
      "ProtoClusterTutorial",
      provider,
      new DistHashLookup(),
      configureRemote("localhost", 0),
      {
        kinds: [bulbKind(store), houseKind(store)],
      },
    ),
  );
  console.log(`member ${cluster.system.address} is up`);
  return cluster;
}
