import { once } from "node:events";
import { createServer } from "node:http2";
import type { AddressInfo } from "node:net";
import { createClient } from "@connectrpc/connect";
import { connectNodeAdapter, createGrpcTransport } from "@connectrpc/connect-node";
import { HelloService } from "../../gen/tsgrain/benchmarks/v1/hello_pb.ts";
import { answerHello, helloRequest } from "../hello.ts";
import { onlyRequests, type RemoteProgram } from "../remote-subject.ts";

/** A unary gRPC call for each request, by connect-node. */
export const connectProgram: RemoteProgram = {
  async serve() {
    const adapter = connectNodeAdapter({
      routes: (router) => router.service(HelloService, { hello: answerHello }),
    });
    const server = createServer(adapter);
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return `127.0.0.1:${(server.address() as AddressInfo).port}`;
  },
  connect(address) {
    const client = createClient(
      HelloService,
      createGrpcTransport({ baseUrl: `http://${address}`, defaultTimeoutMs: 5_000 }),
    );
    return Promise.resolve(onlyRequests((number) => client.hello(helloRequest(number))));
  },
};
