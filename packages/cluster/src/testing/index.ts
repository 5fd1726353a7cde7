export type { ClusterProviderCase, ClusterProviderHarness } from "./cluster-provider-cases.ts";
export { clusterProviderCases } from "./cluster-provider-cases.ts";
export type { IdentityLookupCase } from "./identity-lookup-cases.ts";
export { identityLookupCases } from "./identity-lookup-cases.ts";
export type { InMemoryClusterOptions } from "./in-memory-cluster.ts";
export { InMemoryCluster } from "./in-memory-cluster.ts";
export { ObservedMembers } from "./observed-members.ts";
export type { ServerCommand } from "./server-process.ts";
export { freePorts, ServerProcess } from "./server-process.ts";
