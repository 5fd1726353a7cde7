import { ByteReader, type ByteWriter, type MessageCodec } from "@ts-grain/remote";
import type { HelloRequest, HelloResponse } from "../../gen/tsgrain/benchmarks/v1/hello_pb.ts";

const textTag = 0x0a;
const numberTag = 0x10;

/** What the two messages of a request have in common. */
interface Fields {
  text: string;
  number: number;
}

function write({ text, number }: Fields, into: ByteWriter): void {
  if (text !== "") {
    into.byte(textTag);
    into.string(text);
  }
  if (number === 0) return;
  into.byte(numberTag);
  into.uint32(number);
}

/** Trusts nothing; what it does not know, it passes over. */
function read(bytes: Uint8Array, start: number, end: number): Fields {
  const reader = new ByteReader(bytes, start, end);
  const fields: Fields = { text: "", number: 0 };
  while (reader.pos < reader.end) {
    const tag = reader.tag();
    if (tag === textTag) fields.text = reader.string();
    else if (tag === numberTag) fields.number = reader.uint32();
    else reader.skip(tag);
  }
  return fields;
}

const requestType = "tsgrain.benchmarks.v1.HelloRequest";
const responseType = "tsgrain.benchmarks.v1.HelloResponse";

/** Codecs by hand for the messages of requests, as a generator could print them. */
export const helloCodecs: readonly MessageCodec[] = [
  {
    typeName: requestType,
    serializerId: 0,
    encode: (message, into) => {
      const { name, number } = message as HelloRequest;
      write({ text: name, number }, into);
    },
    decode: (bytes, start, end): HelloRequest => {
      const { text, number } = read(bytes, start, end);
      return { $typeName: requestType, name: text, number };
    },
  },
  {
    typeName: responseType,
    serializerId: 0,
    encode: (message, into) => write(message as HelloResponse, into),
    decode: (bytes, start, end): HelloResponse => {
      const { text, number } = read(bytes, start, end);
      return { $typeName: responseType, text, number };
    },
  },
];
