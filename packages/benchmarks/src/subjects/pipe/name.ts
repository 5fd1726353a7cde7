/** A type, or somebody who sends or is sent to: what one of the tables of a batch holds. */
export class Name {
  /** As an entry of a table, without its tag and length. */
  readonly bytes: Buffer;
  // Where it stands in the table of the batch that is open, if that is the batch of this number.
  batch = 0;
  index = 0;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }
}

export function typeName(name: string): Name {
  return new Name(Buffer.from(name));
}

/** An `actor.PID`. */
export function processName(address: string, id: string): Name {
  return new Name(Buffer.concat([...field(0x0a, address), ...field(0x12, id)]));
}

/** The id in an `actor.PID` that {@link processName} wrote. */
export function idOf({ bytes }: Name): string {
  return bytes.toString("latin1", 2 + bytes[1]! + 2);
}

function field(tag: number, text: string): readonly Buffer[] {
  return [Buffer.of(tag, text.length), Buffer.from(text)];
}

/** The table of one kind of names in the open batch. */
export class NameTable {
  readonly bytes: Buffer = Buffer.allocUnsafeSlow(4096);
  length = 0;
  readonly #tag: number;
  #count = 0;

  constructor(tag: number) {
    this.#tag = tag;
  }

  /** The name's place in the table of the batch of that number. */
  indexOf(name: Name, batch: number): number {
    if (name.batch !== batch) {
      name.batch = batch;
      name.index = this.#count++;
      this.bytes[this.length] = this.#tag;
      this.bytes[this.length + 1] = name.bytes.length;
      this.bytes.set(name.bytes, this.length + 2);
      this.length += 2 + name.bytes.length;
    }
    return name.index;
  }

  clear(): void {
    this.length = 0;
    this.#count = 0;
  }
}
