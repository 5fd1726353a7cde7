import { randomInt } from "node:crypto";
import fc from "fast-check";

const { CI, FUZZ_SECONDS, FUZZ_SEED } = process.env;
const seconds = Number(FUZZ_SECONDS ?? (CI === "true" ? 15 : 1));

/** Milliseconds that a test with a fuzzer in it may take. */
export const fuzzTimeoutMs = seconds * 1_000 + 30_000;

/**
 * Tries inputs against a property for a while: a second, in CI fifteen, or as many as FUZZ_SECONDS says. Prints the seed;
 * FUZZ_SEED tries the same inputs again.
 */
export async function fuzz<T>(
  name: string,
  inputs: fc.Arbitrary<T>,
  holds: (input: T) => Promise<void> | void,
): Promise<void> {
  const seed = Number(FUZZ_SEED ?? randomInt(2 ** 31));
  let runs = 0;
  const property = fc.asyncProperty(inputs, async (input) => {
    runs++;
    await holds(input);
  });
  try {
    await fc.assert(property, {
      seed,
      numRuns: Number.MAX_SAFE_INTEGER,
      plugins: [fc.interruptAfterTimeLimit(seconds * 1_000)],
    });
  } finally {
    console.log(`fuzzed ${name} with ${runs} inputs: FUZZ_SEED=${seed} FUZZ_SECONDS=${seconds}`);
  }
}
