// A member in a process of its own that a test steers: `node mixed-cluster-program.ts --cluster=NAME --provider=…`, with the
// arguments that go/cluster-member takes.
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { consoleLogger, type Logger } from "@ts-grain/actor";
import { ActorSystem, Cluster, configureCluster, configureRemote, DistHashLookup } from "@ts-grain/cluster";
import { newCounterKind } from "./gen/mixed/v1/counter_grain.ts";
import { MixedCommands } from "./mixed-cluster-commands.ts";
import { MixedCounter } from "./mixed-cluster-counter.ts";
import type { MixedCommand, MixedSighting } from "./mixed-cluster-protocol.ts";
import { type MixedDirectory, mixedProvider } from "./mixed-cluster-provider.ts";

const { values } = parseArgs({
  options: {
    cluster: { type: "string", default: "mixed" },
    provider: { type: "string", default: "consul" },
    at: { type: "string", default: "" },
    "manage-port": { type: "string", default: "0" },
  },
});
const directory = { provider: values.provider as MixedDirectory["provider"], at: values.at };
const journal: MixedSighting[] = [];
const config = configureCluster(
  values.cluster,
  mixedProvider(directory, Number(values["manage-port"])),
  new DistHashLookup(),
  configureRemote("127.0.0.1", 0),
  { kinds: [newCounterKind(() => new MixedCounter(journal), { idleTimeoutMs: 0 })] },
);
// The standard output is for answers.
const logger: Logger = {
  ...consoleLogger,
  info: (fields, message) => consoleLogger.warn(fields, message),
};
const cluster = await Cluster.startMember(new ActorSystem({ logger }), config);
const commands = new MixedCommands(cluster, journal);
print({ ready: cluster.system.address, member: cluster.system.id });
for await (const line of createInterface(process.stdin)) {
  const { id, ...command } = JSON.parse(line) as MixedCommand & { readonly id: number };
  const obeyed = commands.obey(command as MixedCommand).then((result) => print({ id, result }));
  if (command.do === "shutdown") {
    await obeyed;
    break;
  }
}
process.exit();

function print(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}
