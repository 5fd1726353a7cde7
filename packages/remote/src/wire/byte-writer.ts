const encoder = new TextEncoder();
/** Up to this many characters a loop beats the call into TextEncoder. */
const shortString = 24;
/** Up to this many bytes a loop beats a view and a copy. */
const shortCopy = 64;

/**
 * Appends protobuf's primitives to a buffer that grows and is used again and again.
 *
 * @example
 * import type { ByteWriter } from "@ts-grain/remote";
 *
 * // A field 2 that holds a message with a string as its field 1.
 * function writeName(name: string, into: ByteWriter): void {
 *   const start = into.beginField(0x12);
 *   into.byte(0x0a);
 *   into.string(name);
 *   into.endLength(start);
 * }
 */
export class ByteWriter {
  #bytes: Uint8Array<ArrayBuffer>;
  #length = 0;

  constructor(initialCapacity = 256) {
    this.#bytes = new Uint8Array(initialCapacity);
  }

  /** Bytes written so far. */
  get length(): number {
    return this.#length;
  }

  /** Forgets what was written after the first `length` bytes; the capacity stays. */
  truncate(length: number): void {
    this.#length = Math.min(length, this.#length);
  }

  /** What was written so far, until the next call that writes. */
  view(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Copies what was written so far to an offset, and returns where it ends there. */
  copyTo(target: Uint8Array, at: number): number {
    const end = at + this.#length;
    if (this.#length > shortCopy) target.set(this.view(), at);
    else for (let from = 0, to = at; to < end; from++, to++) target[to] = this.#bytes[from]!;
    return end;
  }

  byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = value;
  }

  /** An unsigned 32 bit varint. */
  uint32(value: number): void {
    this.#reserve(5);
    this.#length = writeVarint(this.#bytes, this.#length, value);
  }

  /** A field's tag, of one byte, and an unsigned 32 bit varint. */
  field(tag: number, value: number): void {
    this.#reserve(6);
    this.#bytes[this.#length] = tag;
    if (value <= 0x7f) {
      this.#bytes[this.#length + 1] = value;
      this.#length += 2;
    } else {
      this.#length = writeVarint(this.#bytes, this.#length + 1, value);
    }
  }

  raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** A length-prefixed UTF-8 string; a lone surrogate becomes U+FFFD. */
  string(text: string): void {
    this.#reserve(text.length * 3 + 5);
    if (text.length <= shortString && this.#shortAscii(text)) return;
    const start = this.beginLength();
    this.#length += encoder.encodeInto(text, this.#bytes.subarray(this.#length)).written;
    this.endLength(start);
  }

  /** Leaves room for the length of what comes next; give the result to {@link endLength}. */
  beginLength(): number {
    this.byte(0);
    return this.#length;
  }

  /** The same after a field's tag, of one byte. */
  beginField(tag: number): number {
    this.#reserve(2);
    this.#bytes[this.#length] = tag;
    this.#length += 2;
    return this.#length;
  }

  /** Writes how many bytes came since {@link beginLength}. */
  endLength(start: number): void {
    const size = this.#length - start;
    if (size <= 0x7f) {
      this.#bytes[start - 1] = size;
      return;
    }
    // The one byte that was left free is too small: what was written moves up.
    const extra = varintLength(size) - 1;
    this.#reserve(extra);
    this.#bytes.copyWithin(start + extra, start, this.#length);
    this.#length = start - 1;
    this.uint32(size);
    this.#length += size;
  }

  #shortAscii(text: string): boolean {
    const start = this.#length;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code > 0x7f) return false;
      this.#bytes[start + 1 + i] = code;
    }
    this.#bytes[start] = text.length;
    this.#length = start + 1 + text.length;
    return true;
  }

  #reserve(more: number): void {
    const needed = this.#length + more;
    if (needed <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
  }
}

/** How many bytes the varint of an unsigned 32 bit number takes. */
export function varintLength(value: number): number {
  if (value < 0x80) return 1;
  if (value < 0x4000) return 2;
  if (value < 0x20_0000) return 3;
  return value < 0x1000_0000 ? 4 : 5;
}

/** Writes the varint of an unsigned 32 bit number at an offset, and returns where it ends. */
export function writeVarint(bytes: Uint8Array, at: number, value: number): number {
  let end = at;
  let rest = value;
  while (rest > 0x7f) {
    bytes[end++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  bytes[end++] = rest;
  return end;
}
