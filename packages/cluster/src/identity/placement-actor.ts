import { isMessage } from "@bufbuild/protobuf";
import {
  type Actor,
  type ActorContext,
  DeadLetterResponse,
  type PID,
  Restarting,
  Started,
  Stopped,
  Stopping,
  Terminated,
} from "@ts-grain/actor";
import { pidToWire } from "@ts-grain/remote/wire";
import {
  type ActivationRequest,
  ActivationRequestSchema,
  type ActivationResponse,
  RebalanceCompletedSchema,
} from "../gen/cluster/cluster_pb.ts";
import { HoldingsSchema } from "../gen/tsgrain/cluster/v1/holdings_pb.ts";
import { FromPeer } from "../membership/from-peer.ts";
import type { Topology } from "../membership/topology.ts";
import { type Activation, type DeactivationReason, type HostedKind, Passivate } from "./activation.ts";
import { CallForGrain } from "./call-for-grain.ts";
import { CallHere } from "./call-here.ts";
import { type ClusterIdentity, identityProblem } from "./cluster-identity.ts";
import { endAll, endAtOnce } from "./end-actorless.ts";
import { HandoverBarrier } from "./handover-barrier.ts";
import { HandoverNews } from "./handover-news.ts";
import { HandoverPatience } from "./handover-patience.ts";
import { HeldQuestions } from "./held-questions.ts";
import { Leaving } from "./leaving.ts";
import type { Location } from "./location.ts";
import { Misdirected } from "./misdirected.ts";
import { NewActivations } from "./new-activations.ts";
import { PlacedActivations } from "./placed-activations.ts";
import {
  Finish,
  GiveUpWaiting,
  PlaceBy,
  placementActorId,
  Refuse,
  RefuseOverdue,
  Release,
  TellAgain,
} from "./placement-messages.ts";
import { type Question, readQuestion } from "./question.ts";

/** What a placement actor works with, beside the kinds. */
export interface PlacementParts {
  /** This member's address. */
  readonly self: string;
  /** Is told when an activation takes no more calls. */
  readonly left: ((identity: ClusterIdentity, location: Location) => void) | undefined;
  /** How many may wait for an answer, for each reason. Default 100,000. */
  readonly maxHeld?: number;
}

/**
 * Starts and ends the activations that this member owns: at most one for each identity at a time, and none before
 * an earlier owner has ended its own. Its children are the activations.
 */
export class PlacementActor implements Actor {
  readonly #kinds: ReadonlyMap<string, HostedKind>;
  readonly #barrier: HandoverBarrier;
  readonly #left: PlacementParts["left"];
  readonly #placed = new PlacedActivations();
  readonly #newcomers: NewActivations;
  /** Who asked for what an earlier owner may still hold. */
  readonly #held: HeldQuestions;
  readonly #misdirected: Misdirected;
  #topology: Topology = { hash: 0n, members: [] };
  /** What is here and owned by others: they are told once nothing is. */
  readonly #leftovers = new Set<Activation>();
  readonly #news: HandoverNews;
  readonly #patience: HandoverPatience;
  readonly #leaving: Leaving;
  /** While it lives. */
  #context: ActorContext | undefined;
  /** The end of what has no actor. */
  #ending: Promise<void> | undefined;

