import type { Message as ProtobufMessage } from "@bufbuild/protobuf";
import type { Message } from "@ts-grain/actor";
import type { BatchReader } from "../wire/batch-reader.ts";
import { ByteReader, limitExceeded } from "../wire/byte-reader.ts";
import { countJsonElements } from "../wire/element-counter.ts";
import type { MessageCodec } from "../wire/message-codec.ts";
import { MessageReader } from "../wire/message-reader.ts";
import type { RegisteredType } from "../wire/type-registry.ts";
import type { EndpointServices } from "./endpoint-services.ts";
import type { ReceivedBatch } from "./received-batch.ts";

/** Makes messages of one batch's bytes, and keeps count of what they are built of. */
export class MessageDecoder {
  readonly #services: EndpointServices;
  readonly #received: ReceivedBatch;
  readonly #isCounted: boolean;
  #elementsLeft: number;
  /** For codecs that read by themselves; made for the first of them. */
  #reader: MessageReader | undefined;
  /** Whether codecs read by themselves: not once one of them has left a message to its `decode`, as it then is likely to leave others. */
  #isSwift: boolean;
  /** Whether a message of the batch was none. */
  #hasFailed = false;

  constructor(services: EndpointServices, received: ReceivedBatch) {
    this.#services = services;
    this.#received = received;
    this.#elementsLeft = services.batchLimits.maxElements;
    // An element takes at least a byte, so that only a long frame can have too many.
    this.#isCounted = received.frame.length > this.#elementsLeft;
    this.#isSwift = !this.#isCounted;
  }

  /**
   * The message of the envelope that the reader stands on; undefined if its bytes are no message of its type, or it would
   * be built of more than what is left to the batch.
   */
  decode(batch: BatchReader, type: RegisteredType): Message | undefined {
    const { codec } = type;
    if (!this.#isSwift || codec.read === undefined || batch.serializerId !== 0 || type.fromWire !== undefined)
      return this.#decode(batch, type);
    const { frame } = this.#received;
    const end = batch.messageEnd;
    this.#reader ??= new MessageReader(frame);
    this.#reader.restart(frame, batch.messageStart, end);
    try {
      return codec.read(this.#reader, end);
    } catch {
      this.#isSwift = false;
      return this.#decode(batch, type);
    }
  }

  #decode(batch: BatchReader, type: RegisteredType): Message | undefined {
    const codec = codecFor(type, batch.serializerId);
    if (codec === undefined) return undefined;
    const { peer, frame } = this.#received;
    try {
      if (this.#isCounted) this.#count(type, batch);
      const message = this.#hasFailed
        ? this.#decodeWithoutStack(codec, batch)
        : codec.decode(frame, batch.messageStart, batch.messageEnd);
      return type.fromWire === undefined ? message : type.fromWire(message, peer.address, peer.systemId);
    } catch (error) {
      this.#hasFailed = true;
      this.#services.logger.debug(
        { peer, type: type.typeName, err: error },
        "a message could not be decoded",
      );
      return undefined;
    }
  }

  /** To write down an error's stack costs several times what else a message costs that is none; of a batch, the first has one. */
  #decodeWithoutStack(codec: MessageCodec, { messageStart, messageEnd }: BatchReader): ProtobufMessage {
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    try {
      return codec.decode(this.#received.frame, messageStart, messageEnd);
    } finally {
      Error.stackTraceLimit = stackTraceLimit;
    }
  }

  #count(type: RegisteredType, { serializerId, messageStart, messageEnd }: BatchReader): void {
    const { frame } = this.#received;
    const elements =
      serializerId === 0
        ? this.#services.types.countElements(
            type,
            new ByteReader(frame, messageStart, messageEnd),
            this.#elementsLeft,
          )
        : countJsonElements(frame, messageStart, messageEnd);
    if (elements > this.#elementsLeft) throw limitExceeded("a frame decodes to more elements than allowed");
    this.#elementsLeft -= elements;
  }
}

function codecFor({ codec, json }: RegisteredType, serializerId: number): MessageCodec | undefined {
  if (serializerId === 0) return codec;
  return serializerId === 1 ? json : undefined;
}
