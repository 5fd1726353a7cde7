// A member in a process of its own, for the fault suite: `node member-program.ts SERVER KUBELET CLUSTER ID`. Its pod is called as it is.
import { connect } from "node:net";
import { runMember } from "@ts-grain/cluster/testing";
import { KubernetesProvider } from "@ts-grain/cluster-kubernetes";

const [server, kubelet, clusterName, id] = process.argv.slice(2);
connect(Number(kubelet), "127.0.0.1").write(id!);
const provider = new KubernetesProvider({ server: server!, namespace: "test", podName: id! });
await runMember(provider, { clusterName: clusterName!, id: id! });
