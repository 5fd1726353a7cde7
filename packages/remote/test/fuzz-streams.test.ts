import { toBinary } from "@bufbuild/protobuf";
import { StringValueSchema } from "@bufbuild/protobuf/wkt";
import fc from "fast-check";
import { expect, test } from "vitest";
import { RawPeer } from "../src/testing/raw-peer.ts";
import { anyFrame } from "./arbitrary-frames.ts";
import { fuzz, fuzzTimeoutMs } from "./fuzzing.ts";
import type { RemotePair } from "./remote-pair.ts";
import { expectServing, startServing, text } from "./serving-pair.ts";

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
    await using pair = await startServing();
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
