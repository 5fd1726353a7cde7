// Measures one workload in this process, or between it and the one that serves at an address:
// node --expose-gc src/limit-child.ts SUBJECT WORKLOAD full|quick [ADDRESS]
import { measureHere } from "./measure-here.ts";
import { limitWorkloads } from "./workloads/limit-workloads.ts";

const [subject = "", workloadName, effortName, address = ""] = process.argv.slice(2);
const open = () => Promise.resolve({ subject, address });
await measureHere({ workloads: limitWorkloads, workloadName, effortName, open });
