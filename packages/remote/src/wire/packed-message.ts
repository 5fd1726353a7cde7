/** An encoded message inside another one, with what it takes to read it. */
export interface PackedMessage {
  readonly typeName: string;
  /** As the wire numbers it: 0 protobuf, 1 JSON. */
  readonly serializerId: number;
  readonly bytes: Uint8Array;
}
