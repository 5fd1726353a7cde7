export type { ConsulProviderOptions } from "./consul-options.ts";
export { consulDefaults } from "./consul-options.ts";
export { ConsulProvider } from "./consul-provider.ts";
