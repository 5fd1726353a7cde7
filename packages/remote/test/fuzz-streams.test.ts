import { create, isMessage, toBinary } from "@bufbuild/protobuf";
import {
  DescriptorProtoSchema,
  type StringValue,
  StringValueSchema,
  StructSchema,
} from "@bufbuild/protobuf/wkt";
import { type ActorContext, PID } from "@ts-grain/actor";
import fc from "fast-check";
import { expect, test } from "vitest";
import { RawPeer } from "../src/testing/raw-peer.ts";
import type { Connection } from "../src/transport/transport.ts";
import { anyFrame } from "./arbitrary-frames.ts";
import { fuzz, fuzzTimeoutMs } from "./fuzzing.ts";
import { RemotePair } from "./remote-pair.ts";

function text(value: string): StringValue {
  return create(StringValueSchema, { value });
}

function echo(context: ActorContext): void {
  if (isMessage(context.message, StringValueSchema) && context.sender) context.respond(context.message);
}

async function start(): Promise<RemotePair> {
  const pair = await RemotePair.start({
    remote: { connectAttempts: 2, types: [StringValueSchema, StructSchema, DescriptorProtoSchema] },
  });
  pair.expose("target", echo);
  return pair;
}

/** What proves that nobody else was harmed. */
async function expectServing({ a }: RemotePair): Promise<void> {
  await expect(a.system.root.requestAsync(new PID("b:1", "target"), text("honest"))).resolves.toEqual(
    text("honest"),
  );
}

/** A text for the target, as an honest peer sends it. */
const honestBatch = {
  typeNames: [StringValueSchema.typeName],
  targets: [{ Address: "b:1", Id: "target" }],
  envelopes: [{ messageData: toBinary(StringValueSchema, text("from outside")) }],
};

type Act =
  | { readonly do: "connect" | "close" | "greet" | "batch"; readonly who: number }
  | { readonly do: "say"; readonly who: number; readonly frame: Uint8Array }
  | { readonly do: "wait"; readonly ms: number };

const who = fc.nat({ max: 2 });
const act: fc.Arbitrary<Act> = fc.oneof(
  fc.record({
    do: fc.constantFrom("connect" as const, "close" as const, "greet" as const, "batch" as const),
    who,
  }),
  { weight: 2, arbitrary: fc.record({ do: fc.constant("say" as const), who, frame: anyFrame }) },
  fc.record({ do: fc.constant("wait" as const), ms: fc.nat({ max: 6_000 }) }),
);

async function perform(pair: RemotePair, visitors: Map<number, RawPeer>, step: Act): Promise<void> {
  if (step.do === "wait") return pair.clock.advance(step.ms);
  const visitor = visitors.get(step.who);
  if (step.do === "connect") {
    visitor?.close();
    visitors.set(step.who, await RawPeer.connect(pair.network.transport(), "b:1"));
  } else if (visitor === undefined) {
    return undefined;
  } else if (step.do === "close") {
    visitor.close();
    visitors.delete(step.who);
  } else if (step.do === "greet") {
    visitor.greet({ systemId: `visitor-${step.who}`, address: `raw:${step.who + 1}` });
  } else if (step.do === "say") {
    visitor.sayBytes(step.frame);
  } else {
    visitor.batch(honestBatch);
  }
  return pair.clock.settle();
}

test(
  "whatever peers send and whenever they come and go, others are served and nothing of them stays",
  async () => {
    await using pair = await start();
    await expectServing(pair);
    const { processes } = pair.b.system.stats;
    const holds = async (steps: readonly Act[]): Promise<void> => {
      const visitors = new Map<number, RawPeer>();
      for (const step of steps) await perform(pair, visitors, step);
      await expectServing(pair);
      for (const peer of visitors.values()) peer.close();
      await pair.clock.advance(60_000);
      expect(pair.b.remote.stats).toMatchObject({ endpoints: 1, sessions: 1, watches: 0 });
      expect(pair.b.system.stats.processes).toBe(processes);
    };
    await fuzz({
      name: "streams of peers that dial us",
      corpus: "streams",
      inputs: fc.array(act, { maxLength: 25 }),
      holds,
    });
  },
  fuzzTimeoutMs,
);

/** What a listener says to who dials it. */
type Answer = { readonly say: Uint8Array } | { readonly wait: number } | { readonly hangUp: true };

const answer: fc.Arbitrary<Answer> = fc.oneof(
  { weight: 4, arbitrary: anyFrame.map((say) => ({ say })) },
  fc.integer({ min: 1, max: 4_000 }).map((wait) => ({ wait })),
  fc.constant({ hangUp: true } as const),
);

test(
  "whatever a peer answers that we dialled, every request to it settles, others are served and nothing of it stays",
  async () => {
    await using pair = await start();
    await expectServing(pair);
    let script: readonly Answer[] = [];
    const answerAll = async (connection: Connection) => {
      for (const step of script) {
        if ("say" in step) connection.send(step.say);
        else if ("hangUp" in step) return connection.close();
        else await new Promise<void>((resolve) => pair.clock.schedule(step.wait, resolve));
      }
    };
    await pair.network.transport().listen({ host: "raw", port: 1 }, (connection) => {
      connection.receive({ onFrame() {}, onWritable() {}, onClose() {} });
      void answerAll(connection);
    });
    const { root } = pair.a.system;
    const holds = async (answers: readonly Answer[]): Promise<void> => {
      script = answers;
      const outcome = root.requestAsync(new PID("raw:1", "x"), text("?"), { timeoutMs: 20_000 }).then(
        () => "answered",
        () => "failed",
      );
      await pair.clock.advance(30_000);
      expect(await outcome).toBe("failed");
      await expectServing(pair);
      script = [{ hangUp: true }];
      pair.network.cut("a:1", "raw:1");
      await pair.clock.advance(60_000);
      pair.network.heal("a:1", "raw:1");
      expect(pair.a.remote.stats).toMatchObject({ endpoints: 1, watches: 0 });
      expect(pair.a.system.stats.pendingRequests).toBe(0);
    };
    await fuzz({
      name: "answers of peers that we dial",
      corpus: "answers",
      inputs: fc.array(answer, { maxLength: 6 }),
      holds,
    });
  },
  fuzzTimeoutMs,
);
