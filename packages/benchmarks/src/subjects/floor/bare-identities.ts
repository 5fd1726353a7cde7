import type { HelloRequest } from "../../gen/tsgrain/benchmarks/v1/hello_pb.ts";
import type { ClusterProgram, Grains } from "../cluster-program.ts";
import { answerHello, helloRequest } from "../hello.ts";
import { BareActor, type Behaviour } from "./bare-actor.ts";
import { BareLoop } from "./bare-loop.ts";

/**
 * The best that the platform gives: a map of mailboxes that are made when first asked for. There is no other process:
 * activations in another one are measured against the same.
 */
export const bareIdentities: ClusterProgram = {
  openAlone,
  serve: () => Promise.resolve("nowhere"),
  connect: openAlone,
};

function openAlone(): Promise<Grains> {
  const loop = new BareLoop();
  const actors = new Map<string, BareActor>();
  const find = (identity: string): BareActor => {
    let actor = actors.get(identity);
    if (actor === undefined) {
      actor = new BareActor(loop, new Hello());
      actors.set(identity, actor);
    }
    return actor;
  };
  const ask = (identity: string, number: number) =>
    new Promise<{ readonly number: number }>((resolve) => find(identity).send(helloRequest(number), resolve));
  return Promise.resolve({ grain: (identity) => ({ ask: (number) => ask(identity, number) }) });
}

class Hello implements Behaviour {
  receive(request: unknown, answer: unknown): void {
    (answer as (response: unknown) => void)(answerHello(request as HelloRequest));
  }
}
