// For applications
export { ActorSystem, PID } from "@ts-grain/actor";
export { configureRemote } from "@ts-grain/remote";
export type { ClusterErrorCode } from "./cluster-error.ts";
export { ClusterError } from "./cluster-error.ts";
export { GossipUpdated } from "./gossip/gossip-messages.ts";
export type { GossipOptions } from "./gossip/gossip-options.ts";
export { gossipDefaults } from "./gossip/gossip-options.ts";
export type { Awaitable, GrainFactory, GrainHooks } from "./grain/grain.ts";
export type { GrainCaller, GrainCallOptions, OutgoingGrainCall } from "./grain/grain-caller.ts";
export type { GrainCluster } from "./grain/grain-cluster.ts";
export type { GrainCallContext, GrainContext } from "./grain/grain-context.ts";
export type { GrainErrorOptions, GrainErrorReason } from "./grain/grain-error.ts";
export { GrainError } from "./grain/grain-error.ts";
export type { GrainMethod, GrainReentrancy, GrainService } from "./grain/grain-service.ts";
export type { Kind, KindOptions } from "./grain/kind.ts";
export { kindDefaults } from "./grain/kind.ts";
export type { Readiness } from "./health/readiness.ts";
// For those who write cluster providers and identity lookups
export {
  type Activation,
  type DeactivationReason,
  type HostedKind,
  PlainActivation,
  type SpawnActivation,
} from "./identity/activation.ts";
export type { ClusterIdentity } from "./identity/cluster-identity.ts";
export { DistHashLookup } from "./identity/disthash-lookup.ts";
export { DuplicateActivation } from "./identity/duplicate-activation.ts";
export type {
  FindOptions,
  IdentityLookup,
  LookupContext,
  LookupSession,
} from "./identity/identity-lookup.ts";
export { Location } from "./identity/location.ts";
export { Rendezvous } from "./identity/rendezvous.ts";
export type { ActiveGrains, Inspection } from "./inspection/inspection.ts";
export type {
  ClusterProvider,
  MembersListener,
  ProviderContext,
  ProviderSession,
} from "./membership/cluster-provider.ts";
export type { InProcessProviderOptions } from "./membership/in-process-provider.ts";
export { InProcessProvider } from "./membership/in-process-provider.ts";
export type { Member } from "./membership/member.ts";
export { memberAddress } from "./membership/member.ts";
export type { MemberList, UntilOptions } from "./membership/member-list.ts";
export type { Topology, TopologyChange } from "./membership/topology.ts";
export { TopologyChanged } from "./membership/topology.ts";
export type {
  BatchingProducer,
  ProduceOptions,
  ProducerStopOptions,
} from "./pubsub/batching-producer.ts";
export type { DeliveryFailure, FailedDelivery } from "./pubsub/delivery-failed.ts";
export { DeliveryFailed } from "./pubsub/delivery-failed.ts";
export type { ProducerOptions, PublishDecision, PublishFailure } from "./pubsub/producer-options.ts";
export { producerDefaults } from "./pubsub/producer-options.ts";
export type { PubSubOptions } from "./pubsub/pub-sub-options.ts";
export { pubSubDefaults } from "./pubsub/pub-sub-options.ts";
export type { Subscriber } from "./pubsub/subscriber.ts";
export type { SubscriptionStore } from "./pubsub/subscription-store.ts";
export type { Topic, TopicHandler, TopicOptions } from "./pubsub/topic.ts";
export type { TopicRequestOptions } from "./pubsub/topic-requests.ts";
export type { TopicSubscription } from "./pubsub/topic-subscription.ts";
export { Cluster } from "./start/cluster.ts";
export type { ClusterConfig, ClusterOptions } from "./start/cluster-config.ts";
export { clusterDefaults, configureCluster } from "./start/cluster-config.ts";
export { Rejoined } from "./start/rejoined.ts";
export type { ShutdownSignal } from "./start/shutdown-on-signals.ts";
export { shutdownOnSignals } from "./start/shutdown-on-signals.ts";
export type { CallOutcome, ClusterStats, UnstartedReason } from "./stats/cluster-stats.ts";
