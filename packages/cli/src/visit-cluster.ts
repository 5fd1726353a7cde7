import {
  ActorSystem,
  Cluster,
  ClusterError,
  type ClusterErrorCode,
  configureCluster,
  configureRemote,
  DistHashLookup,
} from "@ts-grain/cluster";
import { RemoteError, type RemoteErrorCode } from "@ts-grain/remote";
import { CliError, type Failure } from "./cli-error.ts";
import { type ClusterCommandOptions, providerOf, tlsIdentityOf } from "./cluster-options.ts";
import type { Terminal } from "./terminal.ts";

const quiet = { debug() {}, info() {}, warn() {}, error() {} };

/** Everything else proves that nothing was started. */
const failures: Readonly<Partial<Record<ClusterErrorCode, Failure>>> = {
  outcome_unknown: "unknown",
  invalid_options: "usage",
  call_cycle: "failed",
  unexpected_response: "failed",
};

/** What to do about a door that does not open. */
const advice: Readonly<Partial<Record<RemoteErrorCode, string>>> = {
  invalid_options: "; see --host, --token, --tls-cert and --insecure",
  listen_failed:
    "; --host must be an address of this machine, and one that others reach needs --tls-cert or --insecure",
};

/** Takes part in the cluster as a client for as long as the visit lasts. @throws CliError "unreachable". */
export async function visitCluster<T>(
  options: ClusterCommandOptions,
  terminal: Terminal,
  visit: (cluster: Cluster) => Promise<T>,
): Promise<T> {
  terminal.progress(`joining ${options.cluster} through ${options.provider}`);
  const cluster = await orInterrupted(join(options), terminal.interrupted);
  try {
    terminal.progress(`asking ${options.cluster}`);
    return await visit(cluster);
  } catch (error) {
    throw asCliError(error);
  } finally {
    await cluster.shutdown();
  }
}

/** The cluster once it is joined. Who has had enough does not wait for that. */
function orInterrupted(joining: Promise<Cluster>, interrupted: AbortSignal): Promise<Cluster> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      reject(new Error("interrupted"));
      joining.then((cluster) => cluster.shutdown()).catch(() => undefined);
    };
    if (interrupted.aborted) return stop();
    interrupted.addEventListener("abort", stop, { once: true });
    joining.then(resolve, reject).finally(() => interrupted.removeEventListener("abort", stop));
  });
}

async function join(options: ClusterCommandOptions): Promise<Cluster> {
  const { cluster: name, host, token, insecure, timeout: requestTimeoutMs } = options;
  const provider = providerOf(options);
  const tls = tlsIdentityOf(options);
  try {
    const remote = configureRemote(host, 0, { clusterToken: token, insecure, tls });
    const config = configureCluster(name, provider, new DistHashLookup(), remote, { requestTimeoutMs });
    return await Cluster.startClient(new ActorSystem({ logger: quiet }), config);
  } catch (error) {
    throw asCliError(error);
  }
}

function asCliError(error: unknown): unknown {
  if (ClusterError.is(error)) {
    const { code, message } = error;
    const more = code === "provider_unavailable" ? "; --provider and --address say where it is" : "";
    const options = { cause: error, fields: { code } };
    return new CliError(failures[code] ?? "unreachable", `${message}${more}`, options);
  }
  if (!RemoteError.is(error)) return error;
  const message = `${error.message}${advice[error.code] ?? ""}`;
  return new CliError("usage", message, { cause: error, fields: { code: error.code } });
}
