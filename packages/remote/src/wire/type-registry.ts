import {
  createMutableRegistry,
  type DescFile,
  type DescMessage,
  equals,
  type Message as ProtobufMessage,
} from "@bufbuild/protobuf";
import { nestedTypes } from "@bufbuild/protobuf/reflect";
import { DescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import { RemoteError } from "../remote-error.ts";
import type { ByteReader } from "./byte-reader.ts";
import { ElementCounter } from "./element-counter.ts";
import { jsonCodec, type MessageCodec, protobufCodec } from "./message-codec.ts";

/** Who has a type compiled in. */
export type KnownBy = "ts-grain" | "every peer";

/** Settings of the types that are registered together. */
export interface TypeOptions {
  /**
   * A Proto.Actor Go process ends when it meets a type that it does not know, so what only "ts-grain" peers know travels
   * to others as JSON, which reaches their actors as an opaque message. A type that such a peer has sent itself counts as
   * known to it. Default "ts-grain".
   */
  readonly knownBy?: KnownBy | undefined;
}

/** A message type that may travel. */
export interface RegisteredType {
  readonly typeName: string;
  readonly desc: DescMessage;
  readonly knownBy: KnownBy;
  readonly codec: MessageCodec;
  readonly json: MessageCodec;
}

/** The message types that may travel. What is not in here is neither sent nor decoded. */
export class TypeRegistry {
  readonly #types = new Map<string, RegisteredType>();
  readonly #elements = new ElementCounter();
  readonly #descriptors = createMutableRegistry();

  /**
   * Adds a message type, or all types of a file. Types that the file imports are not added.
   *
   * @throws RemoteError "type_conflict" if another type of that name is registered.
   */
  register(desc: DescFile | DescMessage, { knownBy = "ts-grain" }: TypeOptions = {}): void {
    for (const type of messagesIn(desc)) this.#add(type, knownBy);
  }

  /**
   * Encodes and decodes a registered type with this codec from now on.
   *
   * @throws RemoteError "invalid_options" if the type is not registered.
   */
  useCodec(codec: MessageCodec): void {
    const type = this.#types.get(codec.typeName);
    if (type === undefined) {
      throw new RemoteError("invalid_options", `register ${codec.typeName} before its codec`);
    }
    this.#types.set(codec.typeName, { ...type, codec });
  }

  /** The type of that name, if it may travel. */
  get(typeName: string): RegisteredType | undefined {
    return this.#types.get(typeName);
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

  #add(desc: DescMessage, knownBy: KnownBy): void {
    const { typeName } = desc;
    const known = this.#types.get(typeName);
    if (known === undefined) {
      this.#descriptors.add(desc);
      this.#types.set(typeName, {
        typeName,
        desc,
        knownBy,
        codec: protobufCodec(desc),
        json: jsonCodec(desc, this.#descriptors),
      });
    } else if (known.desc !== desc && !equals(DescriptorProtoSchema, known.desc.proto, desc.proto)) {
      throw new RemoteError("type_conflict", `two different types are called ${typeName}`);
    } else if (knownBy === "every peer") {
      this.#types.set(typeName, { ...known, knownBy });
    }
  }
}

function* messagesIn(desc: DescFile | DescMessage): Iterable<DescMessage> {
  if (desc.kind === "message") yield desc;
  for (const nested of nestedTypes(desc)) if (nested.kind === "message") yield nested;
}
