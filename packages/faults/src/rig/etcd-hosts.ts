import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { ServerProcess } from "@ts-grain/cluster/testing";
import { nowMs } from "../history/now.ts";
import { pause } from "../history/pause.ts";
import type { Host } from "./host.ts";
import type { MemberStore } from "./rig.ts";

const run = promisify(execFile);
/** Milliseconds within which the nodes have a leader again. */
const electionMs = 10_000;

interface EtcdNode {
  readonly host: Host;
  readonly process: ServerProcess;
}

/** An etcd whose nodes are on hosts of a network, one on each. */
export class EtcdHosts implements MemberStore {
  readonly endpoints: readonly string[];
  readonly #nodes: readonly EtcdNode[];
  readonly #folder: string;

  private constructor(nodes: readonly EtcdNode[], folder: string) {
    this.#nodes = nodes;
    this.#folder = folder;
    this.endpoints = nodes.map(({ host }) => clientUrl(host));
  }

  /** Resolves when all nodes answer. */
  static async start(etcd: string, hosts: readonly Host[]): Promise<EtcdHosts> {
    const folder = mkdtempSync(join(tmpdir(), "ts-grain-etcd-"));
    const starting = hosts.map(async (host) => ({
      host,
      process: await startNode(etcd, host, { hosts, folder }),
    }));
    return new EtcdHosts(await Promise.all(starting), folder);
  }

  get address(): string {
    return this.endpoints[0]!;
  }

  /** The host of the node that leads, once one does: while the nodes elect, none does. @throws Error if that takes 10 s. */
  async leader(): Promise<Host> {
    const untilMs = nowMs() + electionMs;
    do {
      for (const { host } of this.#nodes) {
        const status = await ask(host, "maintenance/status").catch(() => undefined);
        if (status && status.leader === status.header.member_id) return host;
      }
      await pause(100);
    } while (nowMs() < untilMs);
    throw new Error("no node of etcd leads");
  }

  /** Ends one node without a word. */
  async killNode(host: Host): Promise<void> {
    await this.#process(host).kill();
  }

  /** Starts a killed node again, with what it had stored. */
  async startNode(host: Host): Promise<void> {
    await this.#process(host).start();
  }

  async kill(): Promise<void> {
    await Promise.all(this.#nodes.map(({ process }) => process.kill()));
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #process(host: Host): ServerProcess {
    return this.#nodes.find((node) => node.host === host)!.process;
  }
}

function clientUrl({ address }: Host): string {
  return `http://${address}:2379`;
}

function peerUrl({ address }: Host): string {
  return `http://${address}:2380`;
}

function startNode(
  etcd: string,
  host: Host,
  { hosts, folder }: { readonly hosts: readonly Host[]; readonly folder: string },
): Promise<ServerProcess> {
  const options = {
    name: host.namespace,
    "data-dir": join(folder, host.namespace),
    "listen-client-urls": clientUrl(host),
    "advertise-client-urls": clientUrl(host),
    "listen-peer-urls": peerUrl(host),
    "initial-advertise-peer-urls": peerUrl(host),
    "initial-cluster": hosts.map((each) => `${each.namespace}=${peerUrl(each)}`).join(","),
    logger: "zap",
    "log-level": "error",
  };
  const flags = Object.entries(options).map(([option, value]) => `--${option}=${value}`);
  const [program, ...args] = [...host.prefix, etcd, ...flags];
  const isReady = (): Promise<boolean> => ask(host, "maintenance/status").then(() => true);
  return ServerProcess.start({ program: program!, args, isReady });
}

interface Status {
  readonly leader: string;
  readonly header: { readonly member_id: string };
}

/** Asks a node from its own host. */
async function ask({ prefix, ...host }: Host, method: string): Promise<Status> {
  const url = `${clientUrl({ prefix, ...host })}/v3/${method}`;
  const asking = `fetch("${url}", { method: "POST", body: "{}", signal: AbortSignal.timeout(1000) }).then(async (r) => console.log(await r.text()))`;
  const [command, ...args] = [...prefix, process.execPath, "-e", asking];
  const { stdout } = await run(command!, args);
  return JSON.parse(stdout) as Status;
}
