import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { needsServer } from "../workloads/cluster-workloads.ts";
import { findServe } from "../workloads/limit-workloads.ts";
import { runCommand } from "./run-command.ts";
import type { Subject } from "./subject.ts";

const program = (name: string) => fileURLToPath(new URL(`../${name}.ts`, import.meta.url));

export interface NodeSubjectOptions {
  /** As the programs that measure know it. */
  readonly name: string;
  /** What to put beside the name in reports. */
  readonly findVersion: () => Promise<string>;
  readonly cannot?: Subject["cannot"] | undefined;
}

/** A subject inside one process, measured on this very Node without any option that would make it quicker. */
export function localNodeSubject(options: NodeSubjectOptions): Subject {
  return nodeSubject(options, {
    child: [process.execPath, "--expose-gc", program("local-child"), options.name],
  });
}

/** The same with two processes. */
export function remoteNodeSubject(options: NodeSubjectOptions): Subject {
  return nodeSubject(options, {
    child: [process.execPath, program("remote-client"), options.name],
    server: () => [process.execPath, program("remote-server"), options.name],
  });
}

/** The same with a workload's one process or two. */
export function clusterNodeSubject(options: NodeSubjectOptions): Subject {
  const server = [process.execPath, program("cluster-server"), options.name];
  return nodeSubject(options, {
    child: [process.execPath, "--expose-gc", program("cluster-child"), options.name],
    server: (workload) => (needsServer(workload) ? server : undefined),
  });
}

/** The same with a workload's one process or two, of which each workload opens what it needs. */
export function limitNodeSubject(options: NodeSubjectOptions): Subject {
  const server = (workload: string) => [process.execPath, program("limit-server"), options.name, workload];
  return nodeSubject(options, {
    child: [process.execPath, "--expose-gc", program("limit-child"), options.name],
    server: (workload) => (findServe(workload) === undefined ? undefined : server(workload)),
  });
}

interface Commands {
  readonly child: readonly string[];
  server?(workload: string): readonly string[] | undefined;
}

function nodeSubject(
  { name, findVersion, cannot = new Map() }: NodeSubjectOptions,
  { child, ...serving }: Commands,
): Subject {
  return {
    name,
    cores: "one",
    cannot,
    prepare: async () => ({
      state: "ready",
      version: await findVersion(),
      command: (workload, effort) => [...child, workload, effort],
      ...serving,
    }),
  };
}

/** The commit that is checked out, and "-dirty" if files differ from it. */
export async function describeCheckout(): Promise<string> {
  try {
    const described = await runCommand(["git", "describe", "--always", "--dirty", "--exclude=*"], {
      timeoutMs: 10_000,
    });
    return `at ${described.trim()}`;
  } catch {
    return "at no known commit";
  }
}

/** The version at which this package's manifest pins a dependency. */
export function pinnedVersion(dependency: string): string {
  const manifest = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  const { dependencies } = JSON.parse(manifest) as { dependencies: Record<string, string> };
  const version = dependencies[dependency];
  if (version === undefined) throw new Error(`package.json does not pin ${dependency}`);
  return version;
}
