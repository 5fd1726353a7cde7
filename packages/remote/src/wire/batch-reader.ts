import type { MessageHeaders, PID } from "@ts-grain/actor";
import { type ByteReader, limitExceeded, malformed } from "./byte-reader.ts";
import type { MessageLimits } from "./message-limits.ts";
import { RecentEntries } from "./recent-entries.ts";

/** What a received batch may hold. Above these the batch is refused before anything is built from it. */
export interface BatchLimits extends MessageLimits {
  /** Envelopes in a batch, and so also entries of each of its tables. */
  readonly maxEnvelopes: number;
  /** Fields, list and map entries in all messages of a batch together. */
  readonly maxElements: number;
}

/** A PID as the batch's tables hold it. */
export interface WirePid {
  readonly address: string;
  readonly id: string;
  /** What it stands for where the batch is received; there once somebody has made it, for all batches that name it alike. */
  pid: PID | undefined;
}

/** What the tables of a peer's last batches held. Kept from batch to batch. */
export class RecentTables {
  readonly typeNames: RecentEntries<string> = new RecentEntries<string>();
  readonly targets: RecentEntries<WirePid> = new RecentEntries<WirePid>();
  readonly senders: RecentEntries<WirePid> = new RecentEntries<WirePid>();
}

/**
 * Walks over the envelopes of one encoded `MessageBatch` from an untrusted peer. Nothing is copied: `messageStart` and
 * `messageEnd` are offsets into the frame.
 *
 * The tables are read first, wherever they stand; then {@link next} moves from envelope to envelope and checks its indices.
 * Constructor and `next` throw RemoteError "malformed_frame" or "limit_exceeded".
 */
export class BatchReader {
  readonly typeNames: string[] = [];
  readonly targets: WirePid[] = [];
  readonly senders: WirePid[] = [];
  /** How many envelopes there are. */
  readonly count: number;
  typeIndex = 0;
  targetIndex = 0;
  /** −1 if the message has no sender. */
  senderIndex = -1;
  serializerId = 0;
  targetRequestId = 0;
  senderRequestId = 0;
  messageStart = 0;
  messageEnd = 0;
  headers: MessageHeaders | undefined = undefined;
  /** Whether the envelope was found to have nothing but a type, a target, perhaps a sender, and a message. */
  isPlain = false;
  /** Whether it, and the one before, are plain and name the same type, target and sender. */
  isAlike = false;
  readonly #reader: ByteReader;
  readonly #limits: BatchLimits;
  readonly #recent: RecentTables;

  constructor(body: ByteReader, limits: BatchLimits, recent: RecentTables = new RecentTables()) {
    this.#reader = body;
    this.#limits = limits;
    this.#recent = recent;
    const start = body.pos;
    this.count = this.#readTables();
    body.pos = start;
  }

  /** Moves to the next envelope; false after the last. */
  next(): boolean {
    const reader = this.#reader;
    if (this.#readPlain(reader)) return true;
    this.isPlain = false;
    this.isAlike = false;
    while (reader.pos < reader.end) {
      const tag = reader.tag();
      if (tag === 0x1a) {
        this.#readEnvelope(reader);
        return true;
      }
      reader.skip(tag);
    }
    return false;
  }

  /**
   * Reads an envelope in one go if nothing in it is longer than what one byte tells, as is so for most; false, and nothing has
   * happened, if it is not of that kind.
   */
  #readPlain(reader: ByteReader): boolean {
    const { bytes, pos } = reader;
    if (pos + 1 >= reader.end || bytes[pos] !== 0x1a) return false;
    const length = bytes[pos + 1]!;
    let at = pos + 2;
    const end = at + length;
    if (length >= 0x80 || end > reader.end) return false;
    let typeIndex = 0;
    let targetIndex = 0;
    let senderIndex = -1;
    let messageStart = 0;
    let messageEnd = 0;
    while (at + 1 < end) {
      const tag = bytes[at]!;
      const value = bytes[at + 1]!;
      if (value >= 0x80) return false;
      at += 2;
      if (tag === 0x12) {
        messageStart = at;
        at += value;
        messageEnd = at;
      } else if (tag === 0x20) {
        senderIndex = value - 1;
      } else if (tag === 0x08) {
        typeIndex = value;
      } else if (tag === 0x18) {
        targetIndex = value;
      } else {
        return false;
      }
    }
    if (at !== end) return false;
    reader.pos = end;
    this.isAlike =
      this.isPlain &&
      typeIndex === this.typeIndex &&
      targetIndex === this.targetIndex &&
      senderIndex === this.senderIndex;
    if (!this.isAlike) this.#take(typeIndex, targetIndex, senderIndex);
    this.messageStart = messageStart;
    this.messageEnd = messageEnd;
    return true;
  }

