import {
  ActorSystem,
  Cluster,
  configureCluster,
  configureRemote,
  DistHashLookup,
  InProcessProvider,
} from "@ts-grain/cluster";
import { getGreeterGrainClient } from "./gen/greeter/v1/greeter_grain.ts";
import { createKinds } from "./kinds.ts";

const cluster = await Cluster.startMember(
  new ActorSystem(),
  configureCluster("my-app", new InProcessProvider(), new DistHashLookup(), configureRemote("localhost", 0), {
    kinds: createKinds(),
  }),
);

const door = getGreeterGrainClient(cluster, "front door");
console.log((await door.greet({ name: "Ada" })).text);
console.log((await door.greet({ name: "Alan" })).text);
await cluster.shutdown();
