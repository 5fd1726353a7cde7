import {
  type ActorContext,
  type PID,
  Restarting,
  Started,
  Stopped,
  Stopping,
  Terminated,
} from "@ts-grain/actor";
import type { Activation } from "../identity/activation.ts";
import { CallHere } from "../identity/call-here.ts";
import { GrainCall } from "./grain-call.ts";
import type { GrainHost } from "./grain-host.ts";
import { ReceivedCall } from "./received-call.ts";

/** Comes behind all that had come when the grain got its slot. */
const lastLook: object = Object.freeze({ looks: "whether anybody waited" });

/** A grain that waited for its slot. */
export interface LateGrain {
  readonly host: GrainHost;
  readonly self: PID;
  load(): void | Promise<void>;
  /** Handles a message, whether it is loaded or not. */
  handle(context: ActorContext): void | Promise<void>;
  endLateStart(): void;
}

/**
 * The start of a grain that has got its slot late. It is loaded in the turn of the first call for which somebody waits still. If it has
 * been called, and nobody does, it ends instead: what comes meanwhile goes back, and begins at the end of the line.
 */
export class LateStart {
  readonly #grain: LateGrain;
  readonly #activation: Activation;
  #hasBegun = false;
  #isCalledInVain = false;

  constructor(grain: LateGrain, activation: Activation) {
    this.#grain = grain;
    this.#activation = activation;
    grain.host.cluster.system.root.send(grain.self, lastLook);
  }

  receive(context: ActorContext): void | Promise<void> {
    const { message } = context;
    if (message === lastLook) return this.#look();
    const isEnd = message instanceof Stopping || message instanceof Restarting;
    if (isEnd && !this.#hasBegun) this.#grain.host.slots.giveBack(this.#activation);
    if (isEnd || isOfTheActor(message) || this.#isInVain(context)) return this.#grain.handle(context);
    if (this.#endsUnbegun) return this.#sendBack(context);
    return this.#begin()?.then(() => this.#grain.handle(context)) ?? this.#grain.handle(context);
  }

  /** Whether it was told to end before it has begun. */
  get #endsUnbegun(): boolean {
    return !this.#hasBegun && this.#activation.askers !== undefined;
  }

  /** As what it has not taken yet, to where the grain is next. */
  #sendBack({ message, sender }: ActorContext): void {
    const { host, self } = this.#grain;
    host.cluster.system.processes.deadLetter({ target: self, message, sender, reason: "stopped" });
    this.#end();
  }

  #end(): void {
    const { host, self } = this.#grain;
    host.slots.giveBack(this.#activation);
    host.cluster.system.root.stop(self);
  }

  /** Whether it is a call for which nobody waits any more. */
  #isInVain({ message, sender }: ActorContext): boolean {
    const call = message instanceof CallHere ? message.call : message;
    const isCall = call instanceof GrainCall || call instanceof ReceivedCall;
    if (!isCall || this.#isAwaited(call, sender)) return false;
    this.#isCalledInVain = true;
    return true;
  }

  #isAwaited(call: GrainCall | ReceivedCall, sender: PID | undefined): boolean {
    const { clock, cancellations } = this.#grain.host;
    if (call.deadline.isOver(clock.nowMs())) return false;
    if (call instanceof GrainCall) return !call.signal?.aborted;
    return !cancellations.isCancelled(sender, call.request.cancelId);
  }

  #begin(): Promise<void> | undefined {
    if (this.#hasBegun) return undefined;
    this.#hasBegun = true;
    this.#activation.begunAtMs = Math.ceil(this.#grain.host.clock.nowMs());
    return this.#grain.load() ?? undefined;
  }

  #look(): void | Promise<void> {
    this.#grain.endLateStart();
    if (this.#hasBegun) return undefined;
    // Who has asked for its PID only may call it yet.
    if (!this.#isCalledInVain && !this.#endsUnbegun) return this.#begin();
    return this.#end();
  }
}

/** Whether the grain itself hears nothing of it. */
function isOfTheActor(message: unknown): boolean {
  return message instanceof Started || message instanceof Stopped || message instanceof Terminated;
}
