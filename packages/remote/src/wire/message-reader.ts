import type { Message } from "@bufbuild/protobuf";
import { ByteReader, malformed, maxDepth } from "./byte-reader.ts";

/**
 * Reads messages and all that can be in them, as protobuf-es does.
 *
 * @example
 * import { MessageReader } from "@ts-grain/remote";
 *
 * // A message of four bytes whose field 1 is the string "hi".
 * const reader = new MessageReader(Uint8Array.of(4, 0x0a, 2, 0x68, 0x69));
 * const end = reader.beginMessage();
 * while (reader.pos < end) {
 *   if (reader.tag() >> 3 === 1) console.log(reader.string()); // prints: hi
 * }
 * reader.endMessage();
 */
export class MessageReader extends ByteReader {
  /** How many messages the reader is in. */
  #depth = 1;
  /** The halves of the last 64 bit varint. */
  #low = 0;
  #high = 0;

  /** Begins anew, with a message between two offsets of other bytes. */
  restart(bytes: Uint8Array, start: number, end: number): void {
    this.bytes = bytes;
    this.pos = start;
    this.end = end;
    this.#depth = 1;
  }

  /**
   * Reads a message's length and returns where it ends; give what follows to {@link endMessage}, once its fields were
   * read. Deeper than protobuf-es allows is malformed.
   */
  beginMessage(): number {
    if (this.#depth >= maxDepth) throw malformed("messages nest too deeply");
    this.#depth++;
    return this.lengthEnd();
  }

  /** How many messages the reader is in, the outermost included. */
  get depth(): number {
    return this.#depth;
  }

  endMessage(): void {
    this.#depth--;
  }

  /** Where the values of a repeated number end, whether they are packed or this is one of them. */
  listEnd(tag: number): number {
    // A value takes at least a byte, so that one is read.
    return (tag & 7) === 2 ? this.lengthEnd() : this.pos + 1;
  }

  /** Keeps a field that the message's type does not know, as protobuf-es does. */
  unknown(tag: number, message: Message): void {
    const start = this.pos;
    this.skipField(tag);
    message.$unknown ??= [];
    message.$unknown.push({ no: tag >>> 3, wireType: tag & 7, data: this.bytes.subarray(start, this.pos) });
  }

  /** Passes over a field of the message that the reader is in. */
  skipField(tag: number): void {
    this.skip(tag, this.#depth);
  }

  float(): number {
    halves.setInt32(0, this.sfixed32());
    return halves.getFloat32(0);
  }

  double(): number {
    this.readHalves();
    return halves.getFloat64(0);
  }

  bool(): boolean {
    this.varint64();
    return this.#low !== 0 || this.#high !== 0;
  }

  int64(): bigint {
    this.varint64();
    return signed(this.#low, this.#high);
  }

  uint64(): bigint {
    this.varint64();
    return unsigned(this.#low, this.#high);
  }

  sint64(): bigint {
    this.varint64();
    const sign = -(this.#low & 1);
    return signed(((this.#low >>> 1) | (this.#high << 31)) ^ sign, (this.#high >>> 1) ^ sign);
  }

  fixed64(): bigint {
    this.readHalves();
    return halves.getBigUint64(0);
  }

  sfixed64(): bigint {
    this.readHalves();
    return halves.getBigInt64(0);
  }

  /** A 64 bit varint. What does not fit into ten bytes is malformed. */
  private varint64(): void {
    let low = 0;
    let high = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      if (this.pos >= this.end) throw malformed("the bytes end inside a number");
      const byte = this.bytes[this.pos++]!;
      const bits = byte & 0x7f;
      if (shift < 32) low |= bits << shift;
      if (shift === 28) high = bits >> 4;
      else if (shift > 28) high |= bits << (shift - 32);
      if (byte < 0x80) {
        this.#low = low;
        this.#high = high;
        return;
      }
    }
    throw malformed("a varint is longer than ten bytes");
  }

  /** Eight bytes, the low ones first, as {@link halves} has them. */
  private readHalves(): void {
    const low = this.sfixed32();
    halves.setInt32(0, this.sfixed32());
    halves.setInt32(4, low);
  }
}

/** Joins 64 bit numbers; nothing stays in it. */
const halves = new DataView(new ArrayBuffer(8));

function signed(low: number, high: number): bigint {
  halves.setInt32(0, high);
  halves.setInt32(4, low);
  return halves.getBigInt64(0);
}

function unsigned(low: number, high: number): bigint {
  halves.setInt32(0, high);
  halves.setInt32(4, low);
  return halves.getBigUint64(0);
}
