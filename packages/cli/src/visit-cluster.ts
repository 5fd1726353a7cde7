import {
  ActorSystem,
  Cluster,
  ClusterError,
  configureCluster,
  configureRemote,
  DistHashLookup,
} from "@ts-grain/cluster";
import { CliError } from "./cli-error.ts";
import { type ClusterCommandOptions, providerOf } from "./cluster-options.ts";
import type { Terminal } from "./terminal.ts";

const quiet = { debug() {}, info() {}, warn() {}, error() {} };

/** Takes part in the cluster as a client for as long as the visit lasts. @throws CliError "unreachable". */
export async function visitCluster<T>(
  options: ClusterCommandOptions,
  terminal: Terminal,
  visit: (cluster: Cluster) => Promise<T>,
): Promise<T> {
  const cluster = await join(options);
  try {
    terminal.interrupted.throwIfAborted();
    return await visit(cluster);
  } catch (error) {
    throw asCliError(error);
  } finally {
    await cluster.shutdown();
  }
}

async function join(options: ClusterCommandOptions): Promise<Cluster> {
  const { cluster: name, host, token, insecure, timeout: requestTimeoutMs } = options;
  const provider = providerOf(options);
  try {
    const remote = configureRemote(host, 0, { clusterToken: token, insecure });
    const config = configureCluster(name, provider, new DistHashLookup(), remote, { requestTimeoutMs });
    return await Cluster.startClient(new ActorSystem({ logger: quiet }), config);
  } catch (error) {
    throw asCliError(error);
  }
}

function asCliError(error: unknown): unknown {
  if (!ClusterError.is(error)) return error;
  switch (error.code) {
    case "outcome_unknown":
      return new CliError("unknown", error.message, { cause: error });
    case "invalid_options":
      return new CliError("usage", error.message, { cause: error });
    case "call_cycle":
    case "unexpected_response":
      return new CliError("failed", error.message, { cause: error });
    default:
      return new CliError("unreachable", error.message, { cause: error });
  }
}
