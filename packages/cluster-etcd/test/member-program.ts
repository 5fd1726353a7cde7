// A member in a process of its own, for the fault suite: `node member-program.ts ADDRESS CLUSTER ID`.
import { runMember } from "@ts-grain/cluster/testing";
import { EtcdProvider } from "@ts-grain/cluster-etcd";

const [address, clusterName, id] = process.argv.slice(2);
await runMember(new EtcdProvider({ endpoints: [address!] }), { clusterName: clusterName!, id: id! });
