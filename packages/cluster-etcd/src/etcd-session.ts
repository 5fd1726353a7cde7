import type { Member, ProviderContext, ProviderSession } from "@ts-grain/cluster";
import { joinDirectory } from "@ts-grain/cluster/provider";
import { EtcdClient } from "./etcd-client.ts";
import type { EtcdConfig } from "./etcd-config.ts";
import { EtcdDirectory } from "./etcd-directory.ts";
import { EtcdRegistration } from "./etcd-registration.ts";

/** Who joins which cluster. */
export interface EtcdJoining {
  /** Undefined for a client. */
  readonly self?: Member | undefined;
  readonly context: ProviderContext;
}

/** Takes part in a cluster through etcd. Its connection ends with the session, and when there is none. */
export async function joinEtcd(config: EtcdConfig, { self, context }: EtcdJoining): Promise<ProviderSession> {
  const { baseKey, timing, ttlMs } = config;
  const { clusterName } = context;
  const prefix = `${baseKey}/${clusterName}/`;
  const client = new EtcdClient(config, context.clock);
  const directory = new EtcdDirectory(client, { prefix, context, ttlMs });
  const registered = self && {
    id: self.id,
    registration: new EtcdRegistration(client, { prefix, self, clusterName, ttlMs }),
  };
  try {
    const session = await joinDirectory({ directory, self: registered, context, timing });
    return {
      leave: () => session.leave().finally(() => client.close()),
      abandon: () => session.abandon().finally(() => client.close()),
    };
  } catch (error) {
    client.close();
    throw error;
  }
}
