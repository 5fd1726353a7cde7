import type { UnknownField } from "@bufbuild/protobuf";
import { RemoteError } from "../remote-error.ts";

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
  /** Over the same bytes, once there was a need for it. */
  #view: DataView | undefined;

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

  /** Bytes of memory that it holds. */
  get capacity(): number {
    return this.#bytes.length;
  }

  /** Gives back what is above so many bytes of capacity, unless more are written. */
  shrink(capacity: number): void {
    if (this.#bytes.length <= capacity || this.#length > capacity) return;
    this.#bytes = this.#bytes.slice(0, capacity);
    this.#view = undefined;
  }

  /** What was written so far, until the next call that writes. */
  view(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Copies what was written, by default all of it, to an offset, and returns where it ends there. */
  copyTo(target: Uint8Array, at: number, from = 0, to: number = this.#length): number {
    if (to - from > shortCopy) target.set(this.#bytes.subarray(from, to), at);
    else for (let index = from; index < to; index++) target[at + index - from] = this.#bytes[index]!;
    return at + to - from;
  }

  byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = value;
  }

  /** A field's tag: number and wire type together. */
  tag(tag: number): this {
    this.#reserve(5);
    if (tag <= 0x7f) this.#bytes[this.#length++] = tag;
    else this.#length = writeVarint(this.#bytes, this.#length, tag);
    return this;
  }

  /** An unsigned 32 bit varint. */
  uint32(value: number): void {
    if (value >>> 0 !== value) throw unfit("uint32", value);
    this.#reserve(5);
    if (value <= 0x7f) this.#bytes[this.#length++] = value;
    else this.#length = writeVarint(this.#bytes, this.#length, value);
  }

  /** A 32 bit varint; a negative number takes ten bytes. */
  int32(value: number): void {
    if ((value | 0) !== value) throw unfit("int32", value);
    if (value < 0) this.#varint64(value, -1);
    else this.uint32(value | 0);
  }

  /** A zigzag 32 bit varint. */
  sint32(value: number): void {
    if ((value | 0) !== value) throw unfit("sint32", value);
    this.uint32(((value << 1) ^ (value >> 31)) >>> 0);
  }

  fixed32(value: number): void {
    if (value >>> 0 !== value) throw unfit("fixed32", value);
    this.#room(4).setUint32(this.#length, value, true);
    this.#length += 4;
  }

  sfixed32(value: number): void {
    if ((value | 0) !== value) throw unfit("sfixed32", value);
    this.#room(4).setInt32(this.#length, value, true);
    this.#length += 4;
  }

  /** A finite number that would become infinite is refused. */
  float(value: number): void {
    if (typeof value !== "number" || (Number.isFinite(value) && !Number.isFinite(Math.fround(value))))
      throw unfit("float", value);
    this.#room(4).setFloat32(this.#length, value, true);
    this.#length += 4;
  }

  double(value: number): void {
    if (typeof value !== "number") throw unfit("double", value);
    this.#room(8).setFloat64(this.#length, value, true);
    this.#length += 8;
  }

  /** Whatever is truthy is true, as protobuf-es has it. */
  bool(truth: unknown): void {
    this.byte(truth ? 1 : 0);
  }

  /** A 64 bit varint; a negative number takes ten bytes. */
  int64(value: bigint): void {
    if (BigInt.asIntN(64, value) !== value) throw unfit("int64", value);
    halves.setBigInt64(0, value);
    this.#varint64(halves.getInt32(4), halves.getInt32(0));
  }

  uint64(value: bigint): void {
    if (BigInt.asUintN(64, value) !== value) throw unfit("uint64", value);
    halves.setBigUint64(0, value);
    this.#varint64(halves.getInt32(4), halves.getInt32(0));
  }

  /** A zigzag 64 bit varint. */
  sint64(value: bigint): void {
    if (BigInt.asIntN(64, value) !== value) throw unfit("sint64", value);
    halves.setBigInt64(0, value);
    const low = halves.getInt32(4);
    const high = halves.getInt32(0);
    const sign = high >> 31;
    this.#varint64((low << 1) ^ sign, ((high << 1) | (low >>> 31)) ^ sign);
  }

  fixed64(value: bigint): void {
    if (BigInt.asUintN(64, value) !== value) throw unfit("fixed64", value);
    this.#room(8).setBigUint64(this.#length, value, true);
    this.#length += 8;
  }

  sfixed64(value: bigint): void {
    if (BigInt.asIntN(64, value) !== value) throw unfit("sfixed64", value);
    this.#room(8).setBigInt64(this.#length, value, true);
    this.#length += 8;
  }

  /** A field's tag, of one byte, and an unsigned 32 bit varint. */
  field(tag: number, value: number): void {
    this.#reserve(6);
    const at = this.#length;
    this.#bytes[at] = tag;
    if (value <= 0x7f) this.#bytes[at + 1] = value;
    this.#length = value <= 0x7f ? at + 2 : writeVarint(this.#bytes, at + 1, value);
  }

  raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** Length-prefixed bytes. */
  bytes(bytes: Uint8Array): void {
    if (!(bytes instanceof Uint8Array)) throw unfit("bytes", bytes);
    this.uint32(bytes.length);
    this.raw(bytes);
  }

  /** A length-prefixed UTF-8 string; a lone surrogate becomes U+FFFD. */
  string(text: string): void {
    if (typeof text !== "string") throw unfit("string", text);
    this.#reserve(text.length * 3 + 5);
    if (text.length <= shortString && this.#shortAscii(text)) return;
    const start = this.beginLength();
    this.#length += encoder.encodeInto(text, this.#bytes.subarray(this.#length)).written;
    this.endLength(start);
  }

  /** The fields that protobuf-es kept of a type that knew more. */
  unknown(fields: readonly UnknownField[]): void {
    for (const { no, wireType, data } of fields) this.tag(((no << 3) | wireType) >>> 0).raw(data);
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

  /** A few bytes of an array, from one index to another. */
  few(bytes: Uint8Array, from: number, to: number): void {
    this.#reserve(to - from);
    const into = this.#bytes;
    const shift = this.#length - from;
    for (let index = from; index < to; index++) into[shift + index] = bytes[index]!;
    this.#length = shift + to;
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
    const bytes = this.#bytes;
    let at = this.#length;
    bytes[at++] = text.length;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code > 0x7f) return false;
      bytes[at++] = code;
    }
    this.#length = at;
    return true;
  }

  /** The varint of two halves. */
  #varint64(low: number, high: number): void {
    this.#reserve(10);
    let [lowRest, highRest] = [low >>> 0, high >>> 0];
    while (highRest > 0 || lowRest > 0x7f) {
      this.#bytes[this.#length++] = (lowRest & 0x7f) | 0x80;
      lowRest = ((lowRest >>> 7) | (highRest << 25)) >>> 0;
      highRest >>>= 7;
    }
    this.#bytes[this.#length++] = lowRest;
  }

  /** A view of the bytes, in which there is room for so many more. */
  #room(more: number): DataView {
    this.#reserve(more);
    this.#view ??= new DataView(this.#bytes.buffer);
    return this.#view;
  }

  #reserve(more: number): void {
    const needed = this.#length + more;
    if (needed <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
    this.#view = undefined;
  }
}

/** Splits 64 bit numbers; nothing stays in it. */
const halves = new DataView(new ArrayBuffer(8));

function unfit(type: string, value: unknown): RemoteError {
  return new RemoteError("not_serializable", `not a value of ${type}: ${String(value)}`);
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
