import { type Cluster, type Member, memberAddress } from "@ts-grain/cluster";
import type { Command } from "commander";
import { CliError } from "../cli-error.ts";
import { type ClusterCommandOptions, clusterCommand } from "../cluster-options.ts";
import { styled, type Terminal } from "../terminal.ts";
import { visitCluster } from "../visit-cluster.ts";

interface Check {
  readonly name: string;
  readonly isOk: boolean;
  /** What was seen, or what to do. */
  readonly detail: string;
}

const minNode = [22, 18] as const;

/** `ts-grain doctor` */
export function doctorCommand(terminal: Terminal): Command {
  return clusterCommand("doctor")
    .summary("check that a cluster works from here")
    .description(
      "Checks Node, the provider, that each member answers, and that a grain can be called. Changes nothing.",
    )
    .addHelpText("after", "\nExample:\n  $ ts-grain doctor --cluster my-cluster --address localhost:8500")
    .action(async (options: ClusterCommandOptions) => {
      const checks = [checkNode(), ...(await checkCluster(options, terminal))];
      if (options.json) terminal.print(JSON.stringify(checks, undefined, 2));
      else
        for (const { name, isOk, detail } of checks)
          terminal.print(`${styledVerdict(isOk, terminal)}  ${name}: ${detail}`);
      const failed = checks.filter(({ isOk }) => !isOk).length;
      if (failed > 0) throw new CliError("failed", `${failed} of ${checks.length} checks failed`);
    });
}

function styledVerdict(isOk: boolean, terminal: Terminal): string {
  return isOk ? styled(terminal, "green", "ok  ") : styled(terminal, "red", "FAIL");
}

function checkNode(): Check {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const isOk = major > minNode[0] || (major === minNode[0] && minor >= minNode[1]);
  const detail = `${process.versions.node}${isOk ? "" : `; install ${minNode.join(".")} or newer`}`;
  return { name: "Node", isOk, detail };
}

async function checkCluster(options: ClusterCommandOptions, terminal: Terminal): Promise<Check[]> {
  const name = `provider ${options.provider}`;
  try {
    return await visitCluster(options, terminal, async (cluster) => {
      const { members } = cluster.members.topology;
      const isOk = members.length > 0;
      const detail = isOk
        ? `lists ${members.length} members of ${cluster.name}`
        : `lists no member of ${cluster.name}; is the name right, and is a member running?`;
      return [{ name, isOk, detail }, ...(await checkMembers(cluster, members))];
    });
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    return [{ name, isOk: false, detail: error.message }];
  }
}

async function checkMembers(cluster: Cluster, members: readonly Member[]): Promise<Check[]> {
  const ours = members.filter(({ dialect }) => dialect === "ts-grain");
  const answers = await Promise.all(ours.map((member) => checkMember(cluster, member)));
  if (ours.length === 0) return answers;
  const { isReady, problems } = await cluster.checkReadiness();
  return [
    ...answers,
    { name: "calls", isOk: isReady, detail: isReady ? "a grain answered" : problems.join("; ") },
  ];
}

async function checkMember(cluster: Cluster, member: Member): Promise<Check> {
  const name = `member ${memberAddress(member)}`;
  try {
    const { total } = await cluster.inspect(member).listActivations({ limit: 1 });
    return { name, isOk: true, detail: `answers, ${total} grains are active` };
  } catch {
    return {
      name,
      isOk: false,
      detail: "does not answer; can this machine reach it, and it this one? See --host",
    };
  }
}
