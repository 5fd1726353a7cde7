import type { Message as ProtobufMessage } from "@bufbuild/protobuf";
import type { MessageHeaders, PID } from "@ts-grain/actor";
import { RemoteError } from "../remote-error.ts";
import { ByteWriter, varintLength, writeVarint } from "./byte-writer.ts";
import { EnvelopePattern, writeMessageData } from "./envelope-pattern.ts";
import type { MessageCodec } from "./message-codec.ts";
import { checkHeaders, checkName, type MessageLimits, noMessageLimits } from "./message-limits.ts";
import { NameIndex } from "./name-index.ts";

// Tags: field number * 8 + wire type.
const tag = {
  batch: 0x0a,
  typeName: 0x0a,
  target: 0x12,
  envelope: 0x1a,
  sender: 0x22,
  typeId: 0x08,
  targetIndex: 0x18,
  senderIndex: 0x20,
  serializerId: 0x28,
  header: 0x32,
  targetRequestId: 0x38,
  senderRequestId: 0x40,
  entry: 0x0a,
  key: 0x0a,
  value: 0x12,
} as const;

/** Bytes of memory that the envelopes of a batch leave to those of the next. A single message may have needed many times as many. */
const keptCapacity = 1024 * 1024;

/** One message on its way out, and how to write it. */
export interface Outgoing {
  readonly message: ProtobufMessage;
  readonly codec: MessageCodec;
  readonly target: PID;
  readonly sender: PID | undefined;
  /** Whom the peer is told instead of the sender, whose request it answers all the same. Default: the sender. */
  readonly replyTo?: PID | undefined;
  readonly headers: MessageHeaders | undefined;
}

/**
 * Builds one `MessageBatch` while messages arrive: each is encoded at once, so that it is a snapshot and no object waits.
 * All targets live at one address. Type names, targets and senders are written once per batch and referred to by index.
 */
export class BatchWriter {
  readonly #typeNames = new ByteWriter();
  readonly #targets = new ByteWriter();
  readonly #envelopes = new ByteWriter(4096);
  readonly #senders = new ByteWriter();
  readonly #typeIndex = new NameIndex();
  readonly #targetIndex = new NameIndex();
  readonly #ownSenderIndex = new NameIndex();
  readonly #foreignSenderIndex = new NameIndex();
  readonly #targetAddress: string;
  readonly #ownAddress: string;
  readonly #limits: MessageLimits;
  #count = 0;
  #isWriting = false;
  /** Bytes of the tables. */
  #tableBytes = 0;
  // What the last message named, as most name the same.
  #lastTarget: PID | undefined;
  #lastTargetIndex = 0;
  #lastSender: PID | undefined;
  #lastSenderIndex = 0;
  readonly #pattern = new EnvelopePattern();

  constructor(targetAddress: string, ownAddress: string, limits: MessageLimits = noMessageLimits) {
    this.#limits = limits;
    this.#targetAddress = targetAddress;
    this.#ownAddress = ownAddress;
  }

  /** Messages in the open batch. */
  get count(): number {
    return this.#count;
  }

  /** Bytes of memory that it holds for envelopes. */
  get capacity(): number {
    return this.#envelopes.capacity;
  }

  /** Size of the open batch, without the few bytes that frame it. */
  get byteLength(): number {
    return this.#tableBytes + this.#envelopes.length;
  }

  /**
   * Appends one message. False if the batch would then be longer than `maxBytes`. If it is refused, or its codec throws,
   * the batch holds the messages that it held before.
   *
   * @throws RemoteError "not_serializable" if it is called by a codec that writes another message into the batch; "message_too_large" for
   * names or headers that the peer would not take.
   */
  add({ message, codec, target, sender, replyTo, headers }: Outgoing, maxBytes: number): boolean {
    return this.put(maxBytes, message, codec, target, sender, replyTo, headers);
  }

