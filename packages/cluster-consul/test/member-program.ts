// A member in a process of its own, for the fault suite: `node member-program.ts ADDRESS CLUSTER ID`.
import { runMember } from "@ts-grain/cluster/testing";
import { ConsulProvider } from "@ts-grain/cluster-consul";

const [address, clusterName, id] = process.argv.slice(2);
await runMember(new ConsulProvider({ address }), { clusterName: clusterName!, id: id! });
