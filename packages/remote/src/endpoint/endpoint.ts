import type { Message as ProtobufMessage } from "@bufbuild/protobuf";
import {
  type Message,
  type MessageHeaders,
  type PID,
  RequestFailed,
  Stop,
  type SystemMessage,
  type Watch,
} from "@ts-grain/actor";
import { RemoteError } from "../remote-error.ts";
import type { MessageCodec } from "../wire/message-codec.ts";
import { checkName } from "../wire/message-limits.ts";
import { NumberedTerminated, NumberedWatch } from "../wire/numbered.ts";
import type { RegisteredType } from "../wire/type-registry.ts";
import { wireFormOf } from "../wire/wire-form.ts";
import { EndpointConnectedEvent, EndpointTerminatedEvent } from "./endpoint-events.ts";
import { EndpointLink, type LinkPeer } from "./endpoint-link.ts";
import type { EndpointServices } from "./endpoint-services.ts";
import type { TerminationReason } from "./endpoint-state.ts";
import { EndpointWatches } from "./endpoint-watches.ts";
import { Outbox } from "./outbox.ts";
import { UndecodedMessage } from "./undecoded-message.ts";
import { letterOf, type WaitingMessage, waitingMessages } from "./waiting-messages.ts";

/** Whom an endpoint tells of its end. */
export interface EndpointListener {
  /** It is no more, before anybody else hears of it. */
  onEnd(): void;
  /** Nobody of these at the address took what was to be told to watchers there; after all else. */
  onUntold(whom: Untold): void;
}

/** Whom nobody tells. Peers of ts-grain ask again, if they can be reached. */
export type Untold = "everybody" | "Go peers";

/** Ends at which a peer may live that we cannot talk to. */
const noWay: ReadonlySet<TerminationReason> = new Set(["unreachable", "refused"]);

/** All that goes to one address: packs messages, hands them to the connection, and tells everybody when the peer is gone. */
export class Endpoint {
  readonly address: string;
  readonly #services: EndpointServices;
  readonly #outbox: Outbox;
  readonly #link: EndpointLink;
  readonly #watches: EndpointWatches;
  readonly #listener: EndpointListener;
  /** Who answered last; undefined before the first answer. */
  #peer: LinkPeer | undefined;
  #isBlocked = false;
  #isFlushing = false;
  #opening: PromiseWithResolvers<void> | undefined;
  /** How many processes had been struck off when the sender was handed out whom like messages have; −1 while it cannot be answered. */
  #handedOutAt = 0;

