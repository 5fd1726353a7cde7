import { type Cluster, type Member, memberAddress } from "@ts-grain/cluster";
import { type Command, InvalidArgumentError, Option } from "commander";
import { type ClusterCommandOptions, clusterCommand } from "../cluster-options.ts";
import { printable, printTable, type Terminal } from "../terminal.ts";
import { visitCluster } from "../visit-cluster.ts";

interface ListOptions extends ClusterCommandOptions {
  readonly kind?: string;
  readonly limit: number;
}

interface Listed {
  readonly kind: string;
  readonly identity: string;
  readonly member: string;
}

interface Listing {
  readonly grains: readonly Listed[];
  readonly total: number;
}

/** `ts-grain ls` */
export function listCommand(terminal: Terminal): Command {
  return clusterCommand("ls")
    .summary("list active grains")
    .description("Lists the grains that are active in the ts-grain members of a cluster.")
    .option("-k, --kind <kind>", "only grains of this kind")
    .addOption(
      new Option("-n, --limit <count>", "at most so many of each member, up to 1000")
        .argParser(parseCount)
        .default(100),
    )
    .addHelpText("after", "\nExample:\n  $ ts-grain ls --kind SmartBulb --cluster my-cluster")
    .action(async (options: ListOptions) => {
      const { grains, total } = await visitCluster(options, terminal, (cluster) => list(cluster, options));
      if (options.json) return terminal.print(JSON.stringify({ grains, total }, undefined, 2));
      printTable(
        terminal,
        ["KIND", "IDENTITY", "MEMBER"],
        grains.map(({ kind, identity, member }) => [printable(kind), printable(identity), member]),
      );
      if (total > grains.length) terminal.note(`${grains.length} of ${total}; --limit shows more`);
    });
}

async function list(cluster: Cluster, { kind, limit }: ListOptions): Promise<Listing> {
  const members = cluster.members.topology.members.filter(({ dialect }) => dialect === "ts-grain");
  const query = { limit, ...(kind !== undefined && { kind }) };
  const lists = await Promise.all(members.map((member) => listAt(cluster, member, query)));
  const grains = lists
    .flatMap((listing) => listing.grains)
    .filter((grain) => !grain.kind.startsWith("tsgrain-"));
  const hidden = lists.flatMap((listing) => listing.grains).length - grains.length;
  return { grains, total: lists.reduce((sum, { total }) => sum + total, 0) - hidden };
}

async function listAt(
  cluster: Cluster,
  member: Member,
  query: { readonly limit: number; readonly kind?: string },
): Promise<Listing> {
  const { grains, total } = await cluster.inspect(member).listActivations(query);
  return { grains: grains.map((grain) => ({ ...grain, member: memberAddress(member) })), total };
}

function parseCount(text: string): number {
  const count = Number(text);
  if (!(Number.isInteger(count) && count > 0))
    throw new InvalidArgumentError("It must be a whole number above 0.");
  return count;
}
