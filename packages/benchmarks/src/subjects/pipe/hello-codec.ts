import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import {
  type HelloRequest,
  HelloRequestSchema,
  type HelloResponse,
  HelloResponseSchema,
  type Ping,
  PingSchema,
  type Pong,
  PongSchema,
} from "../../gen/tsgrain/benchmarks/v1/hello_pb.ts";

/** Turns the messages of a pipe into bytes and back. */
export interface HelloCodec {
  /** Writes a message at an offset and returns where it ends. */
  writeRequest(message: HelloRequest, bytes: Buffer, at: number): number;
  writeResponse(message: HelloResponse, bytes: Buffer, at: number): number;
  readRequest(bytes: Buffer, start: number, end: number): HelloRequest;
  readResponse(bytes: Buffer, start: number, end: number): HelloResponse;
  /** A message without fields, and so without bytes. */
  readPing(): Ping;
  readPong(): Pong;
}

/** protobuf-es, which reads descriptors while it runs. */
export const protobufEsCodec: HelloCodec = {
  writeRequest: (message, bytes, at) => put(toBinary(HelloRequestSchema, message), bytes, at),
  writeResponse: (message, bytes, at) => put(toBinary(HelloResponseSchema, message), bytes, at),
  readRequest: (bytes, start, end) => fromBinary(HelloRequestSchema, bytes.subarray(start, end)),
  readResponse: (bytes, start, end) => fromBinary(HelloResponseSchema, bytes.subarray(start, end)),
  // What `fromBinary` does where there is nothing to read.
  readPing: () => create(PingSchema),
  readPong: () => create(PongSchema),
};

function put(message: Uint8Array, bytes: Buffer, at: number): number {
  bytes.set(message, at);
  return at + message.length;
}

/** The same bytes, written by hand for these messages; it trusts what it reads. */
export const straightCodec: HelloCodec = {
  writeRequest: ({ name, number }, bytes, at) => writeNumber(number, bytes, writeText(name, bytes, at)),
  writeResponse: ({ text, number }, bytes, at) => writeNumber(number, bytes, writeText(text, bytes, at)),
  readRequest(bytes, start, end) {
    const textEnd = start + 2 + bytes[start + 1]!;
    const name = bytes.toString("latin1", start + 2, textEnd);
    return { $typeName: "tsgrain.benchmarks.v1.HelloRequest", name, number: readNumber(bytes, textEnd, end) };
  },
  readResponse(bytes, start, end) {
    const textEnd = start + 2 + bytes[start + 1]!;
    const text = bytes.toString("latin1", start + 2, textEnd);
    return {
      $typeName: "tsgrain.benchmarks.v1.HelloResponse",
      text,
      number: readNumber(bytes, textEnd, end),
    };
  },
  readPing: () => ({ $typeName: "tsgrain.benchmarks.v1.Ping" }),
  readPong: () => ({ $typeName: "tsgrain.benchmarks.v1.Pong" }),
};

const textTag = 0x0a;
const numberTag = 0x10;

/** A string of fewer than 128 characters, all of them ASCII. */
function writeText(text: string, bytes: Buffer, at: number): number {
  bytes[at++] = textTag;
  bytes[at++] = text.length;
  for (let index = 0; index < text.length; index++) bytes[at++] = text.charCodeAt(index);
  return at;
}

function writeNumber(number: number, bytes: Buffer, at: number): number {
  if (number === 0) return at;
  bytes[at++] = numberTag;
  let rest = number;
  while (rest > 0x7f) {
    bytes[at++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  bytes[at++] = rest;
  return at;
}

function readNumber(bytes: Buffer, start: number, end: number): number {
  let number = 0;
  for (let at = start + 1, shift = 0; at < end; at++, shift += 7) number |= (bytes[at]! & 0x7f) << shift;
  return number >>> 0;
}