  /** The same. So many parameters, as an object for them would be more to collect than the message itself. */
  put(
    maxBytes: number,
    message: ProtobufMessage,
    codec: MessageCodec,
    target: PID,
    sender: PID | undefined,
    replyTo: PID | undefined,
    headers: MessageHeaders | undefined,
  ): boolean {
    // A getter of the message may send another one, which must not end up inside of it.
    if (this.#isWriting) throw new RemoteError("not_serializable", "it was sent while another was encoded");
    const into = this.#envelopes;
    const before = into.length;
    this.#isWriting = true;
    try {
      const start = into.beginField(tag.envelope);
      number(into, tag.typeId, this.#typeId(codec.typeName));
      const messageStart = into.length;
      writeMessageData(codec, message, into);
      const messageEnd = into.length;
      number(into, tag.targetIndex, this.#targetId(target));
      if (sender !== undefined) into.field(tag.senderIndex, this.#senderId(replyTo ?? sender));
      number(into, tag.serializerId, codec.serializerId);
      if (
        headers === undefined &&
        target.requestId === 0 &&
        (sender === undefined || sender.requestId === 0)
      ) {
        if ((replyTo ?? sender) === sender)
          this.#pattern.learn({ message, codec, target, sender }, into, { start, messageStart, messageEnd });
      } else {
        if (headers !== undefined) writeHeaders(into, headers, this.#limits);
        number(into, tag.targetRequestId, target.requestId);
        if (sender !== undefined) number(into, tag.senderRequestId, sender.requestId);
      }
      into.endLength(start);
    } catch (error) {
      this.#takeBack(before);
      throw error;
    } finally {
      this.#isWriting = false;
    }
    return this.#isKept(before, maxBytes);
  }

  /**
   * Appends a message without headers if it is of the type of the one before, which was no request, and goes the same way. False, and
   * nothing has happened, if it is another, if its codec throws, or if the batch would then be longer than `maxBytes`.
   */
  putAlike(maxBytes: number, message: ProtobufMessage, target: PID, sender: PID | undefined): boolean {
    if (!this.#pattern.fits(message, target, sender) || this.#isWriting) return false;
    const into = this.#envelopes;
    const before = into.length;
    this.#isWriting = true;
    try {
      this.#pattern.write(message, into);
    } catch {
      this.#takeBack(before);
      return false;
    } finally {
      this.#isWriting = false;
    }
    return this.#isKept(before, maxBytes);
  }

  /** Counts what was appended, or takes it back if it is too much. */
  #isKept(before: number, maxBytes: number): boolean {
    if (this.byteLength > maxBytes) {
      this.#takeBack(before);
      return false;
    }
    this.#count++;
    return true;
  }

  /** The open batch as the bytes of one `RemoteMessage`; a new batch begins. */
  finish(): Uint8Array {
    const size = this.byteLength;
    const frame = new Uint8Array(1 + varintLength(size) + size);
    frame[0] = tag.batch;
    let at = writeVarint(frame, 1, size);
    at = this.#typeNames.copyTo(frame, at);
    at = this.#targets.copyTo(frame, at);
    at = this.#envelopes.copyTo(frame, at);
    this.#senders.copyTo(frame, at);
    this.#clear();
    return frame;
  }

  #takeBack(before: number): void {
    this.#envelopes.truncate(before);
    this.#envelopes.shrink(keptCapacity);
  }

  #typeId(typeName: string): number {
    const known = this.#typeIndex.get(typeName);
    if (known !== undefined) return known;
    checkName(typeName, this.#limits);
    const index = this.#typeIndex.size;
    this.#typeIndex.add(typeName, index);
    this.#typeNames.byte(tag.typeName);
    this.#typeNames.string(typeName);
    this.#countTables();
    return index;
  }

  #targetId(target: PID): number {
    if (target !== this.#lastTarget) {
      this.#lastTargetIndex = this.#findTarget(target.id);
      this.#lastTarget = target;
    }
    return this.#lastTargetIndex;
  }

  #findTarget(id: string): number {
    const known = this.#targetIndex.get(id);
    if (known !== undefined) return known;
    checkName(id, this.#limits);
    const index = this.#targetIndex.size;
    this.#targetIndex.add(id, index);
    writePid(this.#targets, tag.target, this.#targetAddress, id);
    this.#countTables();
    return index;
  }

  /** Counted from 1: 0 means that there is no sender. */
  #senderId(sender: PID): number {
    if (sender !== this.#lastSender) {
      this.#lastSenderIndex = this.#findSender(sender);
      this.#lastSender = sender;
    }
    return this.#lastSenderIndex;
  }

  #findSender(sender: PID): number {
    const isOwn = sender.address === this.#ownAddress;
    const seen = isOwn ? this.#ownSenderIndex : this.#foreignSenderIndex;
    const key = isOwn ? sender.id : `${sender.address}/${sender.id}`;
    const known = seen.get(key);
    if (known !== undefined) return known;
    checkName(sender.id, this.#limits);
    const index = this.#ownSenderIndex.size + this.#foreignSenderIndex.size + 1;
    seen.add(key, index);
    writePid(this.#senders, tag.sender, sender.address, sender.id);
    this.#countTables();
    return index;
  }

  #countTables(): void {
    this.#tableBytes = this.#typeNames.length + this.#targets.length + this.#senders.length;
  }

  #clear(): void {
    this.#typeNames.truncate(0);
    this.#targets.truncate(0);
    this.#takeBack(0);
    this.#senders.truncate(0);
    this.#typeIndex.clear();
    this.#targetIndex.clear();
    this.#ownSenderIndex.clear();
    this.#foreignSenderIndex.clear();
    this.#count = 0;
    this.#tableBytes = 0;
    this.#lastTarget = undefined;
    this.#lastSender = undefined;
    this.#pattern.forget();
  }
}

function number(into: ByteWriter, fieldTag: number, value: number): void {
  if (value !== 0) into.field(fieldTag, value);
}

function writePid(into: ByteWriter, fieldTag: number, address: string, id: string): void {
  const start = into.beginField(fieldTag);
  text(into, tag.key, address);
  text(into, tag.value, id);
  into.endLength(start);
}

function text(into: ByteWriter, fieldTag: number, value: string): void {
  if (value === "") return;
  into.byte(fieldTag);
  into.string(value);
}

function writeHeaders(into: ByteWriter, headers: MessageHeaders, limits: MessageLimits): void {
  const names = Object.keys(headers);
  if (names.length === 0) return;
  const start = into.beginField(tag.header);
  for (const name of names) {
    const entry = into.beginField(tag.entry);
    into.byte(tag.key);
    into.string(name);
    into.byte(tag.value);
    into.string(headers[name]!);
    into.endLength(entry);
  }
  checkHeaders(headers, into.length - start, limits);
  into.endLength(start);
}
