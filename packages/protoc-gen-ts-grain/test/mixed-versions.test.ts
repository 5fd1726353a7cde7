import { readFileSync } from "node:fs";
import { join } from "node:path";
import { GrainError } from "@ts-grain/cluster";
import { InMemoryCluster } from "@ts-grain/cluster/testing";
import { expect, test } from "vitest";
import { createPlugin } from "../src/plugin.ts";
import { getLampGrainClient, LampKind, newLampKind } from "./gen/mixed/after/bulb_grain.ts";
import { BulbKind, getBulbGrainClient, newBulbKind } from "./gen/mixed/before/bulb_grain.ts";
import type { Text } from "./gen/mixed/messages_pb.ts";
import { compile, respond, temporaryFolder } from "./harness.ts";

/** What grains of either version were told. */
let heard: string[] = [];

class Before extends BulbKind {
  first = ({ text }: Text) => ({ text: `First ${text}` });
  gone = ({ text }: Text) => ({ text: `Gone ${text}` });
  told = ({ text }: Text) => void heard.push(`Told ${text}`);
  asked = ({ text }: Text) => {
    heard.push(`Asked ${text}`);
    return {};
  };
  last = ({ text }: Text) => ({ text: `Last ${text}` });
}

class After extends LampKind {
  first = ({ text }: Text) => ({ text: `First ${text}` });
  told = ({ text }: Text) => {
    heard.push(`Told ${text}`);
    return {};
  };
  asked = ({ text }: Text) => void heard.push(`Asked ${text}`);
  streams = ({ text }: Text) => ({ text: `Streams ${text}` });
  added = ({ text }: Text) => ({ text: `Added ${text}` });
  last = ({ text }: Text) => ({ text: `Last ${text}` });
}

const before = () => newBulbKind(() => new Before());
const after = () => newLampKind(() => new After());

/** A cluster with one member that hosts the kind, and a client in another process. */
async function start(kind: typeof before) {
  heard = [];
  const cluster = await InMemoryCluster.start({ kinds: () => [kind()] });
  return { cluster, caller: await cluster.addClient() };
}

test("a client of the earlier contract reaches each rpc of a member of the later one", async () => {
  const { cluster, caller } = await start(after);
  await using _ = cluster;
  const bulb = getBulbGrainClient(caller, "hall");
  expect(await cluster.settle(bulb.first({ text: "1" }))).toMatchObject({ text: "First 1" });
  expect(await cluster.settle(bulb.last({ text: "2" }))).toMatchObject({ text: "Last 2" });
  await cluster.settle(bulb.told({ text: "3" }));
  expect(await cluster.settle(bulb.asked({ text: "4" }))).toMatchObject({
    $typeName: "google.protobuf.Empty",
  });
  await cluster.clock.advance(10);
  expect(heard).toEqual(["Told 3", "Asked 4"]);
});

test("a client of the later contract reaches each rpc of a member of the earlier one", async () => {
  const { cluster, caller } = await start(before);
  await using _ = cluster;
  const lamp = getLampGrainClient(caller, "hall");
  expect(await cluster.settle(lamp.first({ text: "1" }))).toMatchObject({ text: "First 1" });
  expect(await cluster.settle(lamp.last({ text: "2" }))).toMatchObject({ text: "Last 2" });
  expect(await cluster.settle(lamp.told({ text: "3" }))).toMatchObject({
    $typeName: "google.protobuf.Empty",
  });
  await cluster.settle(lamp.asked({ text: "4" }));
  await cluster.clock.advance(10);
  expect(heard).toEqual(["Told 3", "Asked 4"]);
});

test("an rpc that the other version does not have is refused by name, and no other is run", async () => {
  const early = await start(before);
  await using _ = early.cluster;
  const lamp = getLampGrainClient(early.caller, "hall");
  for (const call of [() => lamp.added({}), () => lamp.streams({})]) {
    const error = await early.cluster.settle(call().catch((reason: unknown) => reason));
    expect(GrainError.is(error) && error.reason).toBe("UNIMPLEMENTED");
  }
  const late = await start(after);
  await using __ = late.cluster;
  const gone = getBulbGrainClient(late.caller, "hall").gone({});
  const error = await late.cluster.settle(gone.catch((reason: unknown) => reason));
  expect(GrainError.is(error) && error.reason).toBe("UNIMPLEMENTED");
  expect(heard).toEqual([]);
});

test("the lock lets the one contract become the other, but for the rpc that is gone", () => {
  const read = (path: string) => readFileSync(new URL(`./proto/${path}`, import.meta.url), "utf8");
  const paths = ["mixed/before/bulb.proto", "mixed/after/bulb.proto", "mixed/messages.proto"];
  const options = readFileSync(new URL("../proto/tsgrain/v1/options.proto", import.meta.url), "utf8");
  const set = compile({
    ...Object.fromEntries(paths.map((path) => [path, read(path)])),
    "tsgrain/v1/options.proto": options,
  });
  using folder = temporaryFolder();
  const parameter = `target=ts,streaming=skip,lock=${join(folder.path, "lock.json")}`;
  const run = (path: string) => respond(createPlugin(), { set, files: [path], parameter }).error;
  expect(run("mixed/before/bulb.proto")).toBe("");
  const errors = run("mixed/after/bulb.proto").split("\n");
  expect(errors).toEqual([expect.stringContaining("rpc Gone of kind Bulb is gone")]);
});
