import type { MailboxOptions } from "../mailbox/mailbox-options.ts";
import type { SupervisionStrategy } from "../supervision/supervision-strategy.ts";
import type { Actor, Receive } from "./actor.ts";
import type { ActorContext } from "./actor-context.ts";
import { sendDirectly, spawnDirectly } from "./directly.ts";
import {
  type ContextDecorator,
  compose,
  type ReceiveMiddleware,
  type SenderMiddleware,
  type SendMessage,
  type SpawnActor,
  type SpawnMiddleware,
} from "./middleware.ts";

/**
 * How to start an actor, besides making it.
 *
 * @example
 * import { alwaysRestart, type PropsOptions, propsFromFunction } from "@ts-grain/actor";
 *
 * const options: PropsOptions = {
 *   mailbox: { capacity: 100 },
 *   supervisionStrategy: alwaysRestart(),
 * };
 * const props = propsFromFunction(() => {}, options);
 */
export interface PropsOptions {
  /** How the actor deals with children that fail. Default: one for one, 10 restarts within 10 s. */
  readonly supervisionStrategy?: SupervisionStrategy | undefined;
  /** How the system deals with this actor if it has no parent and fails. Default: as above. */
  readonly guardianStrategy?: SupervisionStrategy | undefined;
  /** Order, bounds and hooks of the mailbox. Default: unbounded, first come, first served. */
  readonly mailbox?: MailboxOptions | undefined;
  /** Wraps the handling of each message; the first is the outermost. Default none. */
  readonly receiveMiddleware?: readonly ReceiveMiddleware[] | undefined;
  /** Wraps what the actor sends; the first is the outermost. Default none. */
  readonly senderMiddleware?: readonly SenderMiddleware[] | undefined;
  /** Wraps the spawning of the actor's children; the first is the outermost. Default none. */
  readonly spawnMiddleware?: readonly SpawnMiddleware[] | undefined;
  /** Replaces the context that the actor is given; the first is the outermost. Default none. */
  readonly contextDecorators?: readonly ContextDecorator[] | undefined;
  /** Called with the context before the first message. Default none. */
  readonly onInit?: ((context: ActorContext) => void) | undefined;
}

/**
 * How to start an actor. Made by `propsFromProducer` and `propsFromFunction`, and never changed.
 *
 * @example
 * import { oneForOne, type Props, propsFromFunction } from "@ts-grain/actor";
 *
 * const worker: Props = propsFromFunction(() => {});
 * const parent = worker.with({ supervisionStrategy: oneForOne({ maxRestarts: 3 }) });
 */
export interface Props {
  /** Makes an incarnation of the actor. */
  readonly producer: () => Actor;
  readonly options: PropsOptions;
  /** A copy with the given options in place of its own. */
  with(options: PropsOptions): Props;
  /** @internal */
  readonly compiled: CompiledMiddleware;
}

/** @internal The middleware as single functions; `undefined` costs nothing per message. */
interface CompiledMiddleware {
  readonly receive: Receive | undefined;
  readonly send: SendMessage | undefined;
  readonly spawn: SpawnActor | undefined;
  readonly decorate: ContextDecorator | undefined;
}

/**
 * Starts actors that the producer makes: one for the first incarnation, and one for each restart.
 *
 * @example
 * import { ActorSystem, propsFromProducer } from "@ts-grain/actor";
 *
 * const counterProps = propsFromProducer(() => {
 *   let count = 0; // anew for each incarnation
 *   return {
 *     receive(context) {
 *       if (context.message === "tick") context.respond(++count);
 *     },
 *   };
 * });
 * const { root } = new ActorSystem();
 * console.log(await root.requestAsync(root.spawn(counterProps), "tick")); // prints: 1
 */
export function propsFromProducer(producer: () => Actor, options: PropsOptions = noOptions): Props {
  return new ProducerProps(producer, options, compile(options), undefined);
}

/**
 * Starts actors without a state of their own, or with one in a closure that restarts leave alone.
 *
 * @example
 * import { ActorSystem, propsFromFunction } from "@ts-grain/actor";
 *
 * const greeterProps = propsFromFunction((context) => {
 *   if (typeof context.message === "string") context.respond(`Hello ${context.message}`);
 * });
 * const { root } = new ActorSystem();
 * console.log(await root.requestAsync(root.spawn(greeterProps), "Ada")); // prints: Hello Ada
 */
export function propsFromFunction(receive: Receive, options: PropsOptions = noOptions): Props {
  const actor: Actor = { receive };
  return propsFromProducer(() => actor, options);
}

/**
 * Makes props for many actors that differ in one thing only, which their producer is given. A closure for each of a million
 * actors would take more memory.
 *
 * @example
 * import { type Actor, ActorSystem, propsForEach } from "@ts-grain/actor";
 *
 * class Bulb implements Actor {
 *   readonly #room: string;
 *
 *   constructor(room: string) {
 *     this.#room = room;
 *   }
 *
 *   receive({ message }: { readonly message: unknown }): void {
 *     if (message === "turn on") console.log(`light in the ${this.#room}`);
 *   }
 * }
 *
 * const bulbProps = propsForEach((room: string) => new Bulb(room));
 * const { root } = new ActorSystem();
 * root.send(root.spawn(bulbProps("kitchen")), "turn on"); // prints: light in the kitchen
 */
export function propsForEach<Subject>(
  producer: (subject: Subject) => Actor,
  options: PropsOptions = noOptions,
): (subject: Subject) => Props {
  const compiled = compile(options);
  function produce(this: ProducerProps): Actor {
    return producer(this.subject as Subject);
  }
  return (subject) => new ProducerProps(produce, options, compiled, subject);
}

const noOptions: PropsOptions = {};
/** Shared by all props without middleware, as some programs make props for each actor. */
const noMiddleware = compileMiddleware(noOptions);

class ProducerProps implements Props {
  readonly producer: () => Actor;
  readonly options: PropsOptions;
  readonly compiled: CompiledMiddleware;
  /** What a producer of many is given. */
  readonly subject: unknown;

  // Four parameters, as an object for them would be made for each of a million actors.
  constructor(producer: () => Actor, options: PropsOptions, compiled: CompiledMiddleware, subject: unknown) {
    this.producer = producer;
    this.options = options;
    this.compiled = compiled;
    this.subject = subject;
  }

  with(options: PropsOptions): Props {
    const all = { ...this.options, ...options };
    return new ProducerProps(this.producer, all, compile(all), this.subject);
  }
}

function compile(options: PropsOptions): CompiledMiddleware {
  return hasMiddleware(options) ? compileMiddleware(options) : noMiddleware;
}

function hasMiddleware(options: PropsOptions): boolean {
  return (
    options.receiveMiddleware !== undefined ||
    options.senderMiddleware !== undefined ||
    options.spawnMiddleware !== undefined ||
    options.contextDecorators !== undefined
  );
}

function compileMiddleware(options: PropsOptions): CompiledMiddleware {
  return {
    receive: compose(options.receiveMiddleware, (context) => context.actor.receive(context)),
    send: compose(options.senderMiddleware, sendDirectly),
    spawn: compose(options.spawnMiddleware, spawnDirectly),
    decorate: decorateAll(options.contextDecorators),
  };
}

function decorateAll(decorators: readonly ContextDecorator[] | undefined): ContextDecorator | undefined {
  if (decorators === undefined || decorators.length === 0) return undefined;
  return (context) => decorators.reduceRight((inner, decorate) => decorate(inner), context);
}
