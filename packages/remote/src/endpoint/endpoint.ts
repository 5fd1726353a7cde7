import {
  type Message,
  type MessageHeaders,
  type PID,
  RequestFailed,
  Stop,
  type SystemMessage,
  Terminated,
  type Watch,
} from "@ts-grain/actor";
import { checkName } from "../wire/message-limits.ts";
import { NumberedTerminated, NumberedWatch } from "../wire/numbered.ts";
import { EndpointConnectedEvent, EndpointTerminatedEvent } from "./endpoint-events.ts";
import { EndpointLink, type LinkPeer } from "./endpoint-link.ts";
import type { EndpointServices } from "./endpoint-services.ts";
import type { TerminationReason } from "./endpoint-state.ts";
import { EndpointWatches } from "./endpoint-watches.ts";
import type { Outbox } from "./outbox.ts";
import { type OwedAnswer, OwedAnswers } from "./owed-answers.ts";
import { Packer } from "./packer.ts";
import type { WatchPair } from "./watch-table.ts";

/** Whom an endpoint tells of its end. */
export interface EndpointListener {
  /** It is no more, before anybody else hears of it. */
  onEnd(): void;
  /** Watchers of a system were to be told of ends, and cannot be, or may not have been. */
  onUntold(systemId: string): void;
  /** What is owed to the one that has the address now. */
  onOwed(owed: OwedAnswer): void;
}

/** All that goes to one address: packs messages, hands them to the connection, and tells everybody when the peer is gone. */
export class Endpoint {
  readonly address: string;
  readonly #services: EndpointServices;
  readonly #packer: Packer;
  readonly #outbox: Outbox;
  readonly #link: EndpointLink;
  readonly #watches: EndpointWatches;
  readonly #answers: OwedAnswers;
  readonly #listener: EndpointListener;
  /** Who answered last; undefined before the first answer. */
  #peer: LinkPeer | undefined;
  /** Messages that have left. */
  #left = 0;
  #isBlocked = false;
  #isFlushing = false;
  #opening: PromiseWithResolvers<void> | undefined;

