// Serves the remote workloads, prints where, and ends with its standard input:
// node src/remote-server.ts SUBJECT
import { openRemoteProgram } from "./subjects/open-remote-program.ts";

const [subject = ""] = process.argv.slice(2);
console.log(`listening on ${await (await openRemoteProgram(subject)).serve()}`);
process.stdin.on("end", () => process.exit()).resume();
