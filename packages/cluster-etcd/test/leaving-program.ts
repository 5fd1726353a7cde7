// A process that joins, ends its session when its input ends, and has no other reason to live: `node leaving-program.ts ENDPOINT leave|abandon`.
import { text } from "node:stream/consumers";
import type { Member } from "@ts-grain/cluster";
import { ObservedMembers } from "@ts-grain/cluster/testing";
import { EtcdProvider } from "@ts-grain/cluster-etcd";

const [endpoint, end] = process.argv.slice(2);
const self: Member = { id: "alice", host: "127.0.0.1", port: 9_000, kinds: [], dialect: "ts-grain" };
const provider = new EtcdProvider({ endpoints: [endpoint!], joinTimeoutMs: 1_000, leaveTimeoutMs: 500 });
try {
  const session = await provider.joinAsMember(self, new ObservedMembers("endings").context);
  console.log("joined");
  await text(process.stdin);
  await session[end === "abandon" ? "abandon" : "leave"]();
  console.log("ended");
} catch (error) {
  console.log(`refused: ${String(error)}`);
}
