// Imports the generated code below a folder, makes a client of each service and calls each of its methods; says how
// many there were. A program of its own, so that Node itself loads the code.
import { globSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { OutgoingGrainCall } from "@ts-grain/cluster";

const [folder = "."] = process.argv.slice(2);
const counts = { clients: 0, methods: 0, wrong: [] as string[] };

for (const path of globSync("out/**/*_grain.js", { cwd: folder })) {
  const module: Record<string, unknown> = await import(pathToFileURL(join(folder, path)).href);
  for (const [name, value] of Object.entries(module)) {
    if (name.startsWith("get") && typeof value === "function") await callAll(path, value as GetClient);
  }
}
console.log(JSON.stringify(counts));

type GetClient = (
  caller: { callGrain: (call: OutgoingGrainCall) => Promise<object> },
  identity: string,
) => Record<string, (request: object) => Promise<object>>;

async function callAll(path: string, getClient: GetClient): Promise<void> {
  let called: OutgoingGrainCall | undefined;
  const callGrain = async (call: OutgoingGrainCall): Promise<object> => {
    called = call;
    return {};
  };
  const client = getClient({ callGrain }, "kitchen");
  counts.clients++;
  for (const [property, method] of Object.entries(client)) {
    counts.methods++;
    await method({});
    const isRight = called?.method.property === property && called.identity === "kitchen";
    if (!isRight) counts.wrong.push(`${path}: ${property}`);
  }
}
