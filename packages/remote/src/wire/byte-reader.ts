import { Buffer } from "node:buffer";
import { RemoteError } from "../remote-error.ts";
import { asciiText } from "./ascii-text.ts";

const strictDecoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const lossyDecoder = new TextDecoder("utf-8", { ignoreBOM: true });
/** Up to this many bytes a loop beats the call into Node. */
const shortString = 12;
/** Messages and groups may nest, but not deeper than protobuf-es allows. */
export const maxDepth = 100;
/** A quarter of what `TextDecoder.decode(subarray)` takes; puts U+FFFD where the bytes are no UTF-8. */
const { utf8Slice } = Buffer.prototype as unknown as {
  readonly utf8Slice: (this: Uint8Array, start: number, end: number) => string;
};

/**
 * Walks over protobuf's primitives in bytes that nobody vouches for. Every method throws `malformed_frame` instead of reading past the end.
 *
 * @example
 * import { ByteReader } from "@ts-grain/remote";
 *
 * // Field 1, a string of two bytes, as a peer has sent it.
 * const reader = new ByteReader(Uint8Array.of(0x0a, 2, 0x68, 0x69));
 * console.log(reader.tag() >> 3, reader.string()); // prints: 1 hi
 */
export class ByteReader {
  bytes: Uint8Array;
  pos: number;
  end: number;
  constructor(bytes: Uint8Array, pos = 0, end: number = bytes.length) {
    this.bytes = bytes;
    this.pos = pos;
    this.end = end;
  }

  /** The low 32 bits of a varint, unsigned; a negative int32 is thereby above 2^31. */
  uint32(): number {
    const byte = this.bytes[this.pos]!;
    if (byte >= 0x80 || this.pos >= this.end) return this.longUint32();
    this.pos++;
    return byte;
  }

  // Private by type only, here and below, as a private method would mark each reader that is made.
  private longUint32(): number {
    const { bytes, pos } = this;
    if (pos + 1 < this.end) {
      const low = bytes[pos]! & 0x7f;
      const second = bytes[pos + 1]!;
      if (second < 0x80) {
        this.pos = pos + 2;
        return low | (second << 7);
      }
      if (pos + 2 >= this.end) return this.anyUint32();
      const third = bytes[pos + 2]!;
      if (third < 0x80) {
        this.pos = pos + 3;
        return low | ((second & 0x7f) << 7) | (third << 14);
      }
    }
    return this.anyUint32();
  }

  private anyUint32(): number {
    const { bytes, end } = this;
    let { pos } = this;
    let result = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      if (pos >= end) throw malformed("the bytes end inside a number");
      const byte = bytes[pos++]!;
      if (shift < 32) result |= (byte & 0x7f) << shift;
      if (byte < 0x80) {
        this.pos = pos;
        return result >>> 0;
      }
    }
    throw malformed("a varint is longer than ten bytes");
  }

  /** A field's tag: number and wire type together. */
  tag(): number {
    const byte = this.bytes[this.pos]!;
    // What most are: one byte, with a number above 0 and a possible wire type.
    if (byte >= 8 && byte < 0x80 && (byte & 7) <= 5 && this.pos < this.end) {
      this.pos++;
      return byte;
    }
    return this.anyTag();
  }

  private anyTag(): number {
    const start = this.pos;
    const tag = this.uint32();
    const length = this.pos - start;
    if (length > 5 || (length === 5 && this.bytes[this.pos - 1]! > 0x0f))
      throw malformed("a tag is too large");
    if (tag < 8) throw malformed("a field has number 0");
    if ((tag & 7) > 5) throw malformed("a field has an impossible wire type");
    return tag;
  }

  int32(): number {
    return this.uint32() | 0;
  }

  sint32(): number {
    const value = this.uint32();
    return (value >>> 1) ^ -(value & 1);
  }

  fixed32(): number {
    return this.sfixed32() >>> 0;
  }

  sfixed32(): number {
    const { bytes, pos } = this;
    this.advance(4);
    return bytes[pos]! | (bytes[pos + 1]! << 8) | (bytes[pos + 2]! << 16) | (bytes[pos + 3]! << 24);
  }

  /** Length-prefixed bytes: a view of those that are read. */
  view(): Uint8Array {
    const end = this.lengthEnd();
    const view = this.bytes.subarray(this.pos, end);
    this.pos = end;
    return view;
  }

  /** Reads a length and returns where its bytes end; the reader stands at their beginning. */
  lengthEnd(): number {
    const end = this.uint32() + this.pos;
    if (end > this.end) throw malformed("a length points past the end");
    return end;
  }

  /** A length-prefixed string of valid UTF-8. Longer than `maxBytes` is `limit_exceeded`. */
  string(maxBytes?: number): string {
    const end = this.lengthEnd();
    if (maxBytes !== undefined && end - this.pos > maxBytes)
      throw limitExceeded(`a string is longer than ${maxBytes} bytes`);
    return this.shortAscii(end) ?? this.text(end, strictDecoder);
  }

  /** A length-prefixed string in which U+FFFD stands for what is no UTF-8. */
  lossyString(): string {
    const end = this.lengthEnd();
    return this.shortAscii(end) ?? this.text(end, lossyDecoder);
  }

  /** Passes over the value of a field that means nothing to us. */
  skip(tag: number, depth = 0): void {
    switch (tag & 7) {
      case 0:
        this.uint32();
        return;
      case 1:
        this.advance(8);
        return;
      case 2:
        this.pos = this.lengthEnd();
        return;
      case 3:
        this.skipGroup(tag >>> 3, depth + 1);
        return;
      case 5:
        this.advance(4);
        return;
      default:
        throw malformed("a field has an impossible wire type");
    }
  }

  private skipGroup(field: number, depth: number): void {
    if (depth > maxDepth) throw malformed("groups nest too deeply");
    for (;;) {
      const tag = this.tag();
      if ((tag & 7) !== 4) {
        this.skip(tag, depth);
      } else if (tag >>> 3 === field) {
        return;
      } else {
        throw malformed("a group is closed by another");
      }
    }
  }

  private shortAscii(end: number): string | undefined {
    if (end - this.pos > shortString) return undefined;
    const text = asciiText(this.bytes, this.pos, end);
    if (text !== undefined) this.pos = end;
    return text;
  }

  private text(end: number, decoder: typeof strictDecoder): string {
    const { bytes, pos } = this;
    this.pos = end;
    const text = utf8Slice.call(bytes, pos, end);
    if (!text.includes("\uFFFD")) return text;
    try {
      return decoder.decode(bytes.subarray(pos, end));
    } catch (cause) {
      throw malformed("a string is not UTF-8", { cause });
    }
  }

  private advance(count: number): void {
    if (this.pos + count > this.end) throw malformed("the bytes end inside a field");
    this.pos += count;
  }
}

export function malformed(why: string, options?: ErrorOptions): RemoteError {
  return new RemoteError("malformed_frame", why, options);
}

export function limitExceeded(why: string): RemoteError {
  return new RemoteError("limit_exceeded", why);
}
