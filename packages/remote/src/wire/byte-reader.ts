import { RemoteError } from "../remote-error.ts";

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
/** Up to this many bytes a loop beats the call into TextDecoder. */
const shortString = 16;
/** Groups in unknown fields may nest, but not deeper than protobuf-es allows. */
const maxGroupDepth = 100;

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
  readonly bytes: Uint8Array;
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
    if (byte >= 0x80 || this.pos >= this.end) return this.#longUint32();
    this.pos++;
    return byte;
  }

  #longUint32(): number {
    let result = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = this.#byte();
      if (shift < 32) result |= (byte & 0x7f) << shift;
      if (byte < 0x80) return result >>> 0;
    }
    throw malformed("a varint is longer than ten bytes");
  }

  /** A field's tag: number and wire type together. */
  tag(): number {
    const tag = this.uint32();
    if (tag < 8) throw malformed("a field has number 0");
    return tag;
  }

  /** Reads a length and returns where its bytes end; the reader stands at their beginning. */
  lengthEnd(): number {
    const end = this.uint32() + this.pos;
    if (end > this.end) throw malformed("a length points past the end");
    return end;
  }

  /** A length-prefixed string of valid UTF-8. Longer than `maxBytes` is `limit_exceeded`. */
  string(maxBytes: number = Number.POSITIVE_INFINITY): string {
    const end = this.lengthEnd();
    if (end - this.pos > maxBytes) throw limitExceeded(`a string is longer than ${maxBytes} bytes`);
    const text = end - this.pos <= shortString ? this.#shortAscii(end) : undefined;
    if (text !== undefined) return text;
    const view = this.bytes.subarray(this.pos, end);
    this.pos = end;
    try {
      return decoder.decode(view);
    } catch (cause) {
      throw malformed("a string is not UTF-8", { cause });
    }
  }

  /** Passes over the value of a field that means nothing to us. */
  skip(tag: number, depth = 0): void {
    switch (tag & 7) {
      case 0:
        this.uint32();
        return;
      case 1:
        this.#advance(8);
        return;
      case 2:
        this.pos = this.lengthEnd();
        return;
      case 3:
        this.#skipGroup(tag >>> 3, depth + 1);
        return;
      case 5:
        this.#advance(4);
        return;
      default:
        throw malformed("a field has an impossible wire type");
    }
  }

  #skipGroup(field: number, depth: number): void {
    if (depth > maxGroupDepth) throw malformed("groups nest too deeply");
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

  #shortAscii(end: number): string | undefined {
    let text = "";
    for (let i = this.pos; i < end; i++) {
      const code = this.bytes[i]!;
      if (code > 0x7f) return undefined;
      text += String.fromCharCode(code);
    }
    this.pos = end;
    return text;
  }

  #byte(): number {
    if (this.pos >= this.end) throw malformed("the bytes end inside a number");
    return this.bytes[this.pos++]!;
  }

  #advance(count: number): void {
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
