// A client: it hosts nothing, and calls grains wherever they live.
import { ActorSystem, Cluster } from "@ts-grain/cluster";
import { configure } from "./cluster.ts";
import { getGreeterGrainClient } from "./gen/greeter/v1/greeter_grain.ts";

const cluster = await Cluster.startClient(new ActorSystem(), configure());
const door = getGreeterGrainClient(cluster, "front door");
console.log((await door.greet({ name: process.argv[2] ?? "Ada" })).text);
await cluster.shutdown();