  constructor(address: string, services: EndpointServices, listener: EndpointListener) {
    this.address = address;
    this.#services = services;
    this.#listener = listener;
    this.#outbox = new Outbox({ target: address, own: services.self.address }, services.outbox);
    this.#watches = new EndpointWatches(services, (watchee, watch) => this.#repeat(watchee, watch));
    this.#link = new EndpointLink(address, services, {
      onOpen: (peer) => this.#opened(peer),
      onWritable: () => this.#writable(),
      onTerminated: (reason) => this.#terminated(reason),
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
    if (this.#outbox.isEmpty || (phase !== "connecting" && phase !== "greeting")) return undefined;
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
    if (headers === undefined && this.#addAlike(target, message, sender)) return;
    if (this.#outbox.isFull) {
      this.#services.deadLetter({ target, message, sender, reason: "overloaded" });
      return;
    }
    try {
      this.#add(target, message, sender, headers);
    } catch (error) {
      if (sender === undefined || !this.#isWaiting(sender)) throw error;
      this.#fail(sender, error as Error);
    }
  }

  /** Whether the peer may have answers of the runtime: not once a quarter more waits than user messages may fill. */
  get takesAnswers(): boolean {
    return !this.#outbox.isOverfull;
  }

  /**
   * Takes a system message for the peer. A watch is remembered until its watcher was told. If too much waits already, what would stop a process becomes a
   * dead letter, and a watch is told later; what takes one back, and what answers one, always fits, as there are no more of them than of watches.
   */
  sendSystem(target: PID, message: SystemMessage): void {
    const noted = this.#watches.note(target, message);
    if (noted instanceof NumberedWatch && this.#outbox.isOverfull) this.#watches.putOff(noted);
    else if (noted instanceof Stop && this.#outbox.isFull)
      this.#services.deadLetter({ target, message, sender: undefined, reason: "overloaded" });
    else if (noted !== undefined) this.#addSystem(target, noted);
  }

  /** What can never leave the process says as much as that there is no such target. */
  #addSystem(target: PID, message: SystemMessage): void {
    try {
      // The peer could not be told of whom it is to name.
      if (message instanceof NumberedWatch) checkName(message.watcher.id, this.#services.batchLimits);
      this.#add(target, message, undefined, undefined);
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

  #add(target: PID, message: Message, sender: PID | undefined, headers: MessageHeaders | undefined): void {
    const { types, handOut, processes } = this.#services;
    let wireForm = message as ProtobufMessage;
    let type = types.find(message);
    if (type === undefined) {
      wireForm = wireFormOf(message);
      type = types.typeOf(wireForm);
    }
    const codec = this.#codecFor(type);
    const replyTo = sender && handOut(sender, this.address);
    this.#outbox.put(wireForm, codec, target, sender, replyTo, headers);
    // Others leave no pattern to follow. Neither does who cannot be answered yet.
    if (headers === undefined && target.requestId === 0 && (sender === undefined || sender.requestId === 0))
      this.#handedOutAt = sender === undefined || this.#isThere(sender) ? processes.removals : -1;
    this.#sendSoon();
  }

  /** Takes a message like the one before, for which nothing has to be looked up; false if it is another. */
  #addAlike(target: PID, message: Message, sender: PID | undefined): boolean {
    // Its sender may have ended, and another have taken its name.
    if (this.#services.processes.removals !== this.#handedOutAt) return false;
    if (!this.#outbox.putAlike(message as ProtobufMessage, target, sender)) return false;
    this.#sendSoon();
    return true;
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
    while (this.#link.takesFrames) {
      const frame = this.#outbox.take();
      if (frame === undefined) {
        this.#watches.allSent(this.#peer!);
        return;
      }
      this.#isBlocked = !this.#link.send(frame, this.#outbox.takenCount);
      if (this.#isBlocked && until === "while there is room") return;
    }
  }

  #writable(): void {
    this.#isBlocked = false;
    this.#sendWaiting("while there is room");
  }

  #opened(peer: LinkPeer): void {
    const isFirst = this.#peer === undefined;
    this.#peer = peer;
    this.#isBlocked = false;
    if (isFirst && !peer.isTsGrain) this.#encodeAnew();
    if (!isFirst) this.#watches.repeat();
    this.#services.publish(new EndpointConnectedEvent(this.address));
    this.#sendWaiting("while there is room");
    this.#opening?.resolve();
  }

  /** What a Go peer may not know goes as JSON: in protobuf's binary form it would end the peer's process. */
  #codecFor(type: RegisteredType): MessageCodec {
    const peer = this.#peer;
    if (peer === undefined || peer.isTsGrain || type.knownBy === "every peer") return type.codec;
    const source = { systemId: peer.memberId, address: this.address };
    return this.#services.peerTypes.knows(source, type.typeName) ? type.codec : type.json;
  }

  /** What waited before the peer turned out to be Go. */
  #encodeAnew(): void {
    const { types } = this.#services;
    for (const frame of this.#outbox.takeAll()) {
      for (const waiting of waitingMessages(frame, types)) this.#addAnew(waiting);
    }
  }

  #addAnew(waiting: WaitingMessage): void {
    const { message } = waiting;
    try {
      if (message instanceof UndecodedMessage)
        throw new RemoteError("not_serializable", "it has no JSON form");
      const codec = this.#codecFor(this.#services.types.typeOf(message));
      this.#outbox.add({ ...waiting, message, codec });
    } catch (error) {
      const { typeName } = waiting.codec;
      this.#services.logger.error({ err: error, typeName }, "a message cannot be told to a Go member");
      this.#services.lastLetters.addOne(letterOf(waiting, "not_serializable"));
    }
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
    if (this.#watches.owesAnswer && noWay.has(reason)) this.#listener.onUntold("everybody");
    // The one that has the address now may have asked before we knew.
    if (this.#watches.hasAnswerWaiting && reason === "replaced") this.#listener.onUntold("Go peers");
  }

  #isThere(sender: PID): boolean {
    const { processes } = this.#services;
    return !processes.isLocal(sender) || processes.getLocal(sender.id) !== undefined;
  }

  /** Whether a sender is a request of this system that awaits its reply. */
  #isWaiting(sender: PID): boolean {
    return sender.requestId !== 0 && this.#services.processes.isLocal(sender);
  }

  #fail(request: PID, error: Error): void {
    this.#services.processes.get(request).sendUser(request, new RequestFailed(error), undefined, undefined);
  }
}
