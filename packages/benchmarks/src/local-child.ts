// Measures one workload of one subject in this process:
// node --expose-gc src/local-child.ts SUBJECT WORKLOAD full|quick
import { measureHere } from "./measure-here.ts";
import { openSubject } from "./subjects/open-subject.ts";
import { localWorkloads } from "./workloads/local-workloads.ts";

const [subject = "", workloadName, effortName] = process.argv.slice(2);
await measureHere({ workloads: localWorkloads, workloadName, effortName, open: () => openSubject(subject) });
