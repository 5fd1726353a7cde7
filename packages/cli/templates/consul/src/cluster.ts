import { configureCluster, configureRemote, DistHashLookup, type Kind } from "@ts-grain/cluster";
import { ConsulProvider } from "@ts-grain/cluster-consul";

/** What members and clients agree on: the cluster's name, and where they find each other. */
export function configure(kinds: readonly Kind[] = []) {
  // The agent at CONSUL_HTTP_ADDR; by default the one of this machine.
  const provider = new ConsulProvider();
  // The host at which the others reach this process.
  const remote = configureRemote(process.env["HOST"] ?? "localhost", 0);
  return configureCluster("my-app", provider, new DistHashLookup(), remote, { kinds });
}