  constructor(address: string, services: EndpointServices, listener: EndpointListener) {
    this.address = address;
    this.#services = services;
    this.#listener = listener;
    this.#packer = new Packer(address, services);
    this.#outbox = this.#packer.outbox;
    this.#watches = new EndpointWatches(services, (watchee, watch) => this.#repeat(watchee, watch));
    this.#link = new EndpointLink(address, services, {
      onOpen: (peer) => this.#opened(peer),
      onWritable: () => this.#writable(),
      onAnswered: () => this.#answers.answered(),
      onBroken: () => this.#answers.broke(),
      onTerminated: (reason) => this.#terminated(reason),
    });
    this.#answers = new OwedAnswers(services.clock, services.outbox.maxBufferBytes / 4, {
      want: () => this.#link.want(),
      packed: () => this.#left + this.#outbox.count,
      leaveSoon: () => this.#sendSoon(),
      send: (owed) => this.#sendEnds(owed),
      ask: () => this.#link.ask(),
      hangUp: () => this.#link.hangUp("another system says that it has the address, and the peer is silent"),
      untold: (systemId) => listener.onUntold(systemId),
    });
  }

  get isTerminated(): boolean {
    return this.#link.phase === "terminated";
  }

  /** Who is connected; undefined while nobody is. */
  get connected(): LinkPeer | undefined {
    return this.#link.phase === "open" ? this.#peer : undefined;
  }

  /** Resolves when the connection stands that is being opened for what waits, or the endpoint has ended; undefined if none is. */
  get opening(): Promise<void> | undefined {
    const { phase } = this.#link;
    const isAllSent = this.#outbox.isEmpty && !this.#answers.isWaiting;
    if (isAllSent || (phase !== "connecting" && phase !== "greeting")) return undefined;
    this.#opening ??= Promise.withResolvers();
    return this.#opening.promise;
  }

  /** Local actors that watch processes of the peer, counted once for each process. */
  get watchCount(): number {
    return this.#watches.size;
  }

  /**
   * Takes a message for the peer. If too much waits already, it becomes a dead letter with reason "overloaded". If it can
   * never leave the process, a request fails with the error, as its caller awaits that; of anything else the sender is told
   * by the throw.
   *
   * @throws RemoteError "not_serializable", "message_too_large".
   */
  // Four parameters, as an object for them would be made for every message.
  send(target: PID, message: Message, sender: PID | undefined, headers: MessageHeaders | undefined): void {
    if (headers === undefined && this.#packer.addAlike(target, message, sender)) {
      this.#sendSoon();
      return;
    }
    if (this.#outbox.isFull) {
      this.#services.deadLetter({ target, message, sender, reason: "overloaded" });
      return;
    }
    try {
      this.#packer.add(target, message, sender, headers);
      this.#sendSoon();
    } catch (error) {
      if (sender === undefined || !this.#isWaiting(sender)) throw error;
      this.#fail(sender, error as Error);
    }
  }

  /** Whether a system at the address may have answers of the runtime: not once a quarter more waits than user messages may fill. */
  takesAnswers(systemId: string): boolean {
    return !this.#outbox.isOverfull && !this.#answers.isFullFor(systemId);
  }

  /**
   * Takes a system message for the peer. A watch is remembered until its watcher was told. If too much waits already, what would stop a process becomes a
   * dead letter, and a watch is told later; what takes one back, and what answers one, always fits, as there are no more of them than of watches.
   */
  sendSystem(target: PID, message: SystemMessage): void {
    if (message instanceof Terminated) {
      for (const owed of this.#watches.answersFor(target, message)) this.owe(owed);
      return;
    }
    const noted = this.#watches.note(target, message);
    if (noted instanceof NumberedWatch && this.#outbox.isOverfull) this.#watches.putOff(noted);
    else if (noted instanceof Stop && this.#outbox.isFull)
      this.#services.deadLetter({ target, message, sender: undefined, reason: "overloaded" });
    else if (noted !== undefined) this.#addSystem(target, noted);
  }

  /** Takes an answer to a watch of a system that has, or says that it has, this address. */
  owe(owed: OwedAnswer): void {
    this.#answers.owe(owed);
  }

  /** A Go system takes a watch back, the answer to which may still wait. */
  watchTakenBack(watch: WatchPair, systemId: string): void {
    this.#answers.takenBack(watch, systemId);
  }

  /** A Go system has told its watchers itself. */
  owesNothing(systemId: string): void {
    this.#answers.forget(systemId);
  }

  /** What can never leave the process says as much as that there is no such target. */
  #addSystem(target: PID, message: SystemMessage): void {
    try {
      // The peer could not be told of whom it is to name.
      if (message instanceof NumberedWatch) checkName(message.watcher.id, this.#services.batchLimits);
      this.#packer.add(target, message, undefined, undefined);
      this.#sendSoon();
    } catch (error) {
      this.#services.logger.warn({ error }, "a system message could not be sent");
      if (message instanceof NumberedWatch)
        this.watcheeTerminated(
          message.watcher.id,
          new NumberedTerminated(target, "not_found", message.number),
        );
    }
  }

  /** The peer says that one of its processes ended. */
  watcheeTerminated(watcherId: string, ended: NumberedTerminated): void {
    this.#watches.ended(watcherId, ended);
  }

  /** The peer's connection to us has opened or ended, and an answer to a watch may have been lost with it. */
  peerCameOrWent(): void {
    this.#watches.repeatSoon();
  }

  /** Ends the endpoint. Gracefully: what waits for an open connection still leaves. */
  terminate(reason: "left" | "stopped", how: "gracefully" | "at once" = "at once"): void {
    if (how === "gracefully" && this.#link.phase === "open") this.#sendWaiting("regardless");
    this.#link.terminate(reason);
  }

  #sendSoon(): void {
    if (this.#isFlushing) return;
    if (this.#link.phase === "open") this.#flushSoon();
    else if (this.#link.phase === "idle") this.#link.want();
  }

  /** All that is sent until the running code returns goes out together. */
  #flushSoon(): void {
    if (this.#isBlocked) return;
    this.#isFlushing = true;
    this.#services.soon(this.#flush);
  }

  readonly #flush = (): void => {
    this.#isFlushing = false;
    if (this.#link.phase === "open" && !this.#isBlocked) this.#sendWaiting("while there is room");
  };

  #sendWaiting(until: "while there is room" | "regardless"): void {
    // Once the connection has ended, what waits is for the next one.
    while (this.#link.takesFrames && (until === "regardless" || !this.#isBlocked)) {
      if (this.#answers.leave(this.#left)) continue;
      const frame = this.#outbox.take();
      if (frame === undefined) return;
      this.#left += this.#outbox.takenCount;
      this.#send(frame, this.#outbox.takenCount);
    }
  }

  #sendEnds(owed: readonly OwedAnswer[]): void {
    const ends = this.#packer.packEnds(owed);
    for (let frame = ends.take(); frame !== undefined; frame = ends.take())
      this.#send(frame, ends.takenCount);
  }

  #send(frame: Uint8Array, messages: number): void {
    if (!this.#link.send(frame, messages)) this.#isBlocked = true;
  }

  #writable(): void {
    this.#isBlocked = false;
    this.#sendWaiting("while there is room");
  }

  #opened(peer: LinkPeer): void {
    const isFirst = this.#peer === undefined;
    this.#peer = peer;
    this.#isBlocked = false;
    this.#packer.packFor(peer);
    if (!isFirst) this.#watches.repeat();
    this.#answers.opened(peer);
    this.#services.publish(new EndpointConnectedEvent(this.address));
    this.#sendWaiting("while there is room");
    this.#opening?.resolve();
  }

  /** Not while there is no connection, nor behind what it does not take. */
  #repeat(watchee: PID, watch: Watch): boolean {
    if (this.#link.phase !== "open" || this.#isBlocked || this.#outbox.isOverfull) return false;
    this.#addSystem(watchee, watch);
    return true;
  }

  #terminated(reason: TerminationReason): void {
    this.#opening?.resolve();
    this.#listener.onEnd();
    this.#services.publish(new EndpointTerminatedEvent(this.address, reason));
    this.#services.lastLetters.add(this.#outbox.takeAll());
    this.#watches.end();
    for (const owed of this.#answers.ended(reason)) this.#listener.onOwed(owed);
  }

  /** Whether a sender is a request of this system that awaits its reply. */
  #isWaiting(sender: PID): boolean {
    return sender.requestId !== 0 && this.#services.processes.isLocal(sender);
  }

  #fail(request: PID, error: Error): void {
    this.#services.processes.get(request).sendUser(request, new RequestFailed(error), undefined, undefined);
  }
}
