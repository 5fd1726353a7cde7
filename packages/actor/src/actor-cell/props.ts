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
  /** @internal What actors keep of it: all that the props of many have in common. */
  readonly recipe: Recipe;
  /** @internal What the recipe's producer is to be given. */
  readonly subject: unknown;
}

/** @internal How to start actors that differ in one thing at most. */
export interface Recipe {
  readonly producer: (subject: unknown) => Actor;
  readonly options: PropsOptions;
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
  return new ProducerProps(producer, options);
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
  const recipe = new ProducerProps(producer as Recipe["producer"], options);
  return (subject) => new PropsOfOne(recipe, subject);
}

const noOptions: PropsOptions = {};
/** Shared by all props without middleware, as some programs make props for each actor. */
const noMiddleware = compileMiddleware(noOptions);

/** Props that are all that their actors need, and the recipe for many that are not. */
class ProducerProps implements Props, Recipe {
  readonly producer: (subject?: unknown) => Actor;
  readonly options: PropsOptions;
  readonly compiled: CompiledMiddleware;

  constructor(producer: (subject?: unknown) => Actor, options: PropsOptions) {
    this.producer = producer;
    this.options = options;
    this.compiled = compile(options);
  }

  get recipe(): Recipe {
    return this;
  }

  get subject(): undefined {
    return undefined;
  }

  with(options: PropsOptions): ProducerProps {
    return new ProducerProps(this.producer, { ...this.options, ...options });
  }
}

/** Props of one of many actors. Nothing keeps them once it is spawned. */
class PropsOfOne implements Props {
  readonly recipe: ProducerProps;
  readonly subject: unknown;

  constructor(recipe: ProducerProps, subject: unknown) {
    this.recipe = recipe;
    this.subject = subject;
  }

  get options(): PropsOptions {
    return this.recipe.options;
  }

  get producer(): () => Actor {
    return () => this.recipe.producer(this.subject);
  }

  with(options: PropsOptions): Props {
    return new PropsOfOne(this.recipe.with(options), this.subject);
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
