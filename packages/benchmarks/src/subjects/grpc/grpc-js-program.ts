import { fromBinary, toBinary } from "@bufbuild/protobuf";
import {
  credentials,
  makeGenericClientConstructor,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServiceDefinition,
  type sendUnaryData,
} from "@grpc/grpc-js";
import {
  type HelloRequest,
  HelloRequestSchema,
  type HelloResponse,
  HelloResponseSchema,
} from "../../gen/tsgrain/benchmarks/v1/hello_pb.ts";
import { deadlineIn } from "../../measurement/clock.ts";
import { answerHello, helloRequest } from "../hello.ts";
import { onlyRequests, type RemoteProgram } from "../remote-subject.ts";

const timeoutMs = 5_000;

const service: ServiceDefinition = {
  hello: {
    path: "/tsgrain.benchmarks.v1.HelloService/Hello",
    requestStream: false,
    responseStream: false,
    requestSerialize: (request: HelloRequest) => Buffer.from(toBinary(HelloRequestSchema, request)),
    requestDeserialize: (bytes) => fromBinary(HelloRequestSchema, bytes),
    responseSerialize: (response: HelloResponse) => Buffer.from(toBinary(HelloResponseSchema, response)),
    responseDeserialize: (bytes) => fromBinary(HelloResponseSchema, bytes),
  },
};

const HelloClient = makeGenericClientConstructor(service, "HelloService");

type Answered = (error: Error | null, response: HelloResponse) => void;
type Hello = (request: HelloRequest, options: { readonly deadline: Date }, answered: Answered) => void;

/** A unary gRPC call for each request, by grpc-js with protobuf-es. */
export const grpcJsProgram: RemoteProgram = {
  async serve() {
    const server = new Server();
    server.addService(service, {
      hello: (
        { request }: ServerUnaryCall<HelloRequest, HelloResponse>,
        answer: sendUnaryData<HelloResponse>,
      ) => answer(null, answerHello(request)),
    });
    const port = await new Promise<number>((resolve, reject) => {
      server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
        error === null ? resolve(bound) : reject(error),
      );
    });
    return `127.0.0.1:${port}`;
  },
  connect(address) {
    const client = new HelloClient(address, credentials.createInsecure());
    const hello = (client["hello"] as Hello).bind(client);
    const ask = (number: number) =>
      new Promise<HelloResponse>((resolve, reject) => {
        const options = { deadline: deadlineIn(timeoutMs) };
        hello(helloRequest(number), options, (error, response) =>
          error === null ? resolve(response) : reject(error),
        );
      });
    return Promise.resolve(onlyRequests(ask));
  },
};