  /** Takes the indices of a plain envelope. */
  #take(typeIndex: number, targetIndex: number, senderIndex: number): void {
    if (!this.isPlain) this.#reset();
    this.isPlain = false;
    this.typeIndex = typeIndex;
    this.targetIndex = targetIndex;
    this.senderIndex = senderIndex;
    checkIndices(this);
    this.isPlain = true;
  }

  /** Returns how many envelopes it passed over. */
  #readTables(): number {
    const reader = this.#reader;
    let envelopes = 0;
    for (;;) {
      envelopes += passShortEnvelopes(reader);
      this.#limit(envelopes);
      if (reader.pos >= reader.end) return envelopes;
      const tag = reader.tag();
      if (tag === 0x1a) {
        reader.pos = reader.lengthEnd();
        envelopes++;
      } else {
        this.#readEntry(reader, tag);
      }
    }
  }

  #readEntry(reader: ByteReader, tag: number): void {
    const { typeNames, targets, senders } = this;
    if (tag === 0x0a) typeNames.push(this.#entry(this.#recent.typeNames, typeNames.length, readName));
    else if (tag === 0x12) targets.push(this.#entry(this.#recent.targets, targets.length, readPid));
    else if (tag === 0x22) senders.push(this.#entry(this.#recent.senders, senders.length, readPid));
    else reader.skip(tag);
    this.#limit(Math.max(typeNames.length, targets.length, senders.length));
  }

  #entry<Entry>(
    recent: RecentEntries<Entry>,
    place: number,
    read: (reader: ByteReader, maxNameBytes: number) => Entry,
  ): Entry {
    const reader = this.#reader;
    const start = reader.pos;
    const end = reader.lengthEnd();
    const known = recent.find(place, reader.bytes, reader.pos, end);
    if (known !== undefined) {
      reader.pos = end;
      return known;
    }
    const bodyStart = reader.pos;
    reader.pos = start;
    const entry = read(reader, this.#limits.maxNameBytes);
    recent.remember(place, reader.bytes.subarray(bodyStart, end), entry);
    return entry;
  }

  #limit(entries: number): void {
    if (entries > this.#limits.maxEnvelopes)
      throw limitExceeded(`a batch has more than ${this.#limits.maxEnvelopes} entries`);
  }

  #readEnvelope(reader: ByteReader): void {
    this.#reset();
    const batchEnd = reader.end;
    reader.end = reader.lengthEnd();
    while (reader.pos < reader.end) {
      const tag = reader.tag();
      // What nearly every envelope has.
      if (tag === 0x12) {
        this.messageEnd = reader.lengthEnd();
        this.messageStart = reader.pos;
        reader.pos = this.messageEnd;
      } else if (tag === 0x20) {
        this.senderIndex = reader.uint32() - 1;
      } else {
        this.#readField(reader, tag);
      }
    }
    reader.end = batchEnd;
    checkIndices(this);
  }

  #reset(): void {
    this.typeIndex = 0;
    this.targetIndex = 0;
    this.senderIndex = -1;
    this.serializerId = 0;
    this.targetRequestId = 0;
    this.senderRequestId = 0;
    this.messageStart = 0;
    this.messageEnd = 0;
    this.headers = undefined;
  }

  #readField(reader: ByteReader, tag: number): void {
    switch (tag) {
      case 0x08:
        this.typeIndex = reader.uint32();
        return;
      case 0x18:
        this.targetIndex = reader.uint32();
        return;
      case 0x28:
        this.serializerId = reader.uint32();
        return;
      case 0x32:
        if (this.headers !== undefined) throw malformed("an envelope has two sets of headers");
        this.headers = readHeaders(reader, this.#limits);
        return;
      case 0x38:
        this.targetRequestId = reader.uint32();
        return;
      case 0x40:
        this.senderRequestId = reader.uint32();
        return;
      default:
        reader.skip(tag);
    }
  }
}

function checkIndices({
  typeIndex,
  typeNames,
  targetIndex,
  targets,
  senderIndex,
  senders,
}: BatchReader): void {
  if (typeIndex >= typeNames.length) throw malformed("an envelope names a type that is not in its batch");
  if (targetIndex >= targets.length) throw malformed("an envelope names a target that is not in its batch");
  if (senderIndex >= senders.length) throw malformed("an envelope names a sender that is not in its batch");
}

/** Passes over whole envelopes of fewer than 128 bytes, as most are. Returns how many. */
function passShortEnvelopes(reader: ByteReader): number {
  const { bytes, end } = reader;
  let { pos } = reader;
  let count = 0;
  while (pos + 1 < end && bytes[pos] === 0x1a && bytes[pos + 1]! < 0x80) {
    const next = pos + 2 + bytes[pos + 1]!;
    if (next > end) break;
    pos = next;
    count++;
  }
  reader.pos = pos;
  return count;
}

function readName(reader: ByteReader, maxNameBytes: number): string {
  return reader.string(maxNameBytes);
}

function readPid(reader: ByteReader, maxNameBytes: number): WirePid {
  const outerEnd = reader.end;
  reader.end = reader.lengthEnd();
  let address = "";
  let id = "";
  while (reader.pos < reader.end) {
    const tag = reader.tag();
    if (tag === 0x0a) address = reader.string(maxNameBytes);
    else if (tag === 0x12) id = reader.string(maxNameBytes);
    else reader.skip(tag);
  }
  reader.end = outerEnd;
  return { address, id, pid: undefined };
}

function readHeaders(reader: ByteReader, limits: BatchLimits): MessageHeaders {
  const outerEnd = reader.end;
  reader.end = reader.lengthEnd();
  if (reader.end - reader.pos > limits.maxHeaderBytes) {
    throw limitExceeded(`the headers of a message are longer than ${limits.maxHeaderBytes} bytes`);
  }
  // Without a prototype: a key such as __proto__ is only a key.
  const headers: Record<string, string> = Object.create(null);
  let count = 0;
  while (reader.pos < reader.end) {
    const tag = reader.tag();
    if (tag !== 0x0a) {
      reader.skip(tag);
    } else if (++count > limits.maxHeaders) {
      throw limitExceeded(`a message has more than ${limits.maxHeaders} headers`);
    } else {
      readHeader(reader, headers);
    }
  }
  reader.end = outerEnd;
  return headers;
}

function readHeader(reader: ByteReader, into: Record<string, string>): void {
  const outerEnd = reader.end;
  reader.end = reader.lengthEnd();
  let name = "";
  let value = "";
  while (reader.pos < reader.end) {
    const tag = reader.tag();
    if (tag === 0x0a) name = reader.string();
    else if (tag === 0x12) value = reader.string();
    else reader.skip(tag);
  }
  reader.end = outerEnd;
  into[name] = value;
}
