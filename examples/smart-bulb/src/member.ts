import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  ActorSystem,
  Cluster,
  type ClusterProvider,
  configureCluster,
  configureRemote,
  DistHashLookup,
} from "@ts-grain/cluster";
import { bulbKind } from "./bulb.ts";
import { FolderStateStore } from "./folder-state-store.ts";
import { getSmartBulbGrainClient } from "./gen/smartbulb_grain.ts";
import { houseKind } from "./house.ts";

/** One member: it turns a bulb on and stays, for other processes to find it, until it is told to end. */
export async function runMember(provider: ClusterProvider): Promise<void> {
  // All members must reach the same store. On one machine a folder will do.
  const store = new FolderStateStore(join(tmpdir(), "ts-grain-smart-bulb"));
  const cluster = await Cluster.startMember(
    new ActorSystem(),
    configureCluster(
      "ProtoClusterTutorial",
      provider,
      new DistHashLookup(),
      configureRemote("localhost", 0),
      { kinds: [bulbKind(store), houseKind(store)] },
    ),
  );
  const told = Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
  console.log(`member ${cluster.system.address} is up, one of ${cluster.members.topology.members.length}`);
  // Whoever is first begins in the dark, whatever an earlier day has left.
  if (cluster.members.topology.members.length === 1) await store.clear();

  const bulb = getSmartBulbGrainClient(cluster, "kitchen");
  console.log("current:", (await bulb.getState({})).isOn);
  await bulb.turnOn({});
  console.log("next:", (await bulb.getState({})).isOn);
  const host = await cluster.locate({ kind: "SmartBulb", identity: "kitchen" });
  console.log(`SmartBulb "kitchen" lives on ${host.address}; Ctrl+C ends this member`);

  await told;
  await cluster.shutdown();
  console.log(`member ${cluster.system.address} has left`);
}
