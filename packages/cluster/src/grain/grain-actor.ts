import {
  type Actor,
  type ActorContext,
  ActorError,
  type PID,
  Restarting,
  Started,
  Stopped,
  Stopping,
  Terminated,
} from "@ts-grain/actor";
import { type Activation, type DeactivationReason, Passivate } from "../identity/activation.ts";
import { CallHere } from "../identity/call-here.ts";
import type { ActiveNode } from "../stats/active-grains.ts";
import { FirstTurn } from "./first-turn.ts";
import type { Awaitable, GrainHooks, GrainKind } from "./grain.ts";
import { GrainCall } from "./grain-call.ts";
import { ActivationContext } from "./grain-context.ts";
import { handleMessage } from "./grain-message.ts";
import {
  type ActiveGrain,
  isPromiseLike,
  readGrainCall,
  respondFailure,
  runGrainCall,
  type Turn,
} from "./grain-turn.ts";
import type { Watched } from "./idle-watch.ts";
import { Interleaving } from "./interleaving.ts";
import { LateStart } from "./late-start.ts";
import { tellingPlace } from "./located-answer.ts";
import { ReceivedCall } from "./received-call.ts";

/** Has a grain look, in its turn, whether it is still idle. */
const idleCheck: object = Object.freeze({ looks: "whether it is idle" });

/** Stands for a grain that is not there yet, or not any more. */
const noGrain: object = Object.freeze({});

/**
 * The actor around one activation of a grain, what the grain is given, and, unless it had to begin anew, the activation itself: three
 * objects for each grain would take more memory. Its methods are private by type only, as a mark that `#` methods may be called would.
 */
export class GrainActor extends ActivationContext implements Actor, ActiveGrain, ActiveNode, Watched {
  older: ActiveNode | undefined = undefined;
  younger: ActiveNode | undefined = undefined;
  instance: object = noGrain;
  usedAtMs = 0;
  /** Whether it has begun, in its parent's turn or in its own; is looked at by the idle watch; has ended. */
  private stage: "new" | "parented" | "begun" | "watched" | "ended" = "new";

  get isNew(): boolean {
    return this.stage === "new";
  }

  override get parent(): PID | undefined {
    // What is not under way any more has been lost.
    if (this.underWayToParent > 0 && this.isSettled) this.underWayToParent = 0;
    if (this.hasActor && this.underWayToParent === 0) return undefined;
    return this.host.interleaves ? undefined : this.host.placement;
  }

  /** Its actor begins, and ends when it has been idle. */
  override afterFailure(): void {
    if (this.isNew) void this.pid;
  }

  override get hasEnded(): boolean {
    return this.stage === "ended";
  }

  /** What its actor is to be: itself, and after a failure one that knows nothing of what was before. */
  incarnate(): GrainActor {
    return this.hasActor ? new NextIncarnation(this) : this;
  }

  /** Begins with its first call, in the turn of its parent. What takes longer, or fails, is the business of its own actor. */
  beginWith(call: GrainCall | ReceivedCall, context: ActorContext): void {
    this.stage = "parented";
    const turn = new FirstTurn(this, context);
    const activating = orRejected(() => this.activate());
    const rest = activating ?? orRejected(() => this.answer(turn, call));
    if (rest) this.rare.firstTurn = turn.leave(rest);
    // Whoever reads it starts the actor.
    if (activating) context.forward(this.pid);
    else if (rest || this.seldom?.failure) void this.pid;
  }

  /** Aborts when it ends, for who has read a call's signal while it had no actor. */
  get abort(): AbortController {
    const { rare } = this;
    rare.abort ??= new AbortController();
    if (this.hasEnded) rare.abort.abort(ended());
    return rare.abort;
  }

  endWithoutActor(): void | Promise<void> {
    if (this.stage === "new") {
      this.stage = "ended";
      return undefined;
    }
    const ending = this.deactivate(this.reason);
    if (ending) return ending.then(() => this.letGo());
    return this.letGo();
  }

  get context(): ActivationContext {
    return this;
  }

