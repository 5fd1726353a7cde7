import { expect, test } from "vitest";
import { corpusText } from "./corpus.ts";

test("what is printed of a failing input is what a file of the corpus says", () => {
  const input = [[Buffer.from([1, 255]), new Uint8Array(0)], [3], { do: "say", frame: Uint8Array.of(10) }];
  expect(JSON.parse(corpusText("an example", input))).toEqual({
    why: "an example",
    input: [["hex:01ff", "hex:"], [3], { do: "say", frame: "hex:0a" }],
  });
});
