// For those who write grains
export type { GrainStateOptions, StateOwner } from "./grain-state.ts";
export { GrainState, grainStateKey } from "./grain-state.ts";
export { InMemoryStateStore } from "./in-memory-state-store.ts";
export type { PersistenceErrorCode } from "./persistence-error.ts";
export { PersistenceError } from "./persistence-error.ts";

// For those who write stores
export type { StateStore, StateWrite, StoredState } from "./state-store.ts";
