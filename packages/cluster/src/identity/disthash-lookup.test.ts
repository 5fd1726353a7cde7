import { test } from "vitest";
import { identityLookupCases } from "../testing/identity-lookup-cases.ts";
import { DistHashLookup } from "./disthash-lookup.ts";

test.each(identityLookupCases)("$name", async ({ run }) => {
  await run(() => new DistHashLookup());
});
