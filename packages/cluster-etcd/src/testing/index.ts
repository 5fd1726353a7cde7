export type { EtcdServerOptions } from "./etcd-server.ts";
export { EtcdServer } from "./etcd-server.ts";
