/**
 * In a dead letter: a message arrived whose type is not registered here, or whose bytes are no message of it.
 *
 * @example
 * import { DeadLetterEvent, type System } from "@ts-grain/actor";
 * import { UndecodedMessage } from "@ts-grain/remote";
 *
 * function logUnknownTypes({ eventStream }: System): void {
 *   eventStream.subscribe((event) => {
 *     if (!(event instanceof DeadLetterEvent) || !(event.message instanceof UndecodedMessage))
 *       return;
 *     console.error(`nobody here can read ${event.message.typeName}`);
 *   });
 * }
 */
export class UndecodedMessage {
  /** The type that the peer named. */
  readonly typeName: string;

  constructor(typeName: string) {
    this.typeName = typeName;
  }
}
