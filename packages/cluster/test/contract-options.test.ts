import { create, toBinary } from "@bufbuild/protobuf";
import { EmptySchema } from "@bufbuild/protobuf/wkt";
import { expect, test } from "vitest";
import { GrainRequestSchema } from "../src/gen/cluster/grain_pb.ts";
import { InMemoryCluster } from "../src/testing/index.ts";
import {
  errAlreadyClean,
  getLampGrainClient,
  isAlreadyClean,
  LampKind,
  newLampKind,
} from "./gen/lamp_grain.ts";
import type { NoteRequest } from "./gen/lamp_pb.ts";

class Lamp extends LampKind {
  #notes: string[] = [];

  override note({ text }: NoteRequest): void {
    this.#notes.push(text);
  }

  override read() {
    return { notes: this.#notes };
  }

  override wipe() {
    if (this.#notes.length === 0) throw errAlreadyClean("nothing to wipe", { metadata: { since: "ever" } });
    this.#notes = [];
    return {};
  }
}

const start = () => InMemoryCluster.start({ kinds: () => [newLampKind(() => new Lamp())], members: 2 });

test("a kind has the name and the idle timeout that its contract gives it", async () => {
  await using cluster = await start();
  expect(newLampKind(() => new Lamp())).toMatchObject({ name: "house.Lamp", idleTimeoutMs: 2_000 });
  expect(cluster.members[0]!.self?.kinds).toContain("house.Lamp");
  const lamp = getLampGrainClient(cluster.members[0]!, "hall");
  await cluster.settle(lamp.note({ text: "on" }));
  await cluster.clock.advance(1_000);
  expect(await cluster.settle(lamp.read({}))).toMatchObject({ notes: ["on"] });
  await cluster.clock.advance(2_500);
  expect(await cluster.settle(lamp.read({}))).toMatchObject({ notes: [] });
});

test("a one-way rpc gives its caller nothing", async () => {
  await using cluster = await start();
  const noting = getLampGrainClient(cluster.members[0]!, "hall").note({});
  expect(await cluster.settle<unknown>(noting)).toBeUndefined();
});

test("a pinned rpc travels by its index, and is found by it", async () => {
  await using cluster = await start();
  const pid = await cluster.settle(cluster.members[0]!.locate({ kind: "house.Lamp", identity: "hall" }));
  const member = cluster.members.find(({ system }) => system.address !== pid.address);
  const messageData = toBinary(EmptySchema, create(EmptySchema));
  const answerTo = (methodIndex: number) =>
    cluster.settle(
      member!.system.root.requestAsync(pid, create(GrainRequestSchema, { methodIndex, messageData })),
    );
  expect(await answerTo(5)).toMatchObject({ reason: "ERROR_REASON_ALREADY_CLEAN" });
  expect(await answerTo(2)).toMatchObject({ reason: "UNIMPLEMENTED" });
});

test.each([0, 1])("a caller recognises a reason of the contract, called from member %i", async (index) => {
  await using cluster = await start();
  const wiping = getLampGrainClient(cluster.members[index]!, "hall").wipe({});
  const error = await cluster.settle(wiping.catch((reason: unknown) => reason));
  expect(isAlreadyClean(error) && error.metadata).toEqual({ since: "ever" });
  expect(isAlreadyClean(new Error("ERROR_REASON_ALREADY_CLEAN"))).toBe(false);
});
