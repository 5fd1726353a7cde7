import { create, toBinary } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { GoModel } from "../test/go-model.ts";
import { RemotePair } from "../test/remote-pair.ts";
import { WatchSchema } from "./gen/actor/actor_pb.ts";
import { RawPeer } from "./testing/raw-peer.ts";

test("what a peer has sent when a remote shuts down at once makes it connect to nobody", async () => {
  await using pair = await RemotePair.start();
  const go = new GoModel(pair, { systemId: "go" });
  await go.listen();
  const peer = (await RawPeer.connect(pair.network.transport(), "b:1")).greet({
    systemId: "go",
    address: "go:1",
  });
  const Watcher = { Address: "go:1", Id: "w" };
  const messageData = toBinary(WatchSchema, create(WatchSchema, { Watcher }));
  const envelopes = Array.from({ length: 1_000 }, () => ({ messageData }));
  const targets = [{ Address: "b:1", Id: "nobody" }];
  for (let batch = 0; batch < 20; batch++)
    peer.batch({ typeNames: [WatchSchema.typeName], targets, envelopes });
  await Promise.resolve();
  const ending = pair.b.remote.shutdown({ graceful: false });
  await pair.clock.advance(60_000);
  await ending;
  expect(pair.b.remote.stats).toMatchObject({ endpoints: 0, sessions: 0 });
  expect(go.told).toEqual([]);
});
