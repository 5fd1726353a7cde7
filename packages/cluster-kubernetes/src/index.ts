export type { KubernetesProviderOptions } from "./kubernetes-options.ts";
export { kubernetesDefaults } from "./kubernetes-options.ts";
export { KubernetesProvider } from "./kubernetes-provider.ts";
