// Measures one workload between this process and the one that serves at an address:
// node src/remote-client.ts SUBJECT WORKLOAD full|quick HOST:PORT
import { measureHere } from "./measure-here.ts";
import { openRemoteProgram } from "./subjects/open-remote-program.ts";
import { remoteWorkloads } from "./workloads/remote-workloads.ts";

const [subject = "", workloadName, effortName, address = ""] = process.argv.slice(2);
const open = async () => (await openRemoteProgram(subject)).connect(address);
await measureHere({ workloads: remoteWorkloads, workloadName, effortName, open });