  constructor(kinds: ReadonlyMap<string, HostedKind>, { self, left, maxHeld }: PlacementParts) {
    this.#kinds = kinds;
    this.#newcomers = new NewActivations({ kinds, self, parent: () => this.#context });
    this.#news = new HandoverNews({ self, kinds });
    this.#barrier = new HandoverBarrier(self, (identity, addresses) =>
      this.#news.isHeldBy(this.#context!, identity, addresses),
    );
    this.#patience = new HandoverPatience(this.#barrier);
    this.#left = left;
    this.#held = new HeldQuestions(maxHeld);
    this.#misdirected = new Misdirected(new HeldQuestions(maxHeld));
    this.#leaving = new Leaving(new HeldQuestions(maxHeld));
  }

  receive(context: ActorContext): void | Promise<void> | undefined {
    const { message } = context;
    if (message instanceof CallForGrain) this.#onCall(context, message);
    else if (message instanceof CallHere) this.#onCallHere(context, message.activation);
    else if (isMessage(message, ActivationRequestSchema)) this.#onRequest(context, message);
    else if (message instanceof Terminated) this.#onTerminated(context, message.who);
    else if (message instanceof Passivate) this.#onPassivate(context, message);
    else if (message instanceof Finish) this.#finish(context, message.activation);
    else if (message instanceof PlaceBy) this.#onTopology(context, message.topology);
    else if (message instanceof Release) this.#onRelease(context);
    else if (message instanceof Refuse) this.#answerAll(context, this.#leaving.seen(context));
    else if (message instanceof RefuseOverdue)
      this.#answerAll(context, this.#misdirected.takeOverdue(context));
    else if (message instanceof GiveUpWaiting) this.#onPatienceLost(context, message);
    else if (message instanceof TellAgain) this.#news.tellAgain(context, message);
    else if (message instanceof Started) this.#onStarted(context);
    else if (message instanceof Stopping) this.#ending = this.#endAll();
    else if (message instanceof Restarting) return this.#endActorless();
    else if (message instanceof Stopped) return this.#ending;
    else if (message instanceof DeadLetterResponse) this.#onUndelivered(context, message.target);
    else if (message instanceof FromPeer) this.#onNews(context, message);
  }

  /**
   * What those who ask by message are answered, for those in this process: the identity's activation, or undefined if they must
   * wait or are refused. Between two turns of the actor nothing is half done, so that nobody need wait for one.
   *
   * @param newest the present topology; everybody must wait until the actor knows it
   */
  placeNow(identity: ClusterIdentity, newest: Topology): Activation | undefined {
    const context = this.#context;
    if (!context || this.#topology !== newest) return undefined;
    const placed = this.#placed.get(identity);
    if (placed) return placed.askers ? undefined : placed;
    const isFree = this.#accepts(identity) && this.#barrier.lets(identity);
    return isFree ? this.#placed.add(this.#newcomers.create(identity)) : undefined;
  }

  #onRequest(context: ActorContext, request: ActivationRequest): void {
    const question = readQuestion(context, request);
    if (question) this.#answer(context, question);
  }

  /**
   * Hands it on if that can be done at once. What would have to wait is refused, so that its caller knows that it has not begun, and
   * asks.
   */
  #onCall(context: ActorContext, call: CallForGrain): void {
    if (!context.sender) return;
    const known = this.#placed.get(call);
    if (known && !known.askers) {
      call.tellsPlace = true;
      context.forward(known.pid);
    } else if (!known && this.#accepts(call) && this.#barrier.lets(call)) {
      // A grain that is called but once need not be known, and need be no actor: who calls it again is told where it is.
      const placed = this.#placed.add(this.#newcomers.create(call));
      const { actorless } = this.#kinds.get(call.kind)!;
      if (!actorless?.begin(placed, context)) context.forward(placed.pid);
    } else {
      this.#tell(context, context.sender, undefined);
    }
  }

  /** Calls of this process come in the order in which they were made, and so must go on. */
  #onCallHere(context: ActorContext, called: Activation): void {
    if (called.underWayToParent > 0) called.underWayToParent--;
    const { actorless } = this.#kinds.get(called.kind)!;
    if (!actorless?.begin(called, context)) context.forward(called.pid);
  }

  #tell(context: ActorContext, asker: PID, pid: PID | undefined): void {
    context.send(asker, activationResponse(pid, this.#topology.hash));
  }

  /**
   * Answers with the identity's activation, with a refusal when it may not run here, or later. Others that ask a member which leaves
   * wait until they have seen that. Refused at once they would only ask here again: one in Go three times within a millisecond,
   * and then it fails the call.
   */
  #answer(context: ActorContext, question: Question): void {
    const { identity, asker } = question;
    const placed = this.#placed.get(identity);
    if (this.#leaving.holds(question)) return;
    if (this.#leaving.hasBegun) this.#tell(context, asker, undefined);
    else if (placed?.askers) placed.askers.push(question);
    else if (placed) this.#tell(context, asker, placed.pid);
    else if (!this.#accepts(identity)) this.#refuse(context, question);
    else if (this.#barrier.lets(identity)) this.#tell(context, asker, this.#activate(identity).pid);
    else if (!this.#held.hold(question)) this.#tell(context, asker, undefined);
  }

  #answerAll(context: ActorContext, questions: readonly Question[]): void {
    for (const question of questions) this.#answer(context, question);
  }

  /** At once, unless only the asker's view of the cluster, or this member's, has to change. */
  #refuse(context: ActorContext, question: Question): void {
    if (this.#hosts(question.identity) && this.#misdirected.holds(context, question)) return;
    this.#tell(context, question.asker, undefined);
  }

  #hosts({ kind, identity }: ClusterIdentity): boolean {
    return this.#kinds.has(kind) && identityProblem(identity) === undefined;
  }

  #accepts(identity: ClusterIdentity): boolean {
    return !this.#leaving.hasBegun && this.#hosts(identity) && this.#barrier.owns(identity);
  }

  #onStarted(context: ActorContext): void {
    this.#context = context;
    for (const { actorless } of this.#kinds.values()) actorless?.placedBy(context.self);
  }

  /** Starts it as an actor. */
  #activate(identity: ClusterIdentity): Activation {
    const placed = this.#newcomers.create(identity);
    // Reading it starts the actor.
    void placed.pid;
    return this.#placed.add(placed);
  }

  #onTopology(context: ActorContext, topology: Topology): void {
    this.#topology = topology;
    this.#barrier.moveTo(topology);
    this.#leftovers.clear();
    // All of them first, as some end at once, and none must seem to be the last.
    for (const placed of this.#placed) if (!this.#barrier.owns(placed)) this.#leftovers.add(placed);
    // Only a member that was let go is in no topology at all.
    const reason = topology.members.length === 0 ? "evicted" : "moved";
    this.#news.tellHoldings(context, topology, this.#leftovers);
    for (const placed of this.#leftovers) this.#end(context, placed, reason);
    this.#tellCompleted(context);
    // A client activates nothing, so it waits for nobody.
    if (this.#kinds.size > 0 && !this.#leaving.hasBegun) this.#patience.renew(context);
    this.#answerEverybody(context);
  }

  #tellCompleted(context: ActorContext): void {
    if (this.#leftovers.size === 0) this.#news.tell(context, this.#topology);
  }

  #onNews(context: ActorContext, { told, address }: FromPeer): void {
    const here = { placed: this.#placed, barrier: this.#barrier };
    if (isMessage(told, HoldingsSchema)) this.#news.told(context, { holdings: told, address }, here);
    else if (isMessage(told, RebalanceCompletedSchema)) this.#barrier.complete(address, told.topologyHash);
    if (this.#barrier.isOpen) this.#patience.stop();
    this.#answerAll(context, this.#held.take());
  }

  #onPatienceLost(context: ActorContext, { whom }: GiveUpWaiting): void {
    this.#patience.lose(context, whom);
    this.#answerAll(context, this.#held.take());
  }

  /** What this member owns has changed, or ends. */
  #answerEverybody(context: ActorContext): void {
    this.#answerAll(context, [...this.#held.take(), ...this.#misdirected.takeAll()]);
  }

  #onRelease(context: ActorContext): void {
    this.#leaving.begin(context);
    for (const placed of this.#placed) this.#end(context, placed, "shutdown");
    this.#patience.stop();
    this.#answerEverybody(context);
    this.#leaving.tellIfDone(context, this.#placed);
  }

  #onPassivate(context: ActorContext, { activation, reason }: Passivate): void {
    if (this.#placed.get(activation) === activation) this.#end(context, activation, reason);
  }

  /** Lets an activation finish the calls that it has, then end; one that may run elsewhere already, only the present call. */
  #end(context: ActorContext, placed: Activation, reason: DeactivationReason): void {
    // What ends in order ends at once when this member is let go meanwhile.
    if (placed.askers && reason !== "evicted") return;
    placed.beginToEnd(reason);
    this.#left?.(placed, placed);
    // Calls of this process that are on their way here were made before, and are still its own.
    if (placed.underWayToParent > 0 && reason !== "evicted") context.send(context.self, new Finish(placed));
    else this.#finish(context, placed);
  }

  #finish(context: ActorContext, placed: Activation): void {
    if (this.#placed.get(placed) !== placed) return;
    if (endAtOnce(this.#kinds, placed)) this.#onEnded(context, placed);
    else if (placed.reason === "evicted") context.stop(placed.pid);
    else context.poison(placed.pid);
  }

  /** Of what it sends, only the news of a hand-over have a sender. */
  #onUndelivered(context: ActorContext, target: PID | undefined): void {
    if (target?.id === placementActorId) this.#news.undelivered(context, target.address);
  }

  #onTerminated(context: ActorContext, who: PID): void {
    const placed = this.#placed.ofActor(who);
    if (placed) this.#onEnded(context, placed);
  }

  #onEnded(context: ActorContext, placed: Activation): void {
    this.#placed.delete(placed);
    this.#left?.(placed, placed);
    this.#leftovers.delete(placed);
    this.#news.tellEnded(context, placed);
    this.#answerAll(context, placed.askers ?? []);
    this.#tellCompleted(context);
    this.#leaving.tellIfDone(context, this.#placed);
  }

  #endAll(): Promise<void> {
    for (const kind of this.#kinds.values()) kind.close?.();
    return this.#endActorless();
  }

  /** Its children end with it. What has no actor is no child. */
  async #endActorless(): Promise<void> {
    this.#context = undefined;
    this.#news.stop();
    this.#patience.stop();
    this.#misdirected.stop();
    const actorless = this.#placed.takeActorless();
    for (const placed of actorless) this.#left?.(placed, placed);
    await endAll(this.#kinds, actorless);
  }
}

/** Tells who asks for an activation where it is, or that it may not run here. A literal, which takes a fraction of the time of `create`. */
function activationResponse(pid: PID | undefined, topologyHash: bigint): ActivationResponse {
  return {
    $typeName: "cluster.ActivationResponse",
    failed: pid === undefined,
    topologyHash,
    ...(pid && { pid: pidToWire(pid) }),
  };
}
