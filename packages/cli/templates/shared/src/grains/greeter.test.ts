import { InMemoryCluster } from "@ts-grain/cluster/testing";
import { expect, test } from "vitest";
import { getGreeterGrainClient } from "../gen/greeter/v1/greeter_grain.ts";
import { createKinds } from "../kinds.ts";

test("each greeter counts for itself, on whatever member it lives", async () => {
  // A whole cluster in this process, on a clock of its own: no ports, no waiting.
  await using cluster = await InMemoryCluster.start({ kinds: createKinds, members: 2 });
  const [member] = cluster.members;
  const greet = async (door: string, name: string) =>
    (await cluster.settle(getGreeterGrainClient(member!, door).greet({ name }))).text;

  expect(await greet("front door", "Ada")).toBe("Hello Ada, you are number 1");
  expect(await greet("front door", "Alan")).toBe("Hello Alan, you are number 2");
  expect(await greet("back door", "Grace")).toBe("Hello Grace, you are number 1");
});
