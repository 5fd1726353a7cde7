// What tests need of the packages below.
export type { LogEntry, Received } from "@ts-grain/actor/testing";
export { RecordingLogger, TestProbe, VirtualClock } from "@ts-grain/actor/testing";
// For tests of one grain
export type { ActivateOptions } from "./activate-grain.ts";
export { activateGrain } from "./activate-grain.ts";
export type { ActivationRecord } from "./activation-journal.ts";
// For tests of a cluster
export type { Disturbance, DisturbanceOptions, Fault, FaultKind } from "./disturbance.ts";
export type { FakeAnswers, FakeCall, FakeGrain, RpcOf } from "./fake-grain.ts";
export { fakeGrain } from "./fake-grain.ts";
export type { RecordedTopic } from "./recorded-topic.ts";
export { recordTopic } from "./recorded-topic.ts";
export type { SavedState, StatePlace } from "./saved-state.ts";
export { savedState } from "./saved-state.ts";
export type { TestCluster, TestClusterOptions } from "./test-cluster.ts";
export { startTestCluster } from "./test-cluster.ts";
export type { TestGrain } from "./test-grain.ts";
export type { TestkitErrorCode } from "./testkit-error.ts";
export { TestkitError } from "./testkit-error.ts";
