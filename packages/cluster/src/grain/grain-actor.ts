import {
  type Actor,
  type ActorContext,
  propsForEach,
  Restarting,
  Started,
  Stopped,
  Stopping,
  Terminated,
} from "@ts-grain/actor";
import {
  type Activation,
  type DeactivationReason,
  type HostedKind,
  Passivate,
} from "../identity/activation.ts";
import type { ActiveNode } from "../stats/active-grains.ts";
import { Deadline } from "./deadline.ts";
import type { Awaitable, GrainHooks, GrainKind } from "./grain.ts";
import { GrainCall } from "./grain-call.ts";
import { ActivationContext, CallContext } from "./grain-context.ts";
import { GrainHost, type GrainHosting } from "./grain-host.ts";
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
import type { Kind } from "./kind.ts";
import { tellingPlace } from "./located-answer.ts";
import { ReceivedCall } from "./received-call.ts";

/** Makes a kind something that the placement of activations can start. */
export function hostKind(kind: Kind, hosting: GrainHosting): HostedKind {
  const host = new GrainHost(kind, hosting);
  const { name, maxQueuedCalls: capacity } = kind;
  const propsForGrain = propsForEach((grain: GrainActor) => grain.incarnate(), { mailbox: { capacity } });
  return {
    name,
    newActivation: (identity) => new GrainActor(host, identity),
    propsFor(activation: Activation) {
      if (activation instanceof GrainActor && activation.host === host) return propsForGrain(activation);
      throw new TypeError(`newActivation of the kind ${name} has not made this activation`);
    },
  };
}

/** Has a grain look, in its turn, whether it is still idle. */
const idleCheck: object = Object.freeze({ looks: "whether it is idle" });

/** Stands for a grain that is not there yet, or not any more. */
const noGrain: object = Object.freeze({});

/**
 * The actor around one activation of a grain, what the grain is given, and, unless it had to begin anew, the activation itself: three
 * objects for each grain would take more memory. Its methods are private by type only, as a mark that `#` methods may be called would.
 */
class GrainActor extends ActivationContext implements Actor, ActiveGrain, ActiveNode, Watched {
  older: ActiveNode | undefined = undefined;
  younger: ActiveNode | undefined = undefined;
  instance: object = noGrain;
  usedAtMs = 0;
  /** Whether it is an actor yet, is looked at by the idle watch, has ended. */
  private stage: "new" | "made" | "watched" | "ended" = "new";

  get hasEnded(): boolean {
    return this.stage === "ended";
  }

  /** What its actor is to be: itself, and after a failure one that knows nothing of what was before. */
  incarnate(): GrainActor {
    if (this.stage !== "new") return new NextIncarnation(this);
    this.stage = "made";
    return this;
  }

  protected get activation(): Activation {
    return this;
  }

  get context(): ActivationContext {
    return this;
  }

  receive(context: ActorContext): void | Promise<void> {
    const { message } = context;
    if (message instanceof GrainCall) return this.call(context, message);
    if (message instanceof ReceivedCall) return this.call(context, message);
    if (message instanceof Started) return this.activate(context);
    if (message instanceof Stopping) return this.deactivate(this.activation.reason);
    if (message instanceof Restarting) return this.deactivate("failed");
    if (message === idleCheck) return this.onIdle(context);
    if (message instanceof Stopped) return this.letGo();
    if (message instanceof Terminated) return undefined;
    return this.onMessage(context);
  }

  /** Rounded up, as the engine keeps a whole number in the grain and makes an object for any other. */
  use(nowMs: number): void {
    this.usedAtMs = Math.ceil(nowMs);
  }

  becomeIdle(): void {
    const { self, cluster } = this.context;
    cluster.system.root.send(self, idleCheck);
  }

  private call(context: ActorContext, message: GrainCall | ReceivedCall): void | Promise<void> {
    const failure = this.seldom?.failure;
    if (failure) return respondFailure(this, context, failure.reason);
    try {
      const call = readGrainCall(this, message);
      // Who calls a method has its response compiled in. Members of Proto.Actor Go name no method.
      if (message instanceof ReceivedCall && message.request.methodName === "" && context.sender)
        this.host.peerKnows(context.sender.address, call.method.output.typeName);
      const { interleaving } = this;
      if (!interleaving) return runGrainCall(this, this.answering(message, context, call), call);
      const turn = this.answering(message, turnFor(context), call);
      return this.interleave(interleaving, turn, call);
    } catch (error) {
      return respondFailure(this, context, error);
    }
  }

