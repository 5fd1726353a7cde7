// A member or a client of a cluster, in a process of its own: `node node-program.ts OPTIONS`, the options as JSON. It takes
// commands on its input and answers on file descriptor 3; its output is a log for people.
import { once } from "node:events";
import { writeSync } from "node:fs";
import { createInterface } from "node:readline";
import { ActorSystem, systemClock } from "@ts-grain/actor";
import { quietLogger } from "@ts-grain/actor/testing";
import {
  Cluster,
  type ClusterProvider,
  configureCluster,
  configureRemote,
  DistHashLookup,
  DuplicateActivation,
  Rejoined,
  shutdownOnSignals,
  TopologyChanged,
} from "@ts-grain/cluster";
import { ConsulProvider } from "@ts-grain/cluster-consul";
import { EtcdProvider } from "@ts-grain/cluster-etcd";
import { KubernetesProvider } from "@ts-grain/cluster-kubernetes";
import type { ProcessEvent } from "../history/events.ts";
import { Journal } from "../history/journal.ts";
import type { Answer, Answered, Asked, Command, Crash, ProcessOptions, Report } from "./commands.ts";
import { askWho, crossingKinds } from "./crossing.ts";
import { journalLogger } from "./journal-logger.ts";
import { Load } from "./load.ts";
import { watchStalls } from "./stall-watch.ts";
import { visit } from "./visit.ts";
import { witnessKind } from "./witness.ts";

const options = JSON.parse(process.argv[2]!) as ProcessOptions;
const journal = new Journal<ProcessEvent>(options.journal);
const loads = new Map<string, Load>();

function answer(number: number, what: Answer): void {
  const answered: Answered = { number, answer: what };
  writeSync(3, `${JSON.stringify(answered)}\n`);
}

function createProvider({ etcd, kubernetes, consul }: ProcessOptions): ClusterProvider {
  if (kubernetes) return new KubernetesProvider(kubernetes);
  return etcd ? new EtcdProvider(etcd) : new ConsulProvider(consul);
}

function configure(): ReturnType<typeof configureCluster> {
  const {
    role,
    host,
    port,
    advertisedHost,
    insecure,
    tls,
    clusterToken,
    idleTimeoutMs,
    maxCachedLocations,
    activationMs = 0,
    kinds: hosted = ["Witness"],
  } = options;
  const witnesses = witnessKind({ process: options.process, journal, activationMs }, { idleTimeoutMs });
  const kinds = [witnesses, ...crossingKinds()].filter(
    ({ name }) => role === "member" && hosted.some((kind) => kind === name),
  );
  const remote = configureRemote(host, port, { advertisedHost, insecure, tls, clusterToken });
  const { shutdownTimeoutMs, heartbeatExpiryMs } = options;
  return configureCluster(options.clusterName, createProvider(options), new DistHashLookup(), remote, {
    kinds,
    shutdownTimeoutMs,
    maxCachedLocations,
    gossip: { heartbeatExpiryMs },
  });
}

async function start(): Promise<Cluster> {
  const system = new ActorSystem({ logger: journalLogger(journal) });
  system.eventStream.subscribe((event) => {
    if (event instanceof TopologyChanged)
      journal.write({ event: "seen", members: event.topology.members.map(({ id }) => id) });
    // Of grains that are no witnesses, such as the probes of readiness, the journals say nothing else.
    else if (event instanceof DuplicateActivation && event.kind === "Witness")
      journal.write({ event: "reported_twice", identity: event.identity });
    else if (event instanceof Rejoined) journal.write({ event: "came_back", id: event.self.id });
  });
  return options.role === "member"
    ? Cluster.startMember(system, configure())
    : Cluster.startClient(system, configure());
}

/** A member beside the one that this process may be, at a port of its own. */
function startVisitor(): Promise<Cluster> {
  const { host, insecure } = options;
  return Cluster.startMember(new ActorSystem({ logger: quietLogger }), {
    ...configure(),
    kinds: new Map(),
    remote: configureRemote(host, 0, { insecure }),
  });
}

async function report(cluster: Cluster): Promise<Report> {
  for (let round = 0; round < 3; round++) globalThis.gc?.();
  const { heapUsed: heapBytes, rss: rssBytes } = process.memoryUsage();
  const resources: Record<string, number> = {};
  for (const type of process.getActiveResourcesInfo()) resources[type] = (resources[type] ?? 0) + 1;
  return {
    stats: cluster.stats,
    members: cluster.members.topology.members.map(({ id }) => id),
    readiness: await cluster.checkReadiness(),
    heapBytes,
    rssBytes,
    resources,
  };
}

/** Takes 8 MB in each turn of the event loop, and gives nothing back. */
function leak(taken: number[][]): void {
  taken.push(new Array<number>(1_000_000).fill(taken.length + 0.5));
  systemClock.schedule(5, () => leak(taken));
}

function crash(how: Crash): void {
  if (how === "exit") process.exit(7);
  if (how === "leak") leak([]);
  else throwSoon();
}

function throwSoon(): void {
  systemClock.schedule(0, () => {
    throw new Error("the program has a bug");
  });
}

async function obey(cluster: Cluster, command: Command): Promise<Answer> {
  switch (command.do) {
    case "start_load": {
      const load = new Load(cluster, journal, command.load);
      loads.set(command.load.sender, load);
      load.start();
      return { kind: "done" };
    }
    case "stop_load":
      await loads.get(command.sender)?.stop();
      return { kind: "done" };
    case "burst": {
      const load = new Load(cluster, journal, command.load);
      load.burst(command.calls);
      await load.stop();
      return { kind: "done" };
    }
    case "visit":
      await visit(startVisitor, command.visits);
      return { kind: "done" };
    case "insist":
      await new Load(cluster, journal, command.load).insist(command.callers);
      return { kind: "done" };
    case "crash":
      crash(command.how);
      return { kind: "done" };
    case "say":
      return { kind: "said", said: await askWho(cluster, command.say) };
    case "report":
      return { kind: "report", report: await report(cluster) };
  }
}

const stopWatching = watchStalls(journal);
try {
  // All that takes a process its time to come up is done by then.
  if (options.begins === "when told") await once(process.stdin, "data");
  const cluster = await start();
  shutdownOnSignals(cluster);
  answer(0, { kind: "joined", address: cluster.system.address, id: cluster.self?.id });
  const lines = createInterface(process.stdin);
  lines.on("line", (line) => {
    const { number, command } = JSON.parse(line) as Asked;
    void obey(cluster, command).then((what) => answer(number, what));
  });
  // The test has died.
  lines.on("close", () => process.exit(1));
  // The input must not keep it alive when it has been told to end.
  void cluster.ended.then(() => {
    stopWatching();
    lines.removeAllListeners("close").close();
  });
} catch (error) {
  stopWatching();
  console.error(error);
  answer(0, { kind: "failed", problem: String(error) });
  process.exitCode = 3;
}
