import type { ClusterProvider } from "@ts-grain/cluster";
import { AutoManagedProvider } from "@ts-grain/cluster-automanaged";
import { ConsulProvider } from "@ts-grain/cluster-consul";
import { EtcdProvider } from "@ts-grain/cluster-etcd";

/** Through what the members of a mixed cluster find each other. */
export interface MixedDirectory {
  readonly provider: "consul" | "etcd" | "automanaged";
  /** `host:port` of the server; of every member, with commas, if there is none. */
  readonly at: string;
}

/** @param managePort where an automanaged member says who it is */
export function mixedProvider({ provider, at }: MixedDirectory, managePort: number): ClusterProvider {
  switch (provider) {
    case "consul":
      return new ConsulProvider({ address: at });
    case "etcd":
      return new EtcdProvider({ endpoints: [`http://${at}`] });
    case "automanaged":
      return new AutoManagedProvider({ hosts: at.split(","), port: managePort });
  }
}
