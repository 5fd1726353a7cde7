import { AnySchema, FileDescriptorSetSchema, StructSchema } from "@bufbuild/protobuf/wkt";
import type { Attack } from "./hostile-transport-floods.ts";
import { pour, textType, toCollector } from "./hostile-transport-peers.ts";

/** The field of one of these tags in turn around some bytes, so many times; the last tag stands outermost. */
function wrapped(inner: Buffer, times: number, ...tags: readonly number[]): Buffer {
  const heads: Buffer[] = [inner];
  let { length } = inner;
  for (let level = 0; level < times; level++) {
    const varint: number[] = [];
    let rest = length;
    for (; rest > 0x7f; rest >>>= 7) varint.push((rest & 0x7f) | 0x80);
    const head = Buffer.from([tags[level % tags.length]!, ...varint, rest]);
    heads.push(head);
    length += head.length;
  }
  return Buffer.concat(heads.toReversed());
}

const nothing = Buffer.alloc(0);

/** JSON in itself, so many deep. */
function nestedJson(depth: number, open: string, close: string): Buffer {
  return Buffer.from(`${open.repeat(depth)}{}${close.repeat(depth)}`);
}

const anyJson = '{"@type":"type.googleapis.com/google.protobuf.Any","value":';

/** Above it, Any in Any as JSON is longer than a frame may be. */
const deepestAnyJson = 50_000;

function bodies(depth: number) {
  return [
    // A message's type in another's, in a file.
    {
      typeName: FileDescriptorSetSchema.typeName,
      messageData: wrapped(wrapped(nothing, depth, 0x1a), 2, 0x22, 0x0a),
    },
    { typeName: textType, messageData: Buffer.alloc(depth, 0x0b) },
    // A struct in a value in an entry of a struct's fields, and a list in a value of a list, in a struct.
    { typeName: StructSchema.typeName, messageData: wrapped(nothing, 3 * depth, 0x2a, 0x12, 0x0a) },
    {
      typeName: StructSchema.typeName,
      messageData: wrapped(wrapped(nothing, 2 * depth, 0x0a, 0x32), 2, 0x12, 0x0a),
    },
    { typeName: AnySchema.typeName, messageData: wrapped(nothing, depth, 0x12) },
    { typeName: StructSchema.typeName, serializerId: 1, messageData: nestedJson(depth, '{"a":', "}") },
    { typeName: StructSchema.typeName, serializerId: 1, messageData: nestedJson(depth, '{"a":[', "]}") },
    {
      typeName: AnySchema.typeName,
      serializerId: 1,
      messageData: nestedJson(Math.min(depth, deepestAnyJson), anyJson, "}"),
    },
  ];
}

/** Messages that are deep instead of long. */
export const nesting: Attack = {
  id: "H5",
  // All but Any in Any, which are bytes until somebody unpacks them.
  deadLetters: 10 * 3 * 7,
  what: "messages, lists, groups, structs and Any in Any, in binary and as JSON, that nest 100, 101 and 100,000 deep",
  run: async (rig) => {
    for (const depth of [100, 101, 100_000]) {
      const all = bodies(depth);
      await pour(rig, 10 * all.length, (peer, index) => {
        const { typeName, ...envelope } = all[index % all.length]!;
        peer.batch(toCollector(rig, { typeNames: [typeName], envelopes: [envelope] }));
      });
    }
  },
};
