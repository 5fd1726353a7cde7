// A member that ends all by itself, or does not: `node ending-program.ts SERVER ID leave|abandon`. Nothing else may keep its process alive.
import { ObservedMembers } from "@ts-grain/cluster/testing";
import { KubernetesProvider } from "@ts-grain/cluster-kubernetes";

const [server, id, end] = process.argv.slice(2);
const provider = new KubernetesProvider({ server: server!, namespace: "test", podName: id! });
const observed = new ObservedMembers("ending");
const self = { id: id!, host: "127.0.0.1", port: 9_000, kinds: [], dialect: "ts-grain" } as const;
const session = await provider.joinAsMember(self, observed.context);
process.stdin.once("data", () => {
  process.stdin.unref();
  process.stdin.destroy();
  void (end === "leave" ? session.leave() : session.abandon());
});
