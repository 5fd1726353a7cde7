// A client that ends while it waits for a list: `node ending-program.ts ADDRESS leave|abandon`. It fails if something keeps
// the process alive for five seconds more.
import { ObservedMembers } from "@ts-grain/cluster/testing";
import { ConsulProvider } from "@ts-grain/cluster-consul";

const [address, end] = process.argv.slice(2);
const session = await new ConsulProvider({ address, ttlMs: 60_000 }).joinAsClient(
  new ObservedMembers("ending").context,
);
console.log("joined");
// The next query is sent by then.
await new Promise((resolve) => void setTimeout(resolve, 200));
await (end === "leave" ? session.leave() : session.abandon());
console.log("ended");
setTimeout(() => process.exit(1), 5_000).unref();
