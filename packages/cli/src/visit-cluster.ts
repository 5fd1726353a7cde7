import {
  ActorSystem,
  Cluster,
  ClusterError,
  type ClusterErrorCode,
  configureCluster,
  configureRemote,
  DistHashLookup,
} from "@ts-grain/cluster";
import { CliError, type Failure } from "./cli-error.ts";
import { type ClusterCommandOptions, providerOf } from "./cluster-options.ts";
import type { Terminal } from "./terminal.ts";

const quiet = { debug() {}, info() {}, warn() {}, error() {} };

/** Everything else proves that nothing was started. */
const failures: Readonly<Partial<Record<ClusterErrorCode, Failure>>> = {
  outcome_unknown: "unknown",
  invalid_options: "usage",
  call_cycle: "failed",
  unexpected_response: "failed",
};

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
  return new CliError(failures[error.code] ?? "unreachable", error.message, { cause: error });
}
