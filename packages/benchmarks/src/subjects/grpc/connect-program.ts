import { createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { HelloService } from "../../gen/tsgrain/benchmarks/v1/hello_pb.ts";
import { answerHello, helloRequest } from "../hello.ts";
import { onlyRequests, type RemoteProgram } from "../remote-subject.ts";
import { serveConnect } from "./serve-connect.ts";

/** A unary gRPC call for each request, by connect-node. */
export const connectProgram: RemoteProgram = {
  serve: () => serveConnect({ routes: (router) => router.service(HelloService, { hello: answerHello }) }),
  connect(address) {
    const client = createClient(
      HelloService,
      createGrpcTransport({ baseUrl: `http://${address}`, defaultTimeoutMs: 5_000 }),
    );
    return Promise.resolve(onlyRequests((number) => client.hello(helloRequest(number))));
  },
};
