import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { needsServer } from "../workloads/cluster-workloads.ts";
import { runCommand } from "./run-command.ts";
import type { Prepared, Subject } from "./subject.ts";

const sources = fileURLToPath(new URL("../../go/", import.meta.url));
const program = fileURLToPath(
  new URL("../../../../node_modules/.cache/benchmarks/protoactor-go", import.meta.url),
);
/** A first build compiles all of Proto.Actor Go's dependencies. */
const buildTimeoutMs = 15 * 60_000;

/** Proto.Actor Go, by a program of ours on its module. It uses all cores, as its users have it. */
export const protoActorGo: Subject = {
  name: "protoactor-go",
  cores: "all",
  cannot: new Map([["W1d", "Go has no async handlers"]]),
  prepare: () => prepare({}),
};

/** The same with two processes. */
export const protoActorGoRemote: Subject = {
  name: "protoactor-go",
  cores: "all",
  cannot: new Map(),
  prepare: () => prepare({ server: () => [program, "serve"] }),
};

/** Its cluster, in one process or two. */
export function protoActorGoCluster(cannot: Subject["cannot"]): Subject {
  const server = (workload: string) => (needsServer(workload) ? [program, "serve-cluster"] : undefined);
  return { name: "protoactor-go", cores: "all", cannot, prepare: () => prepare({ server }) };
}

interface Serving {
  server?(workload: string): readonly string[] | undefined;
}

async function prepare(serving: Serving): Promise<Prepared> {
  const goVersion = await findGo();
  if (goVersion === undefined) return { state: "missing", reason: "there is no Go on this machine" };
  try {
    await runCommand(["go", "build", "-o", program, "."], { cwd: sources, timeoutMs: buildTimeoutMs });
  } catch (error) {
    return { state: "missing", reason: `its program does not build: ${(error as Error).message}` };
  }
  return {
    state: "ready",
    version: `${moduleVersion()} on ${goVersion}`,
    command: (workload, effort) => [program, workload, effort],
    ...serving,
  };
}

/** As "go1.24.1", or undefined if there is no Go. */
async function findGo(): Promise<string | undefined> {
  try {
    return (await runCommand(["go", "env", "GOVERSION"], { cwd: sources, timeoutMs: 60_000 })).trim();
  } catch {
    return undefined;
  }
}

function moduleVersion(): string {
  const manifest = readFileSync(`${sources}/go.mod`, "utf8");
  return /protoactor-go (\S+)/.exec(manifest)?.[1] ?? "of unknown version";
}
