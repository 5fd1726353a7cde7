import type { Duplex } from "node:stream";
import { idOf, Name, NameTable } from "./name.ts";

const prefixBytes = 5;
const maxBatchBytes = 64 * 1024;
const maxBatchMessages = 1000;
/** More than any envelope of the benchmarks has; it is below what one byte tells. */
const maxEnvelopeBytes = 127;

/** The fields of `remote.MessageBatch` and of `remote.MessageEnvelope`: their numbers times eight, and how they are written. */
const tag = { typeName: 0x0a, target: 0x12, envelope: 0x1a, sender: 0x22 } as const;
const envelopeTag = { type: 0x08, data: 0x12, target: 0x18, sender: 0x20 } as const;
/** Which number an envelope bears: that of the request that it answers, or its own. */
export const numberTag = { answered: 0x38, asking: 0x40 } as const;

/** Writes a message's body at an offset and returns where it ends. */
export type WriteBody = (bytes: Buffer, at: number) => number;

/** What all envelopes of one kind name. */
export interface Route {
  readonly type: Name;
  readonly target: Name;
  readonly sender: Name | undefined;
  readonly number: (typeof numberTag)[keyof typeof numberTag];
}

/** Takes what is sent to one process: the type's place in the pipe's list of types, and the envelope's number. */
export type Receive = (this: void, type: number, number: number) => void;

/** Who may receive, and what. */
export interface Receivers {
  /** Names of the types. */
  readonly types: readonly string[];
  /** By the id of the process. */
  readonly processes: ReadonlyMap<string, Receive>;
}

/**
 * Batches of envelopes on a stream, in the bytes that Proto.Actor puts on one: type, target and sender stand in tables at
 * the head of the batch. What is sent in one turn of the event loop leaves together.
 *
 * Bare: no flow control, no limits, no checks; names and envelopes are short, and indices small.
 */
export class Pipe {
  readonly #stream: Duplex;
  readonly #receivers: Receivers;
  readonly #envelopes: Buffer = Buffer.allocUnsafeSlow(maxBatchBytes + maxEnvelopeBytes);
  readonly #types = new NameTable(tag.typeName);
  readonly #targets = new NameTable(tag.target);
  readonly #senders = new NameTable(tag.sender);
  #length = 0;
  #count = 0;
  #batch = 1;
  #rest: Buffer | undefined;
  // What the tables of the last batch held, and their bytes.
  #tables: Buffer = Buffer.alloc(0);
  #typeNumbers: number[] = [];
  #processes: (Receive | undefined)[] = [];
  #senderNames: Name[] = [];
  /** Where the body of the present envelope lies, while a receiver runs. */
  bytes: Buffer = Buffer.alloc(0);
  start = 0;
  end = 0;
  /** Who sent it. */
  sender: Name | undefined;

