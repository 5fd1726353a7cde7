// Serves the cluster workloads, prints where, and ends with its standard input:
// node src/cluster-server.ts SUBJECT
import { openClusterProgram } from "./subjects/open-cluster-program.ts";

const [subject = ""] = process.argv.slice(2);
console.log(`listening on ${await (await openClusterProgram(subject)).serve()}`);
process.stdin.on("end", () => process.exit()).resume();
