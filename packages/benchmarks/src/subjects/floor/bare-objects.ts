import { isMessage } from "@bufbuild/protobuf";
import { ActorSystem, PID, propsFromFunction } from "@ts-grain/actor";
import { configureRemote, Remote } from "@ts-grain/remote";
import { helloRequestCodec, helloResponseCodec } from "../../gen/tsgrain/benchmarks/v1/hello_codec.ts";
import {
  file_tsgrain_benchmarks_v1_hello,
  HelloRequestSchema,
  type HelloResponse,
} from "../../gen/tsgrain/benchmarks/v1/hello_pb.ts";
import type { ClusterProgram, Grains } from "../cluster-program.ts";
import { answerHello, helloRequest } from "../hello.ts";

/** Objects that each identity keeps: with their table, about as many bytes as an idle grain of ours. */
const objectsEach = 2;

/**
 * What an activation leaves to the collector and to a table, and nothing else of it: small objects that stay, and an entry for
 * them in a map. Between two processes, one actor of ours keeps them, with codecs as grains have them.
 */
export const bareObjects: ClusterProgram = {
  openAlone: () => Promise.resolve(openTable()),
  async serve() {
    const { system, remote } = await startRemote();
    const find = findIn(new Map());
    system.root.spawnNamed(
      propsFromFunction((context) => {
        const { message } = context;
        if (!isMessage(message, HelloRequestSchema)) return;
        context.respond(answerHello({ ...message, name: find(message.name).identity }));
      }),
      "keeper",
    );
    remote.expose("keeper");
    return remote.address;
  },
  async connect(address) {
    const { system } = await startRemote();
    const keeper = new PID(address, "keeper");
    const ask = (name: string, number: number) =>
      system.root.requestAsync<HelloResponse>(keeper, { ...helloRequest(number), name });
    return { grain: (identity) => ({ ask: (number) => ask(identity, number) }) };
  },
};

function openTable(): Grains {
  const find = findIn(new Map());
  const ask = async (identity: string, number: number) =>
    answerHello({ name: find(identity).identity, number });
  return { grain: (identity) => ({ ask: (number) => ask(identity, number) }) };
}

async function startRemote(): Promise<{ readonly system: ActorSystem; readonly remote: Remote }> {
  const system = new ActorSystem();
  const remote = await Remote.start(system, configureRemote("127.0.0.1", 0));
  remote.types.register(file_tsgrain_benchmarks_v1_hello);
  for (const codec of [helloRequestCodec, helloResponseCodec]) remote.types.useCodec(codec);
  return { system, remote };
}

/** A small object, of which an activation has many. */
interface Kept {
  readonly identity: string;
  readonly number: number;
  readonly state: string;
  readonly owner: undefined;
  readonly next: Kept | undefined;
}

function findIn(table: Map<string, Kept>): (identity: string) => Kept {
  return (identity) => {
    const known = table.get(identity);
    if (known) return known;
    const kept = keep(identity);
    table.set(identity, kept);
    return kept;
  };
}

function keep(identity: string): Kept {
  let last: Kept = { identity, number: 1, state: "idle", owner: undefined, next: undefined };
  for (let number = 2; number <= objectsEach; number++)
    last = { identity, number, state: "idle", owner: undefined, next: last };
  return last;
}
