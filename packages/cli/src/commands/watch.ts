import { memberAddress, type TopologyChange } from "@ts-grain/cluster";
import type { Command } from "commander";
import { type ClusterCommandOptions, clusterCommand } from "../cluster-options.ts";
import { printable, type Terminal } from "../terminal.ts";
import { visitCluster } from "../visit-cluster.ts";

/** `ts-grain watch` */
export function watchCommand(terminal: Terminal): Command {
  return clusterCommand("watch")
    .summary("tell who joins and leaves")
    .description("Tells who is in a cluster, and then who joins and leaves, until it is interrupted.")
    .addHelpText("after", "\nExample:\n  $ ts-grain watch --cluster my-cluster --json | jq .address")
    .action(async (options: ClusterCommandOptions) => {
      await visitCluster(options, terminal, async ({ members }) => {
        const print = (change: TopologyChange): void => {
          for (const line of describe(change, options.json)) terminal.print(line);
        };
        print({ joined: members.topology.members, left: [] });
        const subscription = members.subscribe(print);
        await interruption(terminal.interrupted);
        subscription.unsubscribe();
      });
    });
}

function describe({ joined, left }: TopologyChange, json: boolean): string[] {
  const events = [
    ...left.map((member) => ({ event: "left", member })),
    ...joined.map((member) => ({ event: "joined", member })),
  ];
  return events.map(({ event, member }) => {
    const address = memberAddress(member);
    const { id, kinds } = member;
    return json
      ? JSON.stringify({ event, address, id, kinds })
      : `${event.padEnd(6)}  ${address}  ${printable(id)}`;
  });
}

function interruption(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}
