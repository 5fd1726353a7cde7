import { Rendezvous } from "@ts-grain/cluster";
import { Argument, type Command } from "commander";
import { CliError } from "../cli-error.ts";
import { type ClusterCommandOptions, clusterCommand } from "../cluster-options.ts";
import { type GrainTarget, parseGrainTarget } from "../grain-target.ts";
import type { Terminal } from "../terminal.ts";
import { visitCluster } from "../visit-cluster.ts";

/** `ts-grain where` */
export function whereCommand(terminal: Terminal): Command {
  return clusterCommand("where")
    .summary("tell which member a grain belongs to")
    .description(
      "Tells which member a grain belongs to, by the placement that all members compute alike. Activates nothing.",
    )
    .addArgument(new Argument("<kind/identity>", "the grain").argParser(parseGrainTarget))
    .addHelpText("after", "\nExample:\n  $ ts-grain where SmartBulb/kitchen --cluster my-cluster")
    .action(async (target: GrainTarget, options: ClusterCommandOptions) => {
      const owner = await visitCluster(options, terminal, async ({ members }) =>
        new Rendezvous(members.topology.members).ownerOf(target),
      );
      if (owner === undefined) throw new CliError("unreachable", `no member hosts the kind ${target.kind}`);
      terminal.print(options.json ? JSON.stringify({ ...target, owner }) : owner);
    });
}