  receive(context: ActorContext): void | Promise<void> {
    return this.seldom?.late ? this.seldom.late.receive(context) : this.handle(context);
  }

  handle(context: ActorContext): void | Promise<void> {
    const { message } = context;
    if (message instanceof GrainCall || message instanceof ReceivedCall) return this.call(context, message);
    if (message instanceof CallHere) return this.call(context, message.call as GrainCall);
    if (message instanceof Started) return this.start(context);
    if (message instanceof Stopping) return this.deactivate(this.activation.reason);
    if (message instanceof Restarting) return this.deactivate("failed");
    if (message === idleCheck) return this.onIdle(context);
    if (message instanceof Stopped) return this.letGo();
    if (message instanceof Terminated) return undefined;
    return handleMessage(this, context);
  }

  /** Rounded up, as the engine keeps a whole number in the grain and makes an object for any other. */
  use(nowMs: number): void {
    this.usedAtMs = Math.ceil(nowMs);
  }

  becomeIdle(): void {
    const { root } = this.cluster.system;
    const { placement } = this.host;
    // Without an actor no call waits for its turn.
    if (!this.activation.hasActor && placement) root.send(placement, new Passivate(this.activation));
    else root.send(this.self, idleCheck);
  }

  private call(context: ActorContext, message: GrainCall | ReceivedCall): void | Promise<void> {
    return this.answer(this.interleaving ? turnFor(context) : context, message);
  }

  private answer(turn: Turn, message: GrainCall | ReceivedCall): void | Promise<void> {
    const failure = this.seldom?.failure;
    if (failure) return respondFailure(this, turn, failure.reason);
    try {
      const call = readGrainCall(this, message);
      // Who calls a method has its response compiled in. Members of Proto.Actor Go name no method.
      if (message instanceof ReceivedCall && message.request.methodName === "" && turn.sender)
        this.host.peerKnows(turn.sender.address, call.method.output.typeName);
      const { interleaving } = this;
      const tells = message instanceof ReceivedCall && message.tellsPlace;
      const answering = tells ? tellingPlace(turn, call.method, this.self.id) : turn;
      if (!interleaving) return runGrainCall(this, answering, call);
      return interleave(this, answering, call);
    } catch (error) {
      return respondFailure(this, turn, error);
    }
  }

  /** Its actor begins: with what its parent's turn has left undone, if it was begun there. */
  private goOn(context: ActorContext): Promise<void> | undefined {
    if (this.stage === "parented") this.stage = "begun";
    const { seldom } = this;
    if (!seldom) return undefined;
    const { firstTurn, failure } = seldom;
    seldom.firstTurn = undefined;
    this.dropUnused();
    // Not before, so that who has called it meanwhile hears of the failure as well.
    if (failure) context.poison(context.self);
    return firstTurn?.continueIn(context);
  }

  private onIdle(context: ActorContext): void {
    const { kind, clock } = this.host;
    if (this.interleaving?.isIdle === false) return;
    if (clock.nowMs() < this.usedAtMs + kind.idleTimeoutMs) return;
    context.send(context.parent!, new Passivate(this.activation));
  }

  private start(context: ActorContext): void | Promise<void> {
    if (this.stage !== "new") return this.goOn(context);
    this.stage = "begun";
    return this.activate();
  }

  /** Stays synchronous if the grain does: a promise for each activation would cost as much as all the rest of it. */
  private activate(): void | Promise<void> {
    const { host } = this;
    const { counters, interleaves } = host;
    counters.begin(this);
    if (interleaves) this.rare.interleaving = new Interleaving(this, host.kind.maxQueuedCalls);
    return host.slots.isFull ? this.loadLater() : this.load();
  }

  private async loadLater(): Promise<void> {
    const { activation } = this;
    if (await this.host.slots.beginLater(activation)) this.rare.late = new LateStart(this, activation);
    // It ends before it has begun: the calls that it has go back, to where the grain is next.
    else this.cluster.system.root.stop(this.self);
  }

