/** The field of one of these tags in turn around some bytes, so many times; the last tag stands outermost. */
function wrapped(inner: Uint8Array, times: number, ...tags: readonly number[]): Uint8Array {
  const heads: Uint8Array[] = [inner];
  let { length } = inner;
  for (let level = 0; level < times; level++) {
    const head = [tags[level % tags.length]!];
    let rest = length;
    for (; rest > 0x7f; rest >>>= 7) head.push((rest & 0x7f) | 0x80);
    head.push(rest);
    heads.push(Uint8Array.from(head));
    length += head.length;
  }
  return Buffer.concat(heads.reverse());
}

const nothing = new Uint8Array(0);

/** Messages that nest so deep as bytes, by what they are of. */
export const nestedBytes = {
  /** A group in a group, in a field that no message has. */
  groups: (depth: number): Uint8Array => new Uint8Array(depth).fill(0x0b),
  /** A struct in a value in an entry of a struct's fields. */
  structs: (depth: number): Uint8Array => wrapped(nothing, 3 * depth, 0x2a, 0x12, 0x0a),
  /** A list in a value of a list, in a struct. */
  lists: (depth: number): Uint8Array => wrapped(wrapped(nothing, 2 * depth, 0x0a, 0x32), 2, 0x12, 0x0a),
  /** An Any whose value is an Any. */
  anys: (depth: number): Uint8Array => wrapped(nothing, depth, 0x12),
};

function json(depth: number, [open, close]: readonly [string, string]): Uint8Array {
  return Buffer.from(`${open.repeat(depth)}{}${close.repeat(depth)}`);
}

/** The same as JSON. */
export const nestedJson = {
  structs: (depth: number): Uint8Array => json(depth, ['{"a":', "}"]),
  lists: (depth: number): Uint8Array => json(depth, ['{"a":[', "]}"]),
  anys: (depth: number): Uint8Array =>
    json(depth, ['{"@type":"type.googleapis.com/google.protobuf.Any","value":', "}"]),
};
