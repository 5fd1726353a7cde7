/** In a dead letter: a message arrived whose type is not registered here, or whose bytes are no message of it. */
export class UndecodedMessage {
  /** The type that the peer named. */
  readonly typeName: string;

  constructor(typeName: string) {
    this.typeName = typeName;
  }
}
