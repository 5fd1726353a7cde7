import { readdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";

const folder = new URL("corpus/", import.meta.url);
const hex = "hex:";

/** An input of the corpus. */
export interface CorpusEntry<T> {
  readonly name: string;
  readonly input: T;
}

/**
 * The inputs of a fuzzer that were worth keeping: those that found something, and small ones of each kind of hostility. Each is a
 * JSON file that says why it is there; bytes stand in it as `hex:…`.
 */
export function readCorpus<T>(fuzzer: string): readonly CorpusEntry<T>[] {
  const here = new URL(`${fuzzer}/`, folder);
  const names = readdirSync(here).filter((name) => name.endsWith(".json"));
  if (names.length === 0) throw new Error(`the corpus ${fuzzer} is empty`);
  return names.map((name) => {
    const { input } = JSON.parse(readFileSync(new URL(name, here), "utf8"), toBytes) as { readonly input: T };
    return { name: basename(name, ".json"), input };
  });
}

/** What a file of the corpus says. */
export function corpusText(why: string, input: unknown): string {
  const toHex = (_key: string, value: unknown): unknown =>
    value instanceof Uint8Array ? hex + Buffer.from(value).toString("hex") : value;
  // A Buffer would turn itself into numbers before it is seen.
  return JSON.stringify({ why, input: plain(input) }, toHex);
}

function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return new Uint8Array(value);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
}

function toBytes(_key: string, value: unknown): unknown {
  if (typeof value !== "string" || !value.startsWith(hex)) return value;
  return new Uint8Array(Buffer.from(value.slice(hex.length), "hex"));
}
