import type { ClusterProvider } from "@ts-grain/cluster";
import { AutoManagedProvider } from "@ts-grain/cluster-automanaged";
import { ConsulProvider } from "@ts-grain/cluster-consul";
import { EtcdProvider } from "@ts-grain/cluster-etcd";

/** The provider of a name: of everything in this program, nothing else depends on it. */
export function createProvider(name: string, port: number): ClusterProvider {
  switch (name) {
    case "consul":
      return new ConsulProvider();
    case "etcd":
      return new EtcdProvider();
    case "automanaged":
      return new AutoManagedProvider({ port, hosts: ["127.0.0.1:6330", "127.0.0.1:6331", "127.0.0.1:6332"] });
    default:
      throw new Error(`--provider must be in-process, consul, etcd or automanaged, got ${name}`);
  }
}
