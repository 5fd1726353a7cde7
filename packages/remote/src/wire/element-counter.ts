import { type DescField, type DescMessage, ScalarType } from "@bufbuild/protobuf";
import { type ByteReader, limitExceeded, malformed } from "./byte-reader.ts";

/** As deep as protobuf-es decodes. */
const maxDepth = 100;

/** What stands in a length-delimited field. */
type Content = "leaf" | "packed varints" | "packed 4 bytes" | "packed 8 bytes" | DescMessage;

/** How lists of scalars are packed that are not packed as varints. Strings and bytes never are. */
const packings: ReadonlyMap<ScalarType | undefined, Content> = new Map<ScalarType | undefined, Content>([
  [ScalarType.STRING, "leaf"],
  [ScalarType.BYTES, "leaf"],
  [ScalarType.FIXED32, "packed 4 bytes"],
  [ScalarType.SFIXED32, "packed 4 bytes"],
  [ScalarType.FLOAT, "packed 4 bytes"],
  [ScalarType.FIXED64, "packed 8 bytes"],
  [ScalarType.SFIXED64, "packed 8 bytes"],
  [ScalarType.DOUBLE, "packed 8 bytes"],
]);

/**
 * Counts what a message would be built of – fields, list entries, map entries – without building it: a mebibyte of empty
 * messages decodes to a hundred times its size.
 */
export class ElementCounter {
  readonly #contents = new Map<DescMessage, ReadonlyMap<number, Content>>();

  /**
   * How many elements a message has.
   *
   * @throws RemoteError "limit_exceeded" above `limit`; "malformed_frame" if the bytes are no message.
   */
  count(desc: DescMessage, body: ByteReader, limit: number): number {
    return this.#message(desc, body, { limit, found: 0, depth: 0 });
  }

  #message(desc: DescMessage | undefined, reader: ByteReader, progress: Progress): number {
    deeper(progress);
    const contents = desc && this.#contentsOf(desc);
    while (reader.pos < reader.end) {
      const tag = reader.tag();
      if ((tag & 7) === 4) break;
      add(progress, 1);
      this.#field(contents?.get(tag >>> 3) ?? "leaf", tag, { reader, progress });
    }
    progress.depth--;
    return progress.found;
  }

  #field(content: Content, tag: number, { reader, progress }: Walk): void {
    const wireType = tag & 7;
    if (wireType === 3) {
      this.#message(typeof content === "object" ? content : undefined, reader, progress);
    } else if (wireType !== 2 || content === "leaf") {
      reader.skip(tag);
    } else {
      const outerEnd = reader.end;
      reader.end = reader.lengthEnd();
      if (typeof content === "object") this.#message(content, reader, progress);
      else add(progress, packedCount(content, reader));
      reader.pos = reader.end;
      reader.end = outerEnd;
    }
  }

  #contentsOf(desc: DescMessage): ReadonlyMap<number, Content> {
    const known = this.#contents.get(desc);
    if (known !== undefined) return known;
    const contents = new Map(desc.fields.map((field) => [field.number, contentOf(field)]));
    this.#contents.set(desc, contents);
    return contents;
  }
}

interface Progress {
  readonly limit: number;
  found: number;
  depth: number;
}

interface Walk {
  readonly reader: ByteReader;
  readonly progress: Progress;
}

function contentOf(field: DescField): Content {
  if (field.message !== undefined) return field.message;
  if (field.fieldKind !== "list") return "leaf";
  return packings.get(field.scalar) ?? "packed varints";
}

function packedCount(
  content: "packed varints" | "packed 4 bytes" | "packed 8 bytes",
  reader: ByteReader,
): number {
  const length = reader.end - reader.pos;
  if (content === "packed 4 bytes") return length / 4;
  if (content === "packed 8 bytes") return length / 8;
  let count = 0;
  for (let at = reader.pos; at < reader.end; at++) if (reader.bytes[at]! < 0x80) count++;
  return count;
}

function add(progress: Progress, count: number): void {
  progress.found += count;
  if (progress.found > progress.limit) throw limitExceeded("a frame decodes to more elements than allowed");
}

function deeper(progress: Progress): void {
  if (++progress.depth > maxDepth) throw malformed(`a message nests deeper than ${maxDepth}`);
}

/** The same for JSON: every value but the first follows one of four characters. Those inside strings count, too. */
export function countJsonElements(bytes: Uint8Array, start: number, end: number): number {
  let count = 1;
  for (let at = start; at < end; at++) {
    const byte = bytes[at];
    if (byte === 0x2c || byte === 0x3a || byte === 0x5b || byte === 0x7b) count++;
  }
  return count;
}
