export type { AutoManagedProviderOptions } from "./auto-managed-options.ts";
export { autoManagedDefaults } from "./auto-managed-options.ts";
export { AutoManagedProvider } from "./auto-managed-provider.ts";
