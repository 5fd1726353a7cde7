// Measures one workload in this process, or between it and the one that serves at an address:
// node --expose-gc src/cluster-child.ts SUBJECT WORKLOAD full|quick [ADDRESS]
import { measureHere } from "./measure-here.ts";
import { openClusterProgram } from "./subjects/open-cluster-program.ts";
import { clusterWorkloads } from "./workloads/cluster-workloads.ts";

const [subject = "", workloadName, effortName, address = ""] = process.argv.slice(2);
const open = async () => ({ program: await openClusterProgram(subject), address });
await measureHere({ workloads: clusterWorkloads, workloadName, effortName, open });
