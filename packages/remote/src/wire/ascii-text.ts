const { fromCharCode } = String;

/** The text of ASCII bytes between two offsets; undefined if there are others. Meant for short ones. */
export function asciiText(bytes: Uint8Array, start: number, end: number): string | undefined {
  let all = 0;
  for (let at = start; at < end; at++) all |= bytes[at]!;
  if (all > 0x7f) return undefined;
  return end - start <= 8 ? spelled(bytes, start, end) : longer(bytes, start, end);
}

// Up to eight characters: a call with arguments of its own takes half of what one with an array of them takes.
function spelled(b: Uint8Array, at: number, end: number): string {
  switch (end - at) {
    case 0:
      return "";
    case 1:
      return fromCharCode(b[at]!);
    case 2:
      return fromCharCode(b[at]!, b[at + 1]!);
    case 3:
      return fromCharCode(b[at]!, b[at + 1]!, b[at + 2]!);
    case 4:
      return fromCharCode(b[at]!, b[at + 1]!, b[at + 2]!, b[at + 3]!);
    case 5:
      return fromCharCode(b[at]!, b[at + 1]!, b[at + 2]!, b[at + 3]!, b[at + 4]!);
    case 6:
      return fromCharCode(b[at]!, b[at + 1]!, b[at + 2]!, b[at + 3]!, b[at + 4]!, b[at + 5]!);
    case 7:
      return fromCharCode(b[at]!, b[at + 1]!, b[at + 2]!, b[at + 3]!, b[at + 4]!, b[at + 5]!, b[at + 6]!);
    default:
      return spelled(b, at, at + 4) + spelled(b, at + 4, end);
  }
}

function longer(bytes: Uint8Array, start: number, end: number): string {
  const codes = new Array<number>(end - start);
  for (let at = start; at < end; at++) codes[at - start] = bytes[at]!;
  return fromCharCode.apply(String, codes);
}
