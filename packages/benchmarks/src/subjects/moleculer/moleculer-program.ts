import { type Context, ServiceBroker } from "moleculer";
import type { HelloRequest, HelloResponse } from "../../gen/tsgrain/benchmarks/v1/hello_pb.ts";
import { answerHello, helloRequest } from "../hello.ts";
import { onlyRequests, type RemoteProgram } from "../remote-subject.ts";

const serverId = "server";
const timeoutMs = 5_000;

/** An action of a node that another one calls: moleculer's own TCP transporter, and JSON as by default. */
export const moleculerProgram: RemoteProgram = {
  async serve() {
    const broker = openBroker(serverId);
    broker.createService({
      name: "hello",
      actions: { hello: ({ params }: Context<HelloRequest>) => answerHello(params) },
    });
    await broker.start();
    return `127.0.0.1:${broker.getLocalNodeInfo().port}`;
  },
  async connect(address) {
    const broker = openBroker("client", { urls: `${address}/${serverId}` });
    await broker.start();
    // Gossip brings the list of what the server has, after two seconds.
    await broker.waitForServices("hello");
    return onlyRequests((number) =>
      broker.call<HelloResponse, HelloRequest>("hello.hello", helloRequest(number)),
    );
  },
};

interface KnownNodes {
  /** As `host:port/nodeID`. Of others a node hears when they connect to it. */
  readonly urls?: string;
}

function openBroker(nodeID: string, known: KnownNodes = {}): ServiceBroker {
  return new ServiceBroker({
    nodeID,
    logger: false,
    requestTimeout: timeoutMs,
    transporter: { type: "TCP", options: { udpDiscovery: false, ...known } },
  });
}
