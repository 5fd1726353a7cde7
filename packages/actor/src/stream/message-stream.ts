import type { SpawnerContext, StopperContext } from "../actor-cell/actor-context.ts";
import { propsFromFunction } from "../actor-cell/props.ts";
import { MessageRing } from "../mailbox/message-ring.ts";
import { Stopped } from "../message/lifecycle.ts";
import type { Message } from "../message/message.ts";
import { isFromRuntime } from "../message/system-message.ts";
import type { PID } from "../pid/pid.ts";

/**
 * Which messages a stream takes; it lets others go.
 *
 * @see {@link MessageStream}
 */
export type Accepts<Item extends Message> = (message: Message) => message is Item;

/**
 * The user messages that are sent to a PID, as something to iterate over.
 *
 * It keeps what nobody has taken yet, without a bound. Iteration ends when the stream is closed or its actor stops.
 *
 * @example
 * import { type Accepts, ActorSystem, MessageStream } from "@ts-grain/actor";
 *
 * const isText: Accepts<string> = (message) => typeof message === "string";
 * const { root } = new ActorSystem();
 * using stream = new MessageStream(root, isText);
 * root.send(stream.pid, 1);
 * root.send(stream.pid, "one");
 * for await (const text of stream) {
 *   console.log(text); // prints: one
 *   break;
 * }
 */
export class MessageStream<Item extends Message = Message>
  implements AsyncIterableIterator<Item>, Disposable
{
  /** Where to send what the stream shall bring. */
  readonly pid: PID;
  readonly #context: StopperContext;
  readonly #items = new MessageRing();
  readonly #takers: ((result: IteratorResult<Item, undefined>) => void)[] = [];
  #isClosed = false;

  /** Spawns the stream's actor in the given context. Without `accepts` the stream takes every message. Throws as `spawn`. */
  constructor(context: SpawnerContext & StopperContext, accepts?: Accepts<Item>) {
    this.#context = context;
    this.pid = context.spawn(
      propsFromFunction(({ message }) => {
        if (message instanceof Stopped) this.#end();
        else if (!isFromRuntime(message) && (accepts === undefined || accepts(message)))
          this.#put(message as Item);
      }),
    );
  }

  /** The next message, once there is one. */
  next(): Promise<IteratorResult<Item, undefined>> {
    const item = this.#items.shift() as Item | undefined;
    if (item !== undefined) return Promise.resolve({ done: false, value: item });
    this.#items.release();
    if (this.#isClosed) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve) => this.#takers.push(resolve));
  }

  /** Closes the stream, as leaving a loop over it does. */
  return(): Promise<IteratorResult<Item, undefined>> {
    this.close();
    return Promise.resolve({ done: true, value: undefined });
  }

  /** Stops the actor. What has come may still be taken. */
  close(): void {
    this.#context.stop(this.pid);
    this.#end();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #put(item: Item): void {
    const take = this.#takers.shift();
    if (take === undefined) this.#items.push(item, undefined);
    else take({ done: false, value: item });
  }

  #end(): void {
    this.#isClosed = true;
    for (const take of this.#takers.splice(0)) take({ done: true, value: undefined });
  }
}
