const { fromCharCode } = String;

/** The text of ASCII bytes between two offsets; undefined if there are others. Meant for short ones. */
export function asciiText(bytes: Uint8Array, start: number, end: number): string | undefined {
  return end - start <= 8 ? spelled(bytes, start, end) : longer(bytes, start, end);
}

// Up to eight characters: a call with arguments of its own takes half of what one with an array of them takes.
function spelled(bytes: Uint8Array, at: number, end: number): string | undefined {
  const length = end - at;
  if (length === 0) return "";
  const a = bytes[at]!;
  if (length === 1) return a > 0x7f ? undefined : fromCharCode(a);
  const b = bytes[at + 1]!;
  if (length === 2) return (a | b) > 0x7f ? undefined : fromCharCode(a, b);
  const c = bytes[at + 2]!;
  if (length === 3) return (a | b | c) > 0x7f ? undefined : fromCharCode(a, b, c);
  const d = bytes[at + 3]!;
  const abcd = a | b | c | d;
  if (length === 4) return abcd > 0x7f ? undefined : fromCharCode(a, b, c, d);
  const e = bytes[at + 4]!;
  if (length === 5) return (abcd | e) > 0x7f ? undefined : fromCharCode(a, b, c, d, e);
  const f = bytes[at + 5]!;
  if (length === 6) return (abcd | e | f) > 0x7f ? undefined : fromCharCode(a, b, c, d, e, f);
  const g = bytes[at + 6]!;
  if (length === 7) return (abcd | e | f | g) > 0x7f ? undefined : fromCharCode(a, b, c, d, e, f, g);
  const h = bytes[at + 7]!;
  return (abcd | e | f | g | h) > 0x7f ? undefined : fromCharCode(a, b, c, d, e, f, g, h);
}

function longer(bytes: Uint8Array, start: number, end: number): string | undefined {
  let all = 0;
  const codes = new Array<number>(end - start);
  for (let at = start; at < end; at++) {
    const byte = bytes[at]!;
    all |= byte;
    codes[at - start] = byte;
  }
  return all > 0x7f ? undefined : fromCharCode.apply(String, codes);
}
