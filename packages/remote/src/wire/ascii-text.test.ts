import { expect, test } from "vitest";
import { asciiText } from "./ascii-text.ts";

const lengths = Array.from({ length: 30 }, (_, length) => length);
const alphabet = "abcdefghijklmnopqrstuvwxyz0123456789";

test.for(lengths)("%i bytes of ASCII are read as they are", (length) => {
  const text = alphabet.slice(0, length);
  expect(asciiText(new TextEncoder().encode(`<${text}>`), 1, length + 1)).toBe(text);
});

test.for(lengths.slice(1))("one byte of %i that is not ASCII is seen wherever it stands", (length) => {
  for (let at = 0; at < length; at++) {
    const bytes = new TextEncoder().encode(alphabet.slice(0, length));
    bytes[at]! |= 0x80;
    expect(asciiText(bytes, 0, length)).toBeUndefined();
  }
});
