export type { EtcdProviderOptions } from "./etcd-options.ts";
export { etcdDefaults } from "./etcd-options.ts";
export { EtcdProvider } from "./etcd-provider.ts";
