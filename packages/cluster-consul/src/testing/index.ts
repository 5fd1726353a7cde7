export { ConsulServer } from "./consul-server.ts";
