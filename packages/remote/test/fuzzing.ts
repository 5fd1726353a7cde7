import { randomInt } from "node:crypto";
import fc from "fast-check";
import { corpusText, readCorpus } from "./corpus.ts";

const { CI, FUZZ_SECONDS, FUZZ_SEED, TS_GRAIN_NIGHTLY } = process.env;
const seconds = Number(FUZZ_SECONDS ?? (TS_GRAIN_NIGHTLY === "true" ? 300 : CI === "true" ? 30 : 1));

/** Milliseconds that a test with a fuzzer in it may take. */
export const fuzzTimeoutMs = seconds * 1_000 + 30_000;

/** What is tried, and on what. */
export interface Fuzzer<T> {
  readonly name: string;
  /** Its folder in `test/corpus`. */
  readonly corpus: string;
  readonly inputs: fc.Arbitrary<T>;
  readonly holds: (input: T) => Promise<void> | void;
}

/**
 * Tries the corpus, and then new inputs for a while: a second, in CI 30, at night 300, or as many as FUZZ_SECONDS says. Prints the seed;
 * FUZZ_SEED tries the same inputs again. What fails is printed as it can be put into the corpus.
 */
export async function fuzz<T>({ name, corpus, inputs, holds }: Fuzzer<T>): Promise<void> {
  const entries = readCorpus<T>(corpus);
  for (const entry of entries) {
    try {
      await holds(entry.input);
    } catch (error) {
      throw new Error(`${name}: the corpus's ${corpus}/${entry.name} fails`, { cause: error });
    }
  }
  const seed = Number(FUZZ_SEED ?? randomInt(2 ** 31));
  let runs = 0;
  const property = fc.asyncProperty(inputs, async (input) => {
    runs++;
    await holds(input);
  });
  const details = await fc.check(property, {
    seed,
    numRuns: Number.MAX_SAFE_INTEGER,
    plugins: [fc.interruptAfterTimeLimit(seconds * 1_000)],
  });
  console.log(
    `fuzzed ${name} with ${entries.length} inputs of the corpus and ${runs} others: FUZZ_SEED=${seed} FUZZ_SECONDS=${seconds}`,
  );
  if (!details.failed) return;
  const [input] = (details.counterexample ?? []) as [T?];
  console.log(`for packages/remote/test/corpus/${corpus}:\n${corpusText(`seed ${seed}`, input)}`);
  throw new Error(await fc.asyncDefaultReportMessage(details), { cause: details.errorInstance });
}