  /** What waits for its slot need not begin only to end. */
  override beginToEnd(reason: DeactivationReason): void {
    super.beginToEnd(reason);
    this.host.slots.withdraw(this);
  }

  load(): void | Promise<void> {
    const { kind, slots } = this.host;
    try {
      const instance = kind.factory(this.context);
      const activated = isPromiseLike(instance)
        ? instance.then((made) => this.attach(made))
        : this.attach(instance);
      if (isPromiseLike(activated)) return this.onceActivated(activated);
      this.watchIdle();
    } catch (error) {
      this.fail(error);
    }
    slots.giveBack(this.activation);
    return undefined;
  }

  /** Hands the grain its context, and lets it begin. */
  private attach(instance: object): Awaitable<void> {
    if ("~attachContext" in instance) (instance as GrainKind)["~attachContext"](this.context);
    this.instance = instance;
    return this.hooks.onActivate?.(this.context);
  }

  private async onceActivated(activated: PromiseLike<void>): Promise<void> {
    const { slots } = this.host;
    slots.take(this.activation);
    try {
      await activated;
      this.watchIdle();
    } catch (error) {
      this.fail(error);
    } finally {
      slots.giveBack(this.activation);
    }
  }

  private watchIdle(): void {
    const { idleWatch, clock } = this.host;
    if (!idleWatch) return;
    this.use(clock.nowMs());
    this.stage = "watched";
    idleWatch.add(this);
  }

  /** The calls that wait for it are answered with the error. */
  private fail(error: unknown): void {
    const { cluster, logger } = this.context;
    this.rare.failure = { reason: error };
    this.activation.reason = "failed";
    logger.error({ error }, "a grain could not be activated");
    if (this.stage !== "parented") cluster.system.root.poison(this.self);
  }

  private deactivate(reason: DeactivationReason): void | Promise<void> {
    const { counters, idleWatch } = this.host;
    counters.end(this, reason);
    if (this.stage === "watched") idleWatch?.ended();
    this.stage = "ended";
    this.seldom?.abort?.abort(ended());
    if (this.interleaving || this.hooks.onDeactivate) return this.letEnd(reason);
    return undefined;
  }

  private async letEnd(reason: DeactivationReason): Promise<void> {
    if (this.interleaving) await this.interleaving.end(reason);
    try {
      await this.hooks.onDeactivate?.(this.context, reason);
    } catch (error) {
      this.context.logger.error({ error }, "onDeactivate failed");
    }
  }

  /** Caches of PIDs, and the idle watch for a while, keep what is left. */
  private letGo(): void {
    this.instance = noGrain;
  }

  get hooks(): GrainHooks {
    return this.instance as GrainHooks;
  }
}

/** A grain's actor after a failure. */
class NextIncarnation extends GrainActor {
  readonly #first: GrainActor;

  constructor(first: GrainActor) {
    super(first.host, first.identity, () => first.pid);
    this.#first = first;
  }

  protected override get activation(): Activation {
    return this.#first;
  }
}

/** The actor takes its next message while the call is under way. */
function interleave(grain: GrainActor, turn: Turn, call: GrainCall): void {
  const { self, cluster, interleaving } = grain;
  const { processes } = cluster.system;
  interleaving!.add({
    call,
    run: () => runGrainCall(grain, turn, call),
    refuse: (reason) => processes.deadLetter({ target: self, message: call, sender: turn.sender, reason }),
  });
}

/** A turn that goes on when the actor handles other messages. */
function turnFor(context: ActorContext): Turn {
  const { sender, headers } = context;
  return {
    sender,
    headers,
    get signal() {
      return context.signal;
    },
    respond: (response) => sender && context.send(sender, response),
  };
}

function ended(): ActorError {
  return new ActorError("stopped", "the grain's activation has ended");
}

/** The promise that it returns, if it does, and one that is rejected if it throws. */
function orRejected(run: () => void | Promise<void>): Promise<void> | undefined {
  try {
    return run() ?? undefined;
  } catch (error) {
    return Promise.reject(error as Error);
  }
}
