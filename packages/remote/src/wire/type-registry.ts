import {
  createMutableRegistry,
  type DescFile,
  type DescMessage,
  equals,
  type Message as ProtobufMessage,
  toBinary,
} from "@bufbuild/protobuf";
import { nestedTypes } from "@bufbuild/protobuf/reflect";
import { DescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import type { Message } from "@ts-grain/actor";
import { RemoteError } from "../remote-error.ts";
import { actorMessageReader, type FromWire } from "./actor-messages.ts";
import { ByteReader, limitExceeded } from "./byte-reader.ts";
import { countJsonElements, ElementCounter } from "./element-counter.ts";
import { jsonCodec, type MessageCodec, protobufCodec } from "./message-codec.ts";
import type { PackedMessage } from "./packed-message.ts";

/**
 * Who has a type compiled in.
 *
 * @see {@link TypeOptions}
 */
export type KnownBy = "ts-grain" | "every peer";

/**
 * Settings of the types that are registered together.
 *
 * @example
 * import { StringValueSchema } from "@bufbuild/protobuf/wkt";
 * import type { KnownBy, Remote, TypeOptions } from "@ts-grain/remote";
 *
 * // Members in Go have the type compiled in as well.
 * const knownBy: KnownBy = "every peer";
 * const options: TypeOptions = { knownBy };
 * const registerText = ({ types }: Remote): void => types.register(StringValueSchema, options);
 */
export interface TypeOptions {
  /**
   * A Proto.Actor Go process ends when it meets a type that it does not know, so what only "ts-grain" peers know travels
   * to others as JSON, which reaches their actors as an opaque message. A type that such a peer has sent itself counts as
   * known to it. Default "ts-grain".
   */
  readonly knownBy?: KnownBy | undefined;
  /**
   * What actors here get for a received message of these types, which came from the peer at that address, whose actor system has
   * that id. Throws for what is to be treated as no message of its type. Default: the message itself.
   */
  readonly received?: FromWire | undefined;
}

/** A message type that may travel. */
export interface RegisteredType {
  readonly typeName: string;
  readonly desc: DescMessage;
  readonly knownBy: KnownBy;
  readonly codec: MessageCodec;
  readonly json: MessageCodec;
  /** What actors here get for a message of this type; undefined if they get the message itself. */
  readonly fromWire: FromWire | undefined;
}

/**
 * The message types that may travel. What is not in here is neither sent nor decoded.
 *
 * @example
 * import { StringValueSchema } from "@bufbuild/protobuf/wkt";
 * import type { Remote, TypeRegistry } from "@ts-grain/remote";
 *
 * function letTravel(remote: Remote): boolean {
 *   const types: TypeRegistry = remote.types;
 *   types.register(StringValueSchema);
 *   return types.get("google.protobuf.StringValue") !== undefined;
 * }
 */
export class TypeRegistry {
  readonly #types = new Map<string, RegisteredType>();
  /** The type that was found last by {@link find}: most messages are of the type of the one before. */
  #last: RegisteredType | undefined;
  /** Its name as that message had it: the same text in another place takes longer to compare. */
  #lastName: string | undefined;
  /** Types whose codec was chosen. */
  readonly #chosen = new Set<string>();
  readonly #elements = new ElementCounter();
  readonly #descriptors = createMutableRegistry();

  /**
   * Adds a message type, or all types of a file. Types that the file imports are not added.
   *
   * @throws RemoteError "type_conflict" if another type of that name is registered.
   */
  register(desc: DescFile | DescMessage, options: TypeOptions = {}): void {
    for (const type of messagesIn(desc)) this.#add(type, options);
  }

  /**
   * Encodes and decodes a registered type with this codec from now on. Batches that are being filled may go on with the one before.
   *
   * @throws RemoteError "invalid_options" if the type is not registered.
   */
  useCodec(codec: MessageCodec): void {
    const type = this.#registered(codec);
    this.#chosen.add(codec.typeName);
    this.#put({ ...type, codec });
  }

  /**
   * The same for a type whose codec nobody has chosen with {@link useCodec}; such a choice stays.
   *
   * @throws RemoteError "invalid_options" if the type is not registered.
   */
  offerCodec(codec: MessageCodec): void {
    const type = this.#registered(codec);
    if (!this.#chosen.has(codec.typeName)) this.#put({ ...type, codec });
  }

  /** The type of that name, if it may travel. */
  get(typeName: string): RegisteredType | undefined {
    return this.#types.get(typeName);
  }

  /** The type of a message, if the message is of protobuf-es and may travel. */
  find(message: Message): RegisteredType | undefined {
    const { $typeName } = message as Partial<ProtobufMessage>;
    if ($typeName !== undefined && $typeName === this.#lastName) return this.#last;
    const type = typeof $typeName === "string" ? this.#types.get($typeName) : undefined;
    if (type !== undefined) {
      this.#last = type;
      this.#lastName = $typeName;
    }
    return type;
  }

  /**
   * How many elements an encoded message would be built of.
   *
   * @throws RemoteError "limit_exceeded" above `limit`, "malformed_frame".
   */
  countElements({ desc }: RegisteredType, body: ByteReader, limit: number): number {
    return this.#elements.count(desc, body, limit);
  }

  /** @throws RemoteError "not_serializable" if the message's type is not registered. */
  typeOf(message: ProtobufMessage): RegisteredType {
    const type = this.#types.get(message.$typeName);
    if (type !== undefined) return type;
    throw new RemoteError(
      "not_serializable",
      `the type ${message.$typeName} is not registered on this remote`,
    );
  }

  /**
   * Encodes a message that is to travel inside another one.
   *
   * @throws RemoteError "not_serializable" if its type is not registered, or the encoder refuses it.
   */
  pack(message: ProtobufMessage): PackedMessage {
    const { typeName, desc } = this.typeOf(message);
    try {
      return { typeName, serializerId: 0, bytes: toBinary(desc, message) };
    } catch (cause) {
      throw new RemoteError("not_serializable", `cannot encode a ${typeName}`, { cause });
    }
  }

  /**
   * Decodes what a peer has packed into one message, which would be built of `maxElements` fields, list and map entries at most.
   *
   * @throws RemoteError "not_serializable" for a type that is not registered and for bytes that are no message of it;
   * "limit_exceeded", "malformed_frame".
   */
  unpack(packed: readonly PackedMessage[], maxElements: number): ProtobufMessage[] {
    let left = maxElements;
    return packed.map((one) => {
      const type = this.#types.get(one.typeName);
      const codec = one.serializerId === 0 ? type?.codec : one.serializerId === 1 ? type?.json : undefined;
      if (!type || !codec)
        throw new RemoteError(
          "not_serializable",
          `the type ${one.typeName} is not registered on this remote, or unknown is how it is encoded`,
        );
      left -= this.#elementsIn(type, one, left);
      if (left < 0) throw limitExceeded("a message holds more elements than allowed");
      try {
        return codec.decode(one.bytes, 0, one.bytes.length);
      } catch (cause) {
        throw new RemoteError("not_serializable", `what was packed is no ${one.typeName}`, { cause });
      }
    });
  }

  #registered({ typeName }: MessageCodec): RegisteredType {
    const type = this.#types.get(typeName);
    if (type !== undefined) return type;
    throw new RemoteError("invalid_options", `register ${typeName} before its codec`);
  }

  #elementsIn(type: RegisteredType, { serializerId, bytes }: PackedMessage, limit: number): number {
    if (serializerId === 1) return countJsonElements(bytes, 0, bytes.length);
    return this.countElements(type, new ByteReader(bytes), limit);
  }

  #add(desc: DescMessage, { knownBy = "ts-grain", received }: TypeOptions): void {
    const { typeName } = desc;
    const known = this.#types.get(typeName);
    if (known === undefined) {
      this.#descriptors.add(desc);
      this.#put({
        typeName,
        desc,
        knownBy,
        codec: protobufCodec(desc),
        json: jsonCodec(desc, this.#descriptors),
        fromWire: received ?? actorMessageReader(typeName),
      });
    } else if (known.desc !== desc && !equals(DescriptorProtoSchema, known.desc.proto, desc.proto)) {
      throw new RemoteError("type_conflict", `two different types are called ${typeName}`);
    } else if (knownBy === "every peer" || received) {
      const widest = knownBy === "every peer" ? knownBy : known.knownBy;
      this.#put({ ...known, knownBy: widest, fromWire: received ?? known.fromWire });
    }
  }

  #put(type: RegisteredType): void {
    this.#types.set(type.typeName, type);
    this.#last = undefined;
    this.#lastName = undefined;
  }
}

function* messagesIn(desc: DescFile | DescMessage): Iterable<DescMessage> {
  if (desc.kind === "message") yield desc;
  for (const nested of nestedTypes(desc)) if (nested.kind === "message") yield nested;
}
