import { type Cluster, type Member, memberAddress } from "@ts-grain/cluster";
import type { Command } from "commander";
import { type ClusterCommandOptions, clusterCommand } from "../cluster-options.ts";
import { isOwnKind } from "../own-kinds.ts";
import { printable, printTable, type Terminal } from "../terminal.ts";
import { visitCluster } from "../visit-cluster.ts";

interface DescribedMember {
  readonly id: string;
  readonly address: string;
  readonly runtime: Member["dialect"];
  readonly kinds: readonly string[];
  /** Active grains; undefined if it is not known. */
  readonly activations: number | undefined;
}

/** `ts-grain members` */
export function membersCommand(terminal: Terminal): Command {
  return clusterCommand("members")
    .summary("list the members of a cluster")
    .description(
      "Lists the members of a cluster, the kinds that they host, and how many grains are active in each.",
    )
    .addHelpText("after", "\nExample:\n  $ ts-grain members --cluster my-cluster --address localhost:8500")
    .action(async (options: ClusterCommandOptions) => {
      const members = await visitCluster(options, terminal, describeMembers);
      if (options.json) return terminal.print(JSON.stringify(members, undefined, 2));
      printTable(
        terminal,
        ["ADDRESS", "RUNTIME", "GRAINS", "KINDS", "ID"],
        members.map(({ address, runtime, activations, kinds, id }) => [
          address,
          runtime,
          activations === undefined ? "?" : String(activations),
          printable(kinds.join(",")),
          printable(id),
        ]),
      );
      if (members.length === 0)
        terminal.note(`no member of ${options.cluster} is running, or its name is another`);
    });
}

async function describeMembers(cluster: Cluster): Promise<DescribedMember[]> {
  return Promise.all(
    cluster.members.topology.members.map(async (member) => ({
      id: member.id,
      address: memberAddress(member),
      runtime: member.dialect,
      kinds: member.kinds.filter((kind) => !isOwnKind(kind)),
      activations: await countActivations(cluster, member),
    })),
  );
}

async function countActivations(cluster: Cluster, member: Member): Promise<number | undefined> {
  if (member.dialect !== "ts-grain") return undefined;
  try {
    return (await cluster.inspect(member).listActivations({ limit: 1 })).total;
  } catch {
    return undefined;
  }
}
