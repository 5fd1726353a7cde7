import { create, isMessage } from "@bufbuild/protobuf";
import {
  type Actor,
  type ActorContext,
  DeadLetterResponse,
  type PID,
  Terminated,
  type Timer,
} from "@ts-grain/actor";
import { pidToWire } from "@ts-grain/remote/wire";
import {
  type ActivationRequest,
  ActivationRequestSchema,
  ActivationResponseSchema,
  RebalanceCompletedSchema,
} from "../gen/cluster/cluster_pb.ts";
import type { Topology } from "../membership/topology.ts";
import { Activation, type DeactivationReason, type HostedKind, Passivate } from "./activation.ts";
import { type ClusterIdentity, identityKey, identityProblem } from "./cluster-identity.ts";
import { HandoverBarrier } from "./handover-barrier.ts";
import { HandoverNews } from "./handover-news.ts";
import {
  GiveUpWaiting,
  PlaceBy,
  placementActorId,
  Release,
  Released,
  TellAgain,
} from "./placement-messages.ts";

/** Milliseconds that members have to end what they no longer own before their identities are activated anyway. */
const handoverTimeoutMs = 5_000;

/** Who asked for an identity and is not answered yet. */
interface Waiting {
  readonly identity: ClusterIdentity;
  readonly askers: PID[];
}

interface Placed {
  readonly activation: Activation;
  readonly pid: PID;
  /** Those who asked while the activation was ending; undefined while it lives. */
  ending: Waiting | undefined;
}

/**
 * Starts and ends the activations that this member owns: at most one for each identity at a time, and none before
 * an earlier owner has ended its own. Its children are the activations.
 */
export class PlacementActor implements Actor {
  readonly #kinds: ReadonlyMap<string, HostedKind>;
  readonly #barrier: HandoverBarrier;
  readonly #placed = new Map<string, Placed>();
  readonly #keys = new Map<string, string>();
  /** Those who asked for what an earlier owner may still hold. */
  #held: Waiting[] = [];
  #topology: Topology = { hash: 0n, members: [] };
  /** What is here and owned by others: they are told once nothing is. */
  readonly #leftovers = new Set<string>();
  readonly #news = new HandoverNews();
  #patience: Timer | undefined;
  #released: PID[] | undefined;

  /** @param self this member's address */
  constructor(kinds: ReadonlyMap<string, HostedKind>, self: string) {
    this.#kinds = kinds;
    this.#barrier = new HandoverBarrier(self);
  }

  receive(context: ActorContext): void {
    const { message, sender } = context;
    if (isMessage(message, ActivationRequestSchema)) this.#onRequest(context, message);
    else if (message instanceof Terminated) this.#onTerminated(context, message.who);
    else if (message instanceof Passivate)
      this.#end(context, identityKey(message.activation.identity), "idle");
    else if (message instanceof PlaceBy) this.#onTopology(context, message.topology);
    else if (message instanceof Release) this.#onRelease(context);
    else if (message instanceof GiveUpWaiting) this.#onPatienceLost(context);
    else if (message instanceof TellAgain) this.#news.tellAgain(context, message);
    else if (message instanceof DeadLetterResponse) this.#onUndelivered(context, message.target);
    else if (isMessage(message, RebalanceCompletedSchema) && sender) {
      this.#barrier.complete(sender.address, message.topologyHash);
      if (this.#barrier.isOpen) this.#patience?.cancel();
      this.#answerHeld(context);
    }
  }

  #onRequest(context: ActorContext, { clusterIdentity }: ActivationRequest): void {
    const { kind = "", identity = "" } = clusterIdentity ?? {};
    if (context.sender) this.#answer(context, { kind, identity }, context.sender);
  }

  /** Answers with the identity's activation, with a refusal when it may not run here, or later. */
  #answer(context: ActorContext, identity: ClusterIdentity, asker: PID): void {
    const placed = this.#placed.get(identityKey(identity));
    if (placed?.ending) placed.ending.askers.push(asker);
    else if (placed) this.#respond(context, asker, placed.pid);
    else if (!this.#accepts(context, identity)) this.#respond(context, asker, undefined);
    else if (this.#barrier.lets(identity)) this.#respond(context, asker, this.#activate(context, identity));
    else this.#held.push({ identity, askers: [asker] });
  }

  #accepts(context: ActorContext, identity: ClusterIdentity): boolean {
    if (this.#released || identityProblem(identity.identity)) return false;
    return this.#kinds.has(identity.kind) && this.#owns(context, identity);
  }

  #owns({ system }: ActorContext, identity: ClusterIdentity): boolean {
    return this.#barrier.rendezvous.ownerOf(identity) === system.address;
  }

