import { Mailbox, type Undelivered } from "../mailbox/mailbox.ts";
import { createQueue, firstQueue } from "../mailbox/mailbox-options.ts";
import type { MessageQueue } from "../mailbox/message-queue.ts";
import { andThen } from "../mailbox/thenable.ts";
import { AutoRespond } from "../message/auto-respond.ts";
import { ControlMessage, PoisonPill } from "../message/control-message.ts";
import { headersOf, type Origin, senderOf } from "../message/envelope.ts";
import { type LifecycleMessage, Started } from "../message/lifecycle.ts";
import type { Message } from "../message/message.ts";
import { AnsweredBatch, MessageBatch, UnpackedBatch } from "../message/message-batch.ts";
import { Signal } from "../message/signal.ts";
import { Stop, type SystemMessage, type Terminated, Unwatch, Watch } from "../message/system-message.ts";
import { PID } from "../pid/pid.ts";
import type { ProcessHome } from "../pid/process.ts";
import type { Actor } from "./actor.ts";
import type { ActorContext } from "./actor-context.ts";
import type { ActorPlace } from "./actor-place.ts";
import { CellExtras } from "./cell-extras.ts";
import type { ChildList, ChildNode } from "./child-list.ts";
import { superviseChild } from "./failure.ts";
import { childEnded, stopCell } from "./lifecycle.ts";
import type { Props, Recipe } from "./props.ts";
import type { Runtime } from "./runtime.ts";
import type { Supervisor } from "./supervisor.ts";

/** Where an actor is in its life; "failed" waits for the supervisor, "restarting" and "stopping" for children. */
export type CellPhase = "running" | "failed" | "restarting" | "stopping" | "stopped";

/**
 * Joins one actor with its mailbox and its place among the others.
 *
 * The cell derives from the mailbox, and what the actor sees of it, the context, from the cell: three objects for each actor
 * would take more memory, and more time to reach, than most of what they do.
 */
export abstract class ActorCell extends Mailbox implements Supervisor, ChildNode<ActorCell> {
  // In the order in which a message needs them, as those that lie side by side are fetched together.
  /** The message being handled; undefined while there is none. */
  message: Message | undefined = undefined;
  /** @internal Who sent it, with what headers. */
  origin: Origin = undefined;
  #extras: CellExtras | undefined = undefined;
  /** @internal The present incarnation; undefined if it could not be made. */
  instance: Actor | undefined;
  /** @internal */
  readonly recipe: Recipe;
  readonly #subject: unknown;
  /** @internal */
  phase: CellPhase = "running";
  /** @internal */
  readonly runtime: Runtime;
  readonly self: PID;
  /** @internal The parent's cell, or a guardian. */
  readonly supervisor: Supervisor;
  /** @internal What its name begins with, if that is still to be made up. */
  readonly prefix: string | undefined;
  /** @internal */
  older: ActorCell | undefined = undefined;
  /** @internal */
  younger: ActorCell | undefined = undefined;

  /** Makes the actor, and begins nothing. Throws what the producer throws. */
  constructor(runtime: Runtime, props: Props, place: ActorPlace) {
    super(runtime.runQueue, firstQueue(props.options.mailbox));
    this.recipe = props.recipe;
    this.#subject = props.subject;
    this.runtime = runtime;
    this.self = new PID(runtime.processes, place.id);
    this.self.process = this;
    this.supervisor = place.parent;
    this.prefix = place.prefix;
    this.instance = this.produce();
  }

