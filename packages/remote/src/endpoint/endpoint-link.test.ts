import { ActorSystem } from "@ts-grain/actor";
import { quietLogger, VirtualClock } from "@ts-grain/actor/testing";
import { expect, test } from "vitest";
import { configureRemote } from "../remote-config.ts";
import { servicesFor } from "../remote-services.ts";
import type { Connection, Transport } from "../transport/transport.ts";
import { TypeRegistry } from "../wire/type-registry.ts";
import { EndpointLink } from "./endpoint-link.ts";
import type { EndpointServices } from "./endpoint-services.ts";
import { ExposedProcesses } from "./exposed-processes.ts";

const self = { systemId: "here", address: "here:1" };
const listener = { onOpen() {}, onWritable() {}, onAnswered() {}, onBroken() {}, onTerminated() {} };

/** A transport whose connections end when a test says so. */
class LingeringTransport implements Transport {
  readonly #gone: PromiseWithResolvers<void>[] = [];

  listen(): never {
    throw new Error("nobody listens");
  }

  async connect(): Promise<Connection> {
    const gone = Promise.withResolvers<void>();
    this.#gone.push(gone);
    return { send: () => true, close() {}, probe() {}, closed: gone.promise };
  }

  /** The oldest connection is gone. */
  end(): void {
    this.#gone.shift()!.resolve();
  }
}

function services(transport: Transport): EndpointServices {
  const system = new ActorSystem({ clock: new VirtualClock(), logger: quietLogger });
  const exposed = new ExposedProcesses(system.processes);
  const config = configureRemote("here", 1);
  return servicesFor(system, { self, config, transport, types: new TypeRegistry(), exposed });
}

const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

test("the end of a connection that we ended is remembered until it is over, and no longer", async () => {
  const transport = new LingeringTransport();
  const shared = services(transport);
  for (const address of ["a:1", "b:1"]) {
    const link = new EndpointLink(address, shared, listener);
    link.want();
    await settle();
    link.terminate("stopped");
  }
  expect(shared.farewells.size).toBe(2);
  transport.end();
  await settle();
  expect(shared.farewells.size).toBe(1);
  transport.end();
  await settle();
  expect(shared.farewells.size).toBe(0);
});

test("the end of a connection is not waited for when the peer is gone", async () => {
  const shared = services(new LingeringTransport());
  const link = new EndpointLink("a:1", shared, listener);
  link.want();
  await settle();
  link.terminate("left");
  expect(shared.farewells.size).toBe(0);
});
