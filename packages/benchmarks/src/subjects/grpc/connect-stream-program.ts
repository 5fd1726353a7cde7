import { createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import type { CountResponse, HelloRequest } from "../../gen/tsgrain/benchmarks/v1/hello_pb.ts";
import { HelloStreamService } from "../../gen/tsgrain/benchmarks/v1/hello_stream_pb.ts";
import { helloRequest } from "../hello.ts";
import type { RemoteProgram } from "../remote-subject.ts";
import { serveConnect } from "./serve-connect.ts";

/** Messages this small get no smaller. */
const uncompressed = { acceptCompression: [] };

/** One client stream for many messages, by connect-node, which takes no more of them than the other side lets through. */
export const connectStreamProgram: RemoteProgram = {
  serve: () =>
    serveConnect({ routes: (router) => router.service(HelloStreamService, { count }), ...uncompressed }),
  connect(address) {
    const client = createClient(
      HelloStreamService,
      createGrpcTransport({ baseUrl: `http://${address}`, ...uncompressed }),
    );
    const refuse = () => Promise.reject(new Error("this subject only streams"));
    const tell = async (messages: number) => (await client.count(requests(messages))).count;
    return Promise.resolve({ ask: refuse, tell, exchange: refuse });
  },
};

async function* requests(messages: number): AsyncGenerator<HelloRequest> {
  for (let number = 0; number < messages; number++) yield helloRequest(number);
}

async function count(requests: AsyncIterable<HelloRequest>): Promise<CountResponse> {
  let count = 0;
  for await (const { name } of requests) if (name !== "") count++;
  return { $typeName: "tsgrain.benchmarks.v1.CountResponse", count };
}