  /** Makes an incarnation. */
  produce(): Actor {
    return this.recipe.producer(this.#subject);
  }

  /** The context as the actor sees it: decorated, if the props say so. */
  abstract readonly facade: ActorContext;

  abstract respond(message: Message): void;

  get home(): ProcessHome {
    return this.runtime.processes;
  }

  /** What few actors need; made on the first use. */
  get extras(): CellExtras {
    this.#extras ??= new CellExtras(this.runtime.processes);
    return this.#extras;
  }

  /** The extras, if there are any. */
  get extrasIfAny(): CellExtras | undefined {
    return this.#extras;
  }

  get childList(): ChildList<ActorCell> {
    return this.extras.children;
  }

  chooseId(): string {
    const { processes } = this.runtime;
    const { self: parent } = this.supervisor;
    const prefix = (parent === undefined ? "" : `${parent.id}/`) + (this.prefix ?? "");
    let id: string;
    do id = prefix + processes.nextId();
    while (processes.getLocal(id) !== undefined);
    if (this.phase !== "stopped") processes.list(id, this);
    return id;
  }

  protected makeQueue(): MessageQueue {
    return createQueue(this.recipe.options.mailbox);
  }

  protected handleUser(message: Message, origin: Origin): unknown {
    this.message = message;
    this.origin = origin;
    if (message instanceof ControlMessage) return this.control(message);
    this.#extras?.receiveTimer?.noticeMessage(message);
    return this.receive();
  }

  protected handleSystem(message: SystemMessage): unknown {
    if (message instanceof Started) return this.deliver(message);
    if (message instanceof Signal) return message.run();
    if (message instanceof Stop) return stopCell(this);
    if (message instanceof Watch) return this.extras.watches.addWatcher(message.watcher);
    if (message instanceof Unwatch) return this.extras.watches.removeWatcher(message.watcher);
    if (this.#extras?.watchesIfAny?.settle(message.who)) return this.deliver(message);
    return undefined;
  }

  handleFailure(reason: unknown, message: Message | undefined): void {
    const failed = message ?? this.message;
    if (this.phase === "running") {
      this.phase = "failed";
      this.suspend();
      this.supervisor.childFailed(this, reason, failed);
    } else {
      // A decision is under way already, or there is nothing left to decide.
      this.runtime.logger.error({ err: reason, actor: this.self, phase: this.phase }, "actor failed");
    }
  }

  protected handleWaiting(message: SystemMessage): void {
    if (message instanceof Stop) this.extras.endSoon();
  }

  protected handleIdle(): void {
    // An idle actor must not keep its last message alive.
    this.message = undefined;
    this.origin = undefined;
    // One that waits for its supervisor is not idle.
    if (this.#extras !== undefined && this.phase === "running") this.#extras.receiveTimer?.noticeIdle();
  }

  undeliverable(target: PID | undefined, undelivered: Undelivered): void {
    const { processes, deadLetters } = this.runtime;
    const { origin, reason, answer } = undelivered;
    const message =
      undelivered.message instanceof UnpackedBatch ? undelivered.message.batch : undelivered.message;
    const sender = senderOf(origin);
    const successor = target === undefined ? deadLetters : processes.getSuccessor(target, this);
    if (target !== undefined && successor !== deadLetters) {
      successor.sendUser(target, message, sender, headersOf(origin));
      return;
    }
    const letter = { target: target ?? this.self, message, sender, reason };
    if (answer === "any_sender" || (sender !== undefined && sender.requestId !== 0)) deadLetters.post(letter);
    else deadLetters.postSilently(letter);
  }

  protected undeliverableSystem(target: PID | undefined, message: SystemMessage): void {
    const { processes, deadLetters } = this.runtime;
    if (target === undefined) deadLetters.sendSystem(this.self, message);
    else processes.getSuccessor(target, this).sendSystem(target, message);
  }

  childFailed(child: ActorCell, reason: unknown, message: Message | undefined): void {
    this.inTurn(() => superviseChild(this, { child, reason, message }));
  }

  childEnded(child: ActorCell): void {
    this.inTurn(() => childEnded(this, child));
  }

  /** Has a step of the runtime run in this actor's turn. */
  inTurn(run: () => void | PromiseLike<void>): void {
    this.sendSystem(this.self, new Signal(run));
  }

  /** Gives the actor a message from the runtime. */
  deliver(message: LifecycleMessage | Terminated): void | Promise<void> {
    this.message = message;
    this.origin = undefined;
    return this.receive();
  }

  /** Lets the actor, and its middleware, handle the context's message. */
  receive(): void | Promise<void> {
    const { instance } = this;
    // Without an actor, its producer failed at a restart, and there is nobody to tell.
    if (instance === undefined) return undefined;
    const { receive } = this.recipe.compiled;
    return receive === undefined ? instance.receive(this.facade) : receive(this.facade);
  }

  private control(message: ControlMessage): unknown {
    if (message instanceof PoisonPill) return stopCell(this);
    if (message instanceof MessageBatch) {
      const { origin } = this;
      this.putBack(new UnpackedBatch(message), message instanceof AnsweredBatch ? origin : undefined);
      for (const part of message.messages.toReversed()) this.putBack(part, undefined);
      return undefined;
    }
    if (message instanceof UnpackedBatch) {
      const { batch } = message;
      if (batch instanceof AnsweredBatch) return this.respond(batch.autoResponse(this.self));
      this.message = batch;
    }
    this.#extras?.receiveTimer?.noticeMessage(message);
    if (!(message instanceof AutoRespond)) return this.receive();
    return andThen(this.receive(), () => this.respond(message.autoResponse(this.self)));
  }
}
