import { runInProcess } from "@ts-grain/cli";

await runInProcess(["init", ...process.argv.slice(2)]);
