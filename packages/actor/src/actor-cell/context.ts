import { ActorError } from "../actor-error.ts";
import { headersOf, senderOf } from "../message/envelope.ts";
import { type Message, type MessageHeaders, noHeaders } from "../message/message.ts";
import { isFromRuntime, type Terminated } from "../message/system-message.ts";
import type { PID } from "../pid/pid.ts";
import type { RequestOptions, SendOptions, WaitOptions } from "../process/request-options.ts";
import type { Actor } from "./actor.ts";
import { ActorCell } from "./actor-cell.ts";
import type { ActorContext, Continuation, System } from "./actor-context.ts";
import type { ActorPlace } from "./actor-place.ts";
import { childId } from "./child-id.ts";
import { checkMessage } from "./directly.ts";
import { unstashAll } from "./lifecycle.ts";
import type { SpawnPlace } from "./middleware.ts";
import type { Props } from "./props.ts";
import { cancelReceiveTimeout, setReceiveTimeout } from "./receive-timeout.ts";
import { reenter } from "./reenter.ts";
import type { Runtime } from "./runtime.ts";
import { end, poison, reply, stop } from "./waiting.ts";

/**
 * One actor and its context, the same object for all its messages.
 *
 * A decorator may derive from it with `Object.create`, or stand before it as a proxy. Private fields are in neither, so what needs
 * them goes through `cell`.
 */
export class Context extends ActorCell implements ActorContext, SpawnPlace {
  /** @internal */
  readonly cell: ActorCell = this;
  // Whoever reads it handles a message, unless it kept the context for longer than it may.
  declare message: Message;

  constructor(runtime: Runtime, props: Props, place: ActorPlace) {
    super(runtime, props, place);
    const { decorate } = this.recipe.compiled;
    if (decorate !== undefined) this.extras.decorated = decorate(this);
  }

  get facade(): ActorContext {
    return this.extrasIfAny?.decorated ?? this;
  }

  get system(): System {
    return this.runtime.system;
  }

  get parent(): PID | undefined {
    return this.supervisor.self;
  }

  get actor(): Actor {
    return this.cell.instance!;
  }

  get children(): readonly PID[] {
    return [...(this.cell.extrasIfAny?.children ?? [])].map(({ self }) => self).reverse();
  }

  get sender(): PID | undefined {
    return senderOf(this.origin);
  }

  get headers(): MessageHeaders {
    return headersOf(this.origin) ?? noHeaders;
  }

  get signal(): AbortSignal {
    const { extras, phase } = this.cell;
    extras.abort ??= new AbortController();
    if (phase === "stopping" || phase === "stopped" || extras.isEnding) extras.abortSignal();
    return extras.abort.signal;
  }

  send(target: PID, message: Message, options?: SendOptions): void {
    this.sendAs(undefined, target, message, options?.headers);
  }

  request(target: PID, message: Message, options?: SendOptions): void {
    this.sendAs(this.self, target, message, options?.headers);
  }

  requestWithSender(target: PID, message: Message, sender: PID): void {
    this.sendAs(sender, target, message, undefined);
  }

  requestAsync<Reply = unknown>(target: PID, message: Message, options?: RequestOptions): Promise<Reply> {
    return reply(this.runtime, options, (replyTo) => this.sendAs(replyTo, target, message, options?.headers));
  }

  respond(message: Message): void {
    const { sender } = this;
    if (sender !== undefined) {
      this.sendAs(undefined, sender, message, undefined);
    } else {
      checkMessage(message);
      this.runtime.deadLetters.postSilently({ target: undefined, message, sender, reason: "no_sender" });
    }
  }

  forward(target: PID): void {
    checkUserMessage(this.message);
    this.sendAs(this.sender, target, this.message, headersOf(this.origin));
  }

  stop(target: PID): void {
    stop(this.runtime, target);
  }

  poison(target: PID): void {
    poison(this.runtime, target);
  }

  stopAsync(target: PID, options?: WaitOptions): Promise<Terminated> {
    return end(this.runtime, target, { begin: stop, wait: options });
  }

  poisonAsync(target: PID, options?: WaitOptions): Promise<Terminated> {
    return end(this.runtime, target, { begin: poison, wait: options });
  }

  spawn(props: Props): PID {
    return this.start(props, undefined);
  }

  spawnNamed(props: Props, name: string): PID {
    return this.start(props, childId(this.self, name));
  }

  spawnPrefix(props: Props, prefix: string): PID {
    if (this.recipe.compiled.spawn === undefined) return this.spawnDirectly(props, undefined, prefix);
    return this.start(props, childId(this.self, prefix + this.runtime.processes.nextId()));
  }

  /** @internal */
  spawnDirectly(props: Props, id: string | undefined, prefix?: string): PID {
    const { runtime, phase } = this;
    // A child that came after its siblings were told to stop would never be told.
    if (phase !== "running" && phase !== "failed") {
      throw new ActorError("stopped", `${this.self.toString()} is ${phase} and spawns no children`);
    }
    return runtime.spawn(props, { parent: this.cell, id, prefix });
  }

  stash(): void {
    const { message, origin } = this;
    checkUserMessage(message);
    const { extras } = this.cell;
    extras.stash ??= [];
    extras.stash.push({ message, origin });
  }

  unstashAll(): void {
    unstashAll(this.cell);
  }

  watch(target: PID): void {
    if (target !== this.self) this.cell.extras.watches.watch(this.self, target);
  }

  unwatch(target: PID): void {
    this.cell.extrasIfAny?.watchesIfAny?.unwatch(this.self, target);
  }

  setReceiveTimeout(timeoutMs: number): void {
    setReceiveTimeout(this.cell, timeoutMs);
  }

  cancelReceiveTimeout(): void {
    cancelReceiveTimeout(this.cell);
  }

  reenterAfter<T>(promise: PromiseLike<T>, continuation: Continuation<T>): void {
    reenter(this.cell, promise, continuation);
  }

  pipeTo(promise: PromiseLike<Message>, target: PID): void {
    promise
      .then(
        (value) => this.request(target, value),
        (reason: unknown) => this.request(target, toError(reason)),
      )
      .then(undefined, (error: unknown) =>
        this.system.logger.error({ err: error }, "the outcome of a promise could not be sent"),
      );
  }

  // Four parameters, as an object for them would be made for every message.
  /** @internal Sends through the middleware, if there is any. */
  sendAs(sender: PID | undefined, target: PID, message: Message, headers: MessageHeaders | undefined): void {
    const { runtime, recipe } = this;
    const { send } = recipe.compiled;
    if (send === undefined) {
      checkMessage(message);
      runtime.processes.get(target).sendUser(target, message, sender, headers);
    } else {
      send(this, target, { message, sender, headers });
    }
  }

  /** @internal Spawns through the middleware, if there is any. */
  start(props: Props, id: string | undefined): PID {
    const { spawn } = this.recipe.compiled;
    return spawn === undefined ? this.spawnDirectly(props, id) : spawn(this, props, id);
  }
}

function checkUserMessage(message: Message | undefined): void {
  if (message === undefined || isFromRuntime(message))
    throw new ActorError("no_message", "no user message is being handled");
}

function toError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason), { cause: reason });
}
