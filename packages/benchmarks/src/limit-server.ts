// Serves one of the workloads that have another process, prints where, and ends with its standard input:
// node src/limit-server.ts SUBJECT WORKLOAD
import { findServe } from "./workloads/limit-workloads.ts";

const [subject = "", workload = ""] = process.argv.slice(2);
console.log(`listening on ${await findServe(workload)?.(subject)}`);
process.stdin.on("end", () => process.exit()).resume();
