// Measures one workload of one subject in this process, and prints the samples as one line of JSON:
// node --expose-gc src/child.ts SUBJECT WORKLOAD full|quick
import { systemClock } from "./measurement/clock.ts";
import { efforts } from "./measurement/effort.ts";
import { openSubject } from "./subjects/open-subject.ts";
import { localWorkloads } from "./workloads/local-workloads.ts";

const [subjectName = "", workloadName = "", effortName = ""] = process.argv.slice(2);
const workload = localWorkloads.find(({ name }) => name === workloadName);
if (workload === undefined) throw new Error(`no workload is called "${workloadName}"`);
const effort = Object.entries(efforts).find(([name]) => name === effortName)?.[1];
if (effort === undefined) throw new Error(`no effort is called "${effortName}"`);
const subject = await openSubject(subjectName);
const samples = await workload.measure(subject, { ...effort, clock: systemClock });
console.log(JSON.stringify(samples));
// What subjects leave running must not keep this process.
process.exit();
