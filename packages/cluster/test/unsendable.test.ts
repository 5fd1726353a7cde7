import { expect, test } from "vitest";
import { GrainError } from "../src/index.ts";
import { InMemoryCluster } from "../src/testing/index.ts";
import { getWitnessGrainClient, newWitnessKind, WitnessKind } from "./gen/witness_grain.ts";
import type { FailRequest } from "./gen/witness_pb.ts";

/** More than a frame takes. */
const tooLong = "x".repeat(5_000_000);

class Boaster extends WitnessKind {
  override bump() {
    return { member: tooLong };
  }

  override async fail({ message }: FailRequest): Promise<never> {
    throw new GrainError("BOAST", message === "" ? tooLong : message);
  }

  override async relay() {
    return { member: tooLong };
  }
}

/** Two members, and a grain that does not live on the first. */
async function start() {
  const cluster = await InMemoryCluster.start({
    kinds: () => [newWitnessKind(() => new Boaster())],
    members: 2,
  });
  const [caller] = cluster.members;
  for (let number = 0; ; number++) {
    const identity = `boaster-${number}`;
    const { address } = await cluster.settle(caller!.locate({ kind: "Witness", identity }));
    if (address !== caller!.system.address)
      return { cluster, client: getWitnessGrainClient(caller!, identity) };
  }
}

test.for(["bump", "relay", "fail"] as const)(
  "a grain on another member whose answer to %s cannot be sent answers INTERNAL at once",
  async (method) => {
    const { cluster, client } = await start();
    await using _ = cluster;
    const before = cluster.clock.nowMs();
    const error = await cluster.settle(client[method]({}).catch((reason: unknown) => reason));
    expect(error).toMatchObject({ name: "GrainError", reason: "INTERNAL" });
    expect(cluster.clock.nowMs() - before).toBeLessThan(100);
    await expect(cluster.settle(client.fail({ message: "still here" }))).rejects.toMatchObject({
      reason: "BOAST",
    });
  },
);

test("a call whose request cannot be sent fails at once and is not tried again", async () => {
  const { cluster, client } = await start();
  await using _ = cluster;
  const before = cluster.clock.nowMs();
  const error = await cluster.settle(client.bump({ notes: [tooLong] }).catch((reason: unknown) => reason));
  expect(error).toMatchObject({ name: "RemoteError", code: "message_too_large" });
  expect(cluster.clock.nowMs() - before).toBeLessThan(100);
});
