// A member in a process of its own: `node member-program.ts ADDRESS CLUSTER ID`. It prints "joined"; on the line
// "stall MS" of its input it lets nothing happen for as long, and on "leave" it leaves and ends.
import { createInterface } from "node:readline";
import { ObservedMembers } from "@ts-grain/cluster/testing";
import { ConsulProvider } from "@ts-grain/cluster-consul";

const [address, clusterName, id] = process.argv.slice(2);
const observed = new ObservedMembers(clusterName!);
const self = { id: id!, host: "127.0.0.1", port: 9_000, kinds: [], dialect: "ts-grain" } as const;
const session = await new ConsulProvider({ address }).joinAsMember(self, observed.context);
console.log("joined");

for await (const line of createInterface(process.stdin)) {
  const [command, ms] = line.split(" ");
  if (command === "stall") Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Number(ms));
  else break;
  console.log("stalled");
}
await session.leave();
process.stdin.destroy();
