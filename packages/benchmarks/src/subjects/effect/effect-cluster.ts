import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { layerClientProtocol, layerSocketServer } from "@effect/platform-node-shared/NodeClusterSocket";
import { Effect, Layer, ManagedRuntime, Option, References, Schema } from "effect";
import {
  Entity,
  MessageStorage,
  Runner,
  RunnerAddress,
  RunnerHealth,
  RunnerStorage,
  Runners,
  Sharding,
  ShardingConfig,
  SocketRunner,
} from "effect/cluster";
import { Rpc, RpcSerialization } from "effect/rpc";
import type { ClusterProgram, Grains } from "../cluster-program.ts";
import { answerHello, helloRequest } from "../hello.ts";

const HelloEntity = Entity.make("Hello", [
  Rpc.make("hello", {
    payload: { name: Schema.String, number: Schema.Number },
    success: Schema.Struct({ text: Schema.String, number: Schema.Number }),
  }),
]);

const helloLayer = HelloEntity.toLayer(
  HelloEntity.of({ hello: ({ payload }) => Effect.succeed(answerHello(payload)) }),
);

const host = "127.0.0.1";
const quiet = Layer.succeed(References.MinimumLogLevel, "Error");
/** Local calls without the serialisation that it simulates by default, and as many entities as are asked for. */
const sharding = { simulateRemoteSerialization: false, maxResidentEntities: "unbounded" } as const;

/** Effect's cluster with nothing stored: one runner alone, or one with a socket and a client of it. */
export const effectCluster: ClusterProgram = {
  openAlone() {
    return open(
      helloLayer.pipe(
        Layer.provideMerge(Sharding.layer),
        Layer.provide([Runners.layerNoop, RunnerStorage.layerMemory, RunnerHealth.layerNoop]),
        Layer.provide(MessageStorage.layerNoop),
        Layer.provide(ShardingConfig.layer(sharding)),
        Layer.provide(quiet),
      ),
    );
  },
  async serve() {
    const port = await findFreePort();
    const runnerAddress = Option.some(RunnerAddress.make(host, port));
    await open(
      helloLayer.pipe(
        Layer.provideMerge(SocketRunner.layer),
        Layer.provide([layerSocketServer, layerClientProtocol]),
        Layer.provide([RunnerStorage.layerMemory, RunnerHealth.layerNoop, MessageStorage.layerNoop]),
        Layer.provide(ShardingConfig.layer({ ...sharding, runnerAddress })),
        Layer.provide(RpcSerialization.layerSchemaBinary()),
        Layer.provide(quiet),
      ),
    );
    return `${host}:${port}`;
  },
  connect(address) {
    return open(
      SocketRunner.layerClientOnly.pipe(
        Layer.provide(layerClientProtocol),
        Layer.provide([knownRunner(Number(address.split(":")[1])), MessageStorage.layerNoop]),
        Layer.provide(ShardingConfig.layer(sharding)),
        Layer.provide(RpcSerialization.layerSchemaBinary()),
        Layer.provide(quiet),
      ),
    );
  },
};

async function open<E>(layer: Layer.Layer<Sharding.Sharding, E>): Promise<Grains> {
  const runtime = ManagedRuntime.make(layer);
  const clientOf = await runtime.runPromise(HelloEntity.client);
  const context = await runtime.context();
  const run = Effect.runPromiseWith(context);
  return {
    grain(identity) {
      const client = clientOf(identity);
      return { ask: (number) => run(client.hello(helloRequest(number))) };
    },
  };
}

function knownRunner(port: number): Layer.Layer<RunnerStorage.RunnerStorage, unknown> {
  const address = RunnerAddress.make(host, port);
  const runner = Runner.make({ address, groups: ShardingConfig.defaults.assignedShardGroups, weight: 1 });
  return Layer.effect(RunnerStorage.RunnerStorage)(
    Effect.tap(RunnerStorage.makeMemory, (storage) => storage.register(runner, true)),
  );
}

/** The runner takes a port, and tells of none that it chose itself. */
async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, host);
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