  #activate(context: ActorContext, identity: ClusterIdentity): PID {
    const activation = new Activation(identity);
    const props = this.#kinds.get(identity.kind)!.propsFor(activation);
    const pid = context.spawnPrefix(props, identity.identity);
    const key = identityKey(identity);
    this.#placed.set(key, { activation, pid, ending: undefined });
    this.#keys.set(pid.id, key);
    return pid;
  }

  #respond(context: ActorContext, asker: PID, pid: PID | undefined): void {
    const { hash: topologyHash } = this.#topology;
    const answer = pid ? { pid: pidToWire(pid), topologyHash } : { failed: true, topologyHash };
    context.send(asker, create(ActivationResponseSchema, answer));
  }

  #onTopology(context: ActorContext, topology: Topology): void {
    this.#topology = topology;
    this.#barrier.moveTo(topology);
    this.#leftovers.clear();
    for (const [key, { activation }] of this.#placed) {
      if (this.#owns(context, activation.identity)) continue;
      this.#leftovers.add(key);
      // Only a member that was let go is in no topology at all.
      this.#end(context, key, topology.members.length === 0 ? "evicted" : "moved");
    }
    this.#tellCompleted(context);
    this.#patience?.cancel();
    // A client activates nothing, so it waits for nobody.
    if (this.#kinds.size > 0 && !this.#barrier.isOpen) this.#losePatienceLater(context);
    this.#answerHeld(context);
  }

  #tellCompleted(context: ActorContext): void {
    if (this.#leftovers.size === 0) this.#news.tell(context, this.#topology);
  }

  #losePatienceLater({ system, self }: ActorContext): void {
    this.#patience = system.clock.schedule(handoverTimeoutMs, () =>
      system.root.send(self, new GiveUpWaiting()),
    );
  }

  #onPatienceLost(context: ActorContext): void {
    const members = [...this.#barrier.awaited];
    context.system.logger.warn(
      { members },
      "members did not tell in time that they handed their grains over",
    );
    this.#barrier.giveUp();
    this.#answerHeld(context);
  }

  #answerHeld(context: ActorContext): void {
    const held = this.#held;
    this.#held = [];
    for (const waiting of held) this.#answerAll(context, waiting);
  }

  #answerAll(context: ActorContext, { identity, askers }: Waiting): void {
    for (const asker of askers) this.#answer(context, identity, asker);
  }

  #onRelease(context: ActorContext): void {
    this.#released ??= [];
    if (context.sender) this.#released.push(context.sender);
    for (const key of this.#placed.keys()) this.#end(context, key, "shutdown");
    this.#patience?.cancel();
    this.#answerHeld(context);
    this.#tellReleased(context);
  }

  /** Lets an activation finish the calls that it has, then end; one that may run elsewhere already, only the present call. */
  #end(context: ActorContext, key: string, reason: DeactivationReason): void {
    const placed = this.#placed.get(key);
    // What ends in order ends at once when this member is let go meanwhile.
    if (!placed || (placed.ending && reason !== "evicted")) return;
    placed.activation.reason = reason;
    placed.ending ??= { identity: placed.activation.identity, askers: [] };
    if (reason === "evicted") context.stop(placed.pid);
    else context.poison(placed.pid);
  }

  /** Of what it sends, only the news of a hand-over have a sender. */
  #onUndelivered(context: ActorContext, target: PID | undefined): void {
    if (target?.id === placementActorId) this.#news.undelivered(context, target.address);
  }

  #onTerminated(context: ActorContext, who: PID): void {
    const key = this.#keys.get(who.id);
    if (key === undefined) return;
    const ending = this.#placed.get(key)?.ending;
    this.#keys.delete(who.id);
    this.#placed.delete(key);
    this.#leftovers.delete(key);
    if (ending) this.#answerAll(context, ending);
    this.#tellCompleted(context);
    this.#tellReleased(context);
  }

  #tellReleased(context: ActorContext): void {
    if (!this.#released || this.#placed.size > 0) return;
    for (const asker of this.#released.splice(0)) context.send(asker, new Released());
  }
}
