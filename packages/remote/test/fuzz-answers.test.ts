import { PID } from "@ts-grain/actor";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Connection } from "../src/transport/transport.ts";
import { anyFrame } from "./arbitrary-frames.ts";
import { fuzz, fuzzTimeoutMs } from "./fuzzing.ts";
import { expectServing, startServing, text } from "./serving-pair.ts";

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
    await using pair = await startServing();
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
