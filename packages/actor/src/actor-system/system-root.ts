import type { RootContext, System } from "../actor-cell/actor-context.ts";
import { childId } from "../actor-cell/child-id.ts";
import { checkMessage } from "../actor-cell/directly.ts";
import type { SendMessage, SpawnActor, SpawnPlace } from "../actor-cell/middleware.ts";
import type { Props } from "../actor-cell/props.ts";
import type { Runtime } from "../actor-cell/runtime.ts";
import { end, poison, reply, stop } from "../actor-cell/waiting.ts";
import { ActorError } from "../actor-error.ts";
import { type Message, type MessageHeaders, noHeaders } from "../message/message.ts";
import { RequestFailed } from "../message/request-failed.ts";
import type { Terminated } from "../message/system-message.ts";
import type { PID } from "../pid/pid.ts";
import type { ReplyHandler } from "../process/reply-handler.ts";
import type { RequestOptions, SendOptions, WaitOptions } from "../process/request-options.ts";
import type { Guardians } from "./guardians.ts";

/** What a system's root is made with. */
export interface RootParts {
  readonly runtime: Runtime;
  readonly guardians: Guardians;
  /** Aborts when the system shuts down. */
  readonly signal: AbortSignal;
  readonly headers: MessageHeaders | undefined;
  readonly send: SendMessage | undefined;
  readonly spawn: SpawnActor | undefined;
}

/** Acts for all that is outside of actors. */
export class SystemRoot implements RootContext, SpawnPlace {
  readonly self: undefined = undefined;
  readonly #parts: RootParts;
  readonly #runtime: Runtime;

  constructor(parts: RootParts) {
    this.#parts = parts;
    this.#runtime = parts.runtime;
  }

  get system(): System {
    return this.#runtime.system;
  }

  get signal(): AbortSignal {
    return this.#parts.signal;
  }

  get headers(): MessageHeaders {
    return this.#parts.headers ?? noHeaders;
  }

  send(target: PID, message: Message, options?: SendOptions): void {
    this.#sendAs(undefined, target, message, options);
  }

  request(target: PID, message: Message, options?: SendOptions): void {
    this.#sendAs(undefined, target, message, options);
  }

  requestWithSender(target: PID, message: Message, sender: PID): void {
    this.#sendAs(sender, target, message, undefined);
  }

  requestAsync<Reply = unknown>(target: PID, message: Message, options?: RequestOptions): Promise<Reply> {
    return reply(this.#runtime, options, (replyTo) => this.#sendAs(replyTo, target, message, options));
  }

  requestInto(target: PID, message: Message, handler: ReplyHandler, options?: RequestOptions): void {
    const { replies } = this.#runtime;
    let replyTo: PID | undefined;
    try {
      replyTo = replies.open(handler, undefined, options);
      this.#sendAs(replyTo, target, message, options);
    } catch (error) {
      if (replyTo === undefined) handler.onFailure(error);
      else replies.sendUser(replyTo, new RequestFailed(error as Error));
    }
  }

  stop(target: PID): void {
    stop(this.#runtime, target);
  }

  poison(target: PID): void {
    poison(this.#runtime, target);
  }

  stopAsync(target: PID, options?: WaitOptions): Promise<Terminated> {
    return end(this.#runtime, target, { begin: stop, wait: options });
  }

  poisonAsync(target: PID, options?: WaitOptions): Promise<Terminated> {
    return end(this.#runtime, target, { begin: poison, wait: options });
  }

  spawn(props: Props): PID {
    return this.#start(props, undefined);
  }

  spawnNamed(props: Props, name: string): PID {
    return this.#start(props, childId(undefined, name));
  }

  spawnPrefix(props: Props, prefix: string): PID {
    if (this.#parts.spawn === undefined) return this.spawnDirectly(props, undefined, prefix);
    return this.#start(props, childId(undefined, prefix + this.#runtime.processes.nextId()));
  }

  /** @internal */
  spawnDirectly(props: Props, id: string | undefined, prefix?: string): PID {
    const { guardians } = this.#parts;
    if (guardians.isClosed) throw new ActorError("stopped", "the actor system has been shut down");
    const { spawn } = this.#runtime;
    const { guardianStrategy } = props.options;
    if (guardianStrategy === undefined) return spawn(props, { parent: guardians.default, id, prefix });
    return guardians.spawnUnder(guardianStrategy, (parent) => spawn(props, { parent, id, prefix }));
  }

  #start(props: Props, id: string | undefined): PID {
    const { spawn } = this.#parts;
    return spawn === undefined ? this.spawnDirectly(props, id) : spawn(this, props, id);
  }

  // Four parameters, as an object for them would be made for every message.
  #sendAs(sender: PID | undefined, target: PID, message: Message, options: SendOptions | undefined): void {
    const { send } = this.#parts;
    if (send === undefined) {
      checkMessage(message);
      this.#runtime.processes.get(target).sendUser(target, message, sender, options?.headers);
    } else {
      send(this, target, { message, sender, headers: options?.headers });
    }
  }
}