  /** The turn, whose answer says where the grain is if that was asked for. */
  private answering(message: GrainCall | ReceivedCall, turn: Turn, { method }: GrainCall): Turn {
    const tells = message instanceof ReceivedCall && message.tellsPlace;
    return tells ? tellingPlace(turn, method, this.self.id) : turn;
  }

  /** The actor takes its next message while the call is under way. */
  private interleave(interleaving: Interleaving, turn: Turn, call: GrainCall): void {
    const { self } = this;
    const { processes } = this.cluster.system;
    interleaving.add({
      call,
      run: () => runGrainCall(this, turn, call),
      refuse: (reason) => processes.deadLetter({ target: self, message: call, sender: turn.sender, reason }),
    });
  }

  private onIdle(context: ActorContext): void {
    const { kind, clock } = this.host;
    if (this.interleaving?.isIdle === false) return;
    if (clock.nowMs() < this.usedAtMs + kind.idleTimeoutMs) return;
    context.send(context.parent!, new Passivate(this.activation));
  }

  /** Stays synchronous if the grain does: a promise for each activation would cost as much as all the rest of it. */
  private activate({ self }: ActorContext): void | Promise<void> {
    const { host } = this;
    const { counters, interleaves } = host;
    counters.begin(this);
    if (interleaves) this.rare.interleaving = new Interleaving(this, host.kind.maxQueuedCalls);
    this.pid = self;
    try {
      const instance = host.kind.factory(this.context);
      const activated = isPromiseLike(instance)
        ? instance.then((made) => this.attach(made))
        : this.attach(instance);
      if (isPromiseLike(activated)) return this.onceActivated(activated);
      this.watchIdle();
    } catch (error) {
      this.fail(error);
    }
    return undefined;
  }

  /** Hands the grain its context, and lets it begin. */
  private attach(instance: object): Awaitable<void> {
    if ("~attachContext" in instance) (instance as GrainKind)["~attachContext"](this.context);
    this.instance = instance;
    return this.hooks.onActivate?.(this.context);
  }

  private async onceActivated(activated: PromiseLike<void>): Promise<void> {
    try {
      await activated;
      this.watchIdle();
    } catch (error) {
      this.fail(error);
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
    const { self, cluster, logger } = this.context;
    this.rare.failure = { reason: error };
    this.activation.reason = "failed";
    logger.error({ error }, "a grain could not be activated");
    cluster.system.root.poison(self);
  }

  private deactivate(reason: DeactivationReason): void | Promise<void> {
    const { counters, idleWatch } = this.host;
    counters.end(this, reason);
    if (this.stage === "watched") idleWatch?.ended();
    this.stage = "ended";
    if (this.interleaving || this.hooks.onDeactivate) return this.letEnd(reason);
    return undefined;
  }

  private async letEnd(reason: DeactivationReason): Promise<void> {
    if (this.interleaving) await this.endCalls(this.interleaving, reason);
    try {
      await this.hooks.onDeactivate?.(this.context, reason);
    } catch (error) {
      this.context.logger.error({ error }, "onDeactivate failed");
    }
  }

  /** The calls that came before the end are still handled, unless it came at once. */
  private async endCalls(interleaving: Interleaving, reason: DeactivationReason): Promise<void> {
    if (reason === "evicted" || reason === "failed" || reason === "stopped") interleaving.refuseWaiting();
    await interleaving.whenIdle();
  }

  /** Caches of PIDs, and the idle watch for a while, keep what is left. */
  private letGo(): void {
    this.instance = noGrain;
  }

  private onMessage(context: ActorContext): void | Promise<void> {
    const { cluster, clock } = this.host;
    this.use(clock.nowMs());
    const deadline = new Deadline(clock, cluster.requestTimeoutMs);
    const callContext = new CallContext(
      this.context,
      { deadline, method: { reentrancy: "none" }, callers: [] },
      context,
    );
    const handled = this.hooks.onMessage?.(context.message, callContext);
    return isPromiseLike(handled) ? this.onceHandled(handled) : undefined;
  }

  private async onceHandled(handled: PromiseLike<void>): Promise<void> {
    try {
      await handled;
    } finally {
      this.use(this.host.clock.nowMs());
    }
  }

  private get hooks(): GrainHooks {
    return this.instance as GrainHooks;
  }
}

/** A grain's actor after a failure. */
class NextIncarnation extends GrainActor {
  readonly #first: GrainActor;

  constructor(first: GrainActor) {
    super(first.host, first.identity);
    this.#first = first;
  }

  protected override get activation(): Activation {
    return this.#first;
  }
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