  constructor(stream: Duplex, receivers: Receivers) {
    this.#stream = stream;
    this.#receivers = receivers;
    stream.on("data", (chunk: Buffer) => this.#read(chunk));
  }

  send({ type, target, sender, number: fieldTag }: Route, number: number, writeBody?: WriteBody): void {
    if (this.#count === 0) process.nextTick(this.#flush);
    const bytes = this.#envelopes;
    const start = this.#length;
    let at = start + 2;
    at = writeNumber(bytes, at, envelopeTag.type, this.#types.indexOf(type, this.#batch));
    if (writeBody !== undefined) {
      const bodyStart = at + 2;
      const bodyEnd = writeBody(bytes, bodyStart);
      bytes[at] = envelopeTag.data;
      bytes[at + 1] = bodyEnd - bodyStart;
      at = bodyEnd;
    }
    at = writeNumber(bytes, at, envelopeTag.target, this.#targets.indexOf(target, this.#batch));
    if (sender !== undefined)
      at = writeNumber(bytes, at, envelopeTag.sender, this.#senders.indexOf(sender, this.#batch) + 1);
    at = writeNumber(bytes, at, fieldTag, number);
    bytes[start] = tag.envelope;
    bytes[start + 1] = at - start - 2;
    this.#length = at;
    this.#count++;
    if (this.#count === maxBatchMessages || at >= maxBatchBytes) this.#flush();
  }

  readonly #flush = (): void => {
    if (this.#count === 0) return;
    const tables = [this.#types, this.#targets, this.#senders];
    const size = tables.reduce((sum, { length }) => sum + length, this.#length);
    // A new one, as the stream keeps what it is given until it has left.
    const frame = Buffer.allocUnsafe(prefixBytes + size);
    frame[0] = 0;
    frame.writeUInt32BE(size, 1);
    let at = prefixBytes;
    for (const table of tables) {
      at += table.bytes.copy(frame, at, 0, table.length);
      table.clear();
    }
    this.#envelopes.copy(frame, at, 0, this.#length);
    this.#length = 0;
    this.#count = 0;
    this.#batch++;
    this.#stream.write(frame);
  };

  #read(chunk: Buffer): void {
    const bytes = this.#rest === undefined ? chunk : Buffer.concat([this.#rest, chunk]);
    this.bytes = bytes;
    let at = 0;
    while (bytes.length - at >= prefixBytes) {
      const end = at + prefixBytes + bytes.readUInt32BE(at + 1);
      if (end > bytes.length) break;
      this.#readEnvelopes(this.#readTables(at + prefixBytes), end);
      at = end;
    }
    this.#rest = at === bytes.length ? undefined : bytes.subarray(at);
  }

  /** Returns where the tables end. They are looked into only if they are not the ones of the batch before. */
  #readTables(start: number): number {
    const { bytes } = this;
    let end = start;
    while (bytes[end] !== tag.envelope) end += 2 + bytes[end + 1]!;
    if (bytes.compare(this.#tables, 0, this.#tables.length, start, end) === 0) return end;
    this.#tables = Buffer.from(bytes.subarray(start, end));
    this.#typeNumbers = [];
    this.#processes = [];
    this.#senderNames = [];
    for (let at = 0; at < this.#tables.length; at += 2 + this.#tables[at + 1]!) this.#readEntry(at);
    return end;
  }

  #readEntry(at: number): void {
    const name = new Name(this.#tables.subarray(at + 2, at + 2 + this.#tables[at + 1]!));
    const { types, processes } = this.#receivers;
    if (this.#tables[at] === tag.typeName) this.#typeNumbers.push(types.indexOf(name.bytes.toString()));
    else if (this.#tables[at] === tag.target) this.#processes.push(processes.get(idOf(name)));
    else this.#senderNames.push(name);
  }

  #readEnvelopes(start: number, end: number): void {
    const { bytes } = this;
    for (let at = start; at < end; ) {
      const stop = at + 2 + bytes[at + 1]!;
      let type = 0;
      let target = 0;
      let sender = 0;
      let number = 0;
      this.start = this.end = stop;
      for (at += 2; at < stop; ) {
        const field = bytes[at++]!;
        if (field === envelopeTag.data) {
          this.start = at + 1;
          this.end = at = this.start + bytes[at]!;
          continue;
        }
        let value = 0;
        for (let shift = 0; ; shift += 7) {
          const byte = bytes[at++]!;
          value |= (byte & 0x7f) << shift;
          if (byte < 0x80) break;
        }
        if (field === envelopeTag.type) type = value;
        else if (field === envelopeTag.target) target = value;
        else if (field === envelopeTag.sender) sender = value;
        else number = value;
      }
      this.sender = sender === 0 ? undefined : this.#senderNames[sender - 1];
      this.#processes[target]!(this.#typeNumbers[type]!, number);
    }
  }
}

/** Zeros are left out. */
function writeNumber(bytes: Buffer, at: number, fieldTag: number, value: number): number {
  if (value === 0) return at;
  bytes[at++] = fieldTag;
  let rest = value;
  while (rest > 0x7f) {
    bytes[at++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  bytes[at++] = rest;
  return at;
}
