import { MessageReader } from "@ts-grain/remote";
import fc from "fast-check";
import { expect, test } from "vitest";
import { RepeatedText } from "./repeated-text.ts";

/** What is read when each text comes after the other. */
function readAll(texts: readonly string[]): readonly string[] {
  const repeated = new RepeatedText();
  const encoder = new TextEncoder();
  return texts.map((text) => {
    const bytes = encoder.encode(text);
    // Lengths of more than seven bits take two bytes.
    const length = bytes.length < 128 ? [bytes.length] : [(bytes.length & 127) | 128, bytes.length >> 7];
    return repeated.read(new MessageReader(Uint8Array.from([...length, ...bytes])));
  });
}

test("it reads what was written, whatever came before", () => {
  const text = fc.oneof(
    fc.constantFrom("a", "b", "", "Bulb", "x".repeat(300), "Ã©", "é"),
    fc.string({ unit: "grapheme" }),
  );
  fc.assert(
    fc.property(fc.array(text), (texts) => {
      expect(readAll(texts)).toEqual(texts);
    }),
  );
});

test("a text whose characters are the bytes of the next is another text", () => {
  expect(readAll(["Ã©", "é", "Ã©"])).toEqual(["Ã©", "é", "Ã©"]);
});
