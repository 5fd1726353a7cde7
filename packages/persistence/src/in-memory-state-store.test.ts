import { test } from "vitest";
import { InMemoryStateStore } from "./in-memory-state-store.ts";
import { stateStoreCases } from "./testing/state-store-cases.ts";

test.each(stateStoreCases)("$name", async ({ run }) => {
  await run(new InMemoryStateStore());
});
