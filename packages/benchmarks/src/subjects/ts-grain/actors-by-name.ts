import { isMessage } from "@bufbuild/protobuf";
import { type ActorContext, ActorSystem, type PID, propsFromFunction } from "@ts-grain/actor";
import { HelloRequestSchema, type HelloResponse } from "../../gen/tsgrain/benchmarks/v1/hello_pb.ts";
import type { ClusterProgram } from "../cluster-program.ts";
import { answerHello, helloRequest } from "../hello.ts";
import type { Responder } from "../local-subject.ts";
import { tsGrainRemote } from "./ts-grain-remote.ts";

/** What grain calls ride on: requests to an actor that is there already and whose PID is known. */
export const actorsByName: ClusterProgram = {
  openAlone() {
    const system = new ActorSystem();
    const hello = system.root.spawn(propsFromFunction(receiveHello));
    return Promise.resolve({ grain: () => responder(system, hello) });
  },
  serve: () => tsGrainRemote().serve(),
  async connect(address) {
    const hello = await tsGrainRemote().connect(address);
    return { grain: () => hello };
  },
};

function receiveHello(context: ActorContext): void {
  const { message } = context;
  if (isMessage(message, HelloRequestSchema)) context.respond(answerHello(message));
}

function responder({ root }: ActorSystem, hello: PID): Responder {
  return { ask: (number) => root.requestAsync<HelloResponse>(hello, helloRequest(number)) };
}
