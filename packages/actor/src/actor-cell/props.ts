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

/** How to start an actor, besides making it. */
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

/** How to start an actor. Made by `propsFromProducer` and `propsFromFunction`, and never changed. */
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

/** Starts actors that the producer makes: one for the first incarnation, and one for each restart. */
export function propsFromProducer(producer: () => Actor, options: PropsOptions = noOptions): Props {
  return new ProducerProps(producer, options);
}

/** Starts actors without a state of their own, or with one in a closure that restarts leave alone. */
export function propsFromFunction(receive: Receive, options: PropsOptions = noOptions): Props {
  const actor: Actor = { receive };
  return propsFromProducer(() => actor, options);
}

const noOptions: PropsOptions = {};
/** Shared by all props without options, as some programs make props for each actor. */
const noMiddleware = compileMiddleware(noOptions);

class ProducerProps implements Props {
  readonly producer: () => Actor;
  readonly options: PropsOptions;
  readonly compiled: CompiledMiddleware;

  constructor(producer: () => Actor, options: PropsOptions) {
    this.producer = producer;
    this.options = options;
    this.compiled = options === noOptions ? noMiddleware : compileMiddleware(options);
  }

  with(options: PropsOptions): Props {
    return new ProducerProps(this.producer, { ...this.options, ...options });
  }
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
