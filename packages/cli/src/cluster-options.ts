import { readFileSync } from "node:fs";
import type { ClusterProvider } from "@ts-grain/cluster";
import { AutoManagedProvider } from "@ts-grain/cluster-automanaged";
import { ConsulProvider } from "@ts-grain/cluster-consul";
import { EtcdProvider } from "@ts-grain/cluster-etcd";
import type { TlsIdentity } from "@ts-grain/remote";
import { Command, InvalidArgumentError, Option } from "commander";
import { CliError } from "./cli-error.ts";

/** How a command finds its cluster. */
export interface ClusterCommandOptions {
  readonly provider: ProviderName;
  readonly cluster: string;
  readonly address?: string;
  readonly host: string;
  readonly token?: string;
  readonly insecure: boolean;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly tlsCa?: string;
  readonly timeout: number;
  readonly json: boolean;
}

type ProviderName = "consul" | "etcd" | "automanaged";

interface ProviderPlace {
  readonly address: string | undefined;
  readonly joinTimeoutMs: number;
}

const providers: Readonly<Record<ProviderName, (place: ProviderPlace) => ClusterProvider>> = {
  consul: (place) => new ConsulProvider(place),
  etcd: ({ address, joinTimeoutMs }) =>
    new EtcdProvider({ endpoints: etcdEndpoints(address), login: etcdLogin(process.env), joinTimeoutMs }),
  automanaged: ({ address, joinTimeoutMs }) =>
    new AutoManagedProvider({ hosts: address?.split(","), joinTimeoutMs }),
};

/** A command with the options that say where the cluster is. */
export function clusterCommand(name: string): Command {
  return new Command(name)
    .addOption(
      new Option("-p, --provider <name>", "how members find each other")
        .choices(Object.keys(providers))
        .default("consul")
        .env("TS_GRAIN_PROVIDER"),
    )
    .addOption(
      new Option("-c, --cluster <name>", "the cluster's name").env("TS_GRAIN_CLUSTER").makeOptionMandatory(),
    )
    .addOption(
      new Option(
        "-a, --address <address>",
        "of the provider: Consul's host:port; etcd's endpoints, or the automanaged members' health addresses, comma-separated",
      ).env("TS_GRAIN_ADDRESS"),
    )
    .addOption(
      new Option("--host <host>", "the host of this machine, at which members answer")
        .default("127.0.0.1")
        .env("TS_GRAIN_HOST"),
    )
    .addOption(new Option("--token <secret>", "the cluster's token").env("TS_GRAIN_TOKEN"))
    .addOption(
      new Option("--tls-cert <file>", "this machine's certificate, for a cluster with TLS").env(
        "TS_GRAIN_TLS_CERT",
      ),
    )
    .addOption(new Option("--tls-key <file>", "its private key").env("TS_GRAIN_TLS_KEY"))
    .addOption(new Option("--tls-ca <file>", "the authorities of the members").env("TS_GRAIN_TLS_CA"))
    .option("--insecure", "listen in plain text at a host that other machines reach", false)
    .option("-t, --timeout <ms>", "for each answer, in milliseconds", milliseconds, 5_000)
    .option("--json", "print JSON", false);
}

/** The provider that the options name. @throws CliError "usage" if its address is none. */
export function providerOf({ provider, address, timeout }: ClusterCommandOptions): ClusterProvider {
  try {
    return providers[provider]({ address, joinTimeoutMs: timeout });
  } catch (cause) {
    throw new CliError("usage", cause instanceof Error ? cause.message : "the provider's address is none", {
      cause,
    });
  }
}

/** The certificate that the options name; undefined if they name none. @throws CliError "usage" if they name half of one. */
export function tlsIdentityOf(options: ClusterCommandOptions): TlsIdentity | undefined {
  const { tlsCert, tlsKey, tlsCa } = options;
  if (tlsCert === undefined && tlsKey === undefined && tlsCa === undefined) return undefined;
  if (tlsCert === undefined || tlsKey === undefined || tlsCa === undefined)
    throw new CliError("usage", "--tls-cert, --tls-key and --tls-ca go together");
  return {
    certificate: readFileSync(tlsCert),
    privateKey: readFileSync(tlsKey),
    authorities: readFileSync(tlsCa),
  };
}

/** URLs, or as they are often written: `host:port`. */
function etcdEndpoints(
  address: string | undefined = process.env["ETCDCTL_ENDPOINTS"],
): readonly string[] | undefined {
  return address?.split(",").map((each) => (each.includes("://") ? each : `http://${each}`));
}

/** Whom etcdctl would log in as. */
function etcdLogin(
  environment: Readonly<Record<string, string | undefined>>,
): { readonly name: string; readonly password: string } | undefined {
  const { ETCDCTL_USER: user, ETCDCTL_PASSWORD: password } = environment;
  if (!user) return undefined;
  const [name = "", ...rest] = user.split(":");
  return { name, password: password ?? rest.join(":") };
}

function milliseconds(text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError("It must be a number of milliseconds above 0.");
  return value;
}
