import { activateGrain } from "@ts-grain/testkit";
import { expect, test } from "vitest";
import { getGreeterGrainClient, newGreeterKind } from "../gen/greeter/v1/greeter_grain.ts";
import { Greeter } from "./greeter.ts";

test("a greeter counts whom it greets", async () => {
  // The real runtime around one grain, without a cluster, ports and waiting.
  await using door = await activateGrain(
    newGreeterKind(() => new Greeter()),
    getGreeterGrainClient,
  );

  expect((await door.client.greet({ name: "Ada" })).text).toBe("Hello Ada, you are number 1");
  expect((await door.client.greet({ name: "Alan" })).text).toBe("Hello Alan, you are number 2");
});
