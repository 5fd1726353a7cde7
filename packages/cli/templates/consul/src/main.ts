// A member: it hosts grains until it is told to end.
import { once } from "node:events";
import { ActorSystem, Cluster } from "@ts-grain/cluster";
import { configure } from "./cluster.ts";
import { createKinds } from "./kinds.ts";

const told = Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
const cluster = await Cluster.startMember(new ActorSystem(), configure(createKinds()));
console.log(`member ${cluster.system.address} is up; Ctrl+C ends it`);
await told;
await cluster.shutdown();
console.log(`member ${cluster.system.address} has left`);
