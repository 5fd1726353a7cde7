import type { MessageReader } from "@ts-grain/remote";

/** Bytes of a text that is remembered, at most: a peer may send one as long as a frame. */
const maxBytes = 256;

/** Reads a text that is mostly the same as the one before, which then is the same string, and need not be made. */
export class RepeatedText {
  #last = "";

  /** The text that the reader stands on. Throws as the reader does. */
  read(reader: MessageReader): string {
    const start = reader.pos;
    const end = reader.lengthEnd();
    if (equalsAscii(this.#last, reader.bytes, reader.pos, end)) {
      reader.pos = end;
      return this.#last;
    }
    const byteLength = end - reader.pos;
    reader.pos = start;
    const text = reader.string();
    // Only of ASCII is a byte a character.
    if (text.length === byteLength && byteLength <= maxBytes) this.#last = text;
    return text;
  }
}

/** Whether the bytes between two offsets are this text, of which each character is a byte. */
function equalsAscii(text: string, bytes: Uint8Array, start: number, end: number): boolean {
  if (text.length !== end - start) return false;
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) !== bytes[start + at]) return false;
  return true;
}
