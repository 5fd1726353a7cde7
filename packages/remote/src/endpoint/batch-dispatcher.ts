import { type Message, type PID, PoisonPill, Stop, type TerminatedReason, Unwatch } from "@ts-grain/actor";
import { limitExceeded } from "../wire/byte-reader.ts";
import { isTooLong } from "../wire/message-limits.ts";
import { NumberedTerminated, NumberedWatch } from "../wire/numbered.ts";
import type { RegisteredType } from "../wire/type-registry.ts";
import { ArrivingBatch } from "./arriving-batch.ts";
import { BeatenTrack } from "./beaten-track.ts";
import type { EndpointServices } from "./endpoint-services.ts";
import type { EndpointTable } from "./endpoint-table.ts";
import type { Exposed, ExposedProcesses } from "./exposed-processes.ts";
import { type Arrival, messageWork, requestWork } from "./intake.ts";
import { MessageDecoder } from "./message-decoder.ts";
import type { ReceivedBatch } from "./received-batch.ts";
import { UndecodedMessage } from "./undecoded-message.ts";

/** Hands the messages of a received batch to the processes that peers may address. Never forwards. */
export class BatchDispatcher {
  readonly #services: EndpointServices;
  readonly #exposed: ExposedProcesses;
  readonly #endpoints: EndpointTable;

  constructor(services: EndpointServices, exposed: ExposedProcesses, endpoints: EndpointTable) {
    this.#services = services;
    this.#exposed = exposed;
    this.#endpoints = endpoints;
  }

  /**
   * Looks into a batch, whose messages are handed over when its `deliver` is called: those that can be delivered are; what
   * cannot becomes a dead letter, and its sender is told.
   *
   * Both throw RemoteError "malformed_frame" or "limit_exceeded": nothing more of this peer is to be believed.
   */
  open(received: ReceivedBatch): Arrival {
    const batch = new ArrivingBatch(received, this.#services, this.#knows);
    const decoder = new MessageDecoder(this.#services, received);
    const { processes } = this.#services;
    const track = new BeatenTrack();
    return {
      count: batch.reader.count,
      isSlow: batch.isSlow,
      deliver: (limit) => {
        const { reader } = batch;
        let work = 0;
        while (work < limit && reader.next()) {
          if (reader.isAlike && track.leads(processes.removals)) work += this.#follow(track, batch, decoder);
          else work += this.#dispatch(batch, decoder, track);
        }
        return work;
      },
    };
  }

  #follow(track: BeatenTrack, batch: ArrivingBatch, decoder: MessageDecoder): number {
    const message = decoder.decode(batch.reader, track.type);
    if (message === undefined) this.#notUnderstood(batch);
    else track.process.sendUser(track.target, message, track.sender, undefined);
    return track.work;
  }

  #dispatch(batch: ArrivingBatch, decoder: MessageDecoder, track: BeatenTrack): number {
    const { type } = batch;
    const message = type && decoder.decode(batch.reader, type);
    const work = workOf(batch);
    track.forget();
    if (message !== undefined) this.#learnType(batch, type!);
    if (message === undefined) {
      this.#notUnderstood(batch);
    } else if (type!.fromWire === undefined) {
      // What actors get as it is, is none of the runtime's own messages.
      const sender = this.#senderOf(batch);
      const exposed = this.#user(message, sender, batch);
      if (exposed !== undefined) track.beat(batch, sender, exposed, work);
    } else {
      this.#deliver(message, batch);
    }
    return work;
  }

  /** An answer would dial the sender's address: we dial only who has dialled us, or whom we have dialled ourselves. */
  readonly #knows = (address: string): boolean => this.#endpoints.get(address) !== undefined;

  /** Who has sent a type in protobuf's binary form has it compiled in; who names it, or sends it as JSON, need not. */
  #learnType(batch: ArrivingBatch, { typeName }: RegisteredType): void {
    const { peer, reader } = batch;
    if (peer.isTsGrain || reader.serializerId !== 0 || batch.learned === typeName) return;
    batch.learned = typeName;
    this.#services.peerTypes.learn(peer, typeName);
  }

  #deliver(message: Message, batch: ArrivingBatch): void {
    const { peer } = batch;
    if (message instanceof NumberedTerminated) {
      this.#terminated(message, batch);
    } else if (message instanceof NumberedWatch || message instanceof Unwatch) {
      if (message.watcher.address === peer.address) this.#watch(message, batch);
      else this.#refuse(batch, "a peer may watch only for its own actors");
    } else if (message instanceof Stop || message instanceof PoisonPill) {
      this.#stop(message, batch);
    } else {
      this.#user(message, this.#senderOf(batch), batch);
    }
  }

  /** Asked once for each message, as a request is handed on once. */
  #senderOf({ sender, author, peer }: ArrivingBatch): PID | undefined {
    // To tell who is at an address that we do not know, we would have to dial it.
    return sender && author!.isKnown ? this.#exposed.senderFrom(sender, peer) : undefined;
  }

  /** Believes only the peer itself about its processes, and only what somebody here watches. */
  #terminated(message: NumberedTerminated, batch: ArrivingBatch): void {
    const { address } = message.who;
    if (address !== batch.peer.address)
      this.#refuse(batch, "a peer may report only the end of its own actors");
    else this.#endpoints.get(address)?.watcheeTerminated(batch.target.id, message);
  }

  /** @throws RemoteError "limit_exceeded" if the peer does not take the answers that it asks for. */
  #watch(message: NumberedWatch | Unwatch, batch: ArrivingBatch): void {
    const { target, peer } = batch;
    const { peerWatches, batchLimits } = this.#services;
    const { watcher } = message;
    // Go would wait for an answer that could not be sent. Its connection's end tells it, too.
    if (isTooLong(watcher.id, batchLimits)) throw limitExceeded("a peer watches under too long a name");
    // Each is answered, sooner or later.
    if (
      message instanceof NumberedWatch &&
      this.#endpoints.get(watcher.address)?.takesAnswers(peer.systemId) === false
    ) {
      const why = "the peer takes no answers, and asks for more";
      // A peer of ts-grain makes it again by itself; what it has sent beside it must not be lost.
      if (peer.isTsGrain) this.#refuse(batch, why);
      else throw limitExceeded(why);
      return;
    }
    const exposed = this.#find(target, batch);
    if (message instanceof Unwatch) {
      const pair = { watcher, watchee: target };
      peerWatches.take(pair, peer.systemId);
      if (!peer.isTsGrain) this.#endpoints.get(watcher.address)?.watchTakenBack(pair, peer.systemId);
      // To the actor it is one watcher.
      if (peerWatches.has(pair)) return;
    }
    if (exposed === undefined) {
      if (message instanceof NumberedWatch) this.#answer(message, batch, "not_found");
    } else if (
      message instanceof Unwatch ||
      peerWatches.add(peer, { watcher, watchee: target, number: message.number })
    ) {
      // Once it is in the table, as the answer takes it out.
      exposed.process.sendSystem(target, message);
    } else {
      this.#refuse(batch, "a peer watches as many actors as it may");
      // A peer of ts-grain makes it again by itself. Go would wait for ever.
      if (!peer.isTsGrain) this.#answer(message, batch, "address_terminated");
    }
  }

  #answer({ watcher, number }: NumberedWatch, batch: ArrivingBatch, why: TerminatedReason): void {
    const { target, peer } = batch;
    // What was made before is made again, and answered now.
    this.#services.peerWatches.take({ watcher, watchee: target }, peer.systemId);
    const answer = new NumberedTerminated(target, why, number);
    this.#endpoints.owe(watcher.address, { watcher, answer, systemId: peer.systemId });
  }

  #stop(message: Stop | PoisonPill, batch: ArrivingBatch): void {
    const { target } = batch;
    const exposed = this.#find(target, batch);
    if (!exposed?.isStoppable) this.#refuse(batch, "peers may not stop this process; see Remote.expose");
    else if (message instanceof Stop) exposed.process.sendSystem(target, message);
    else exposed.process.sendUser(target, message, this.#senderOf(batch), undefined);
  }

  /** Returns what was found behind the target. */
  #user(message: Message, sender: PID | undefined, batch: ArrivingBatch): Exposed | undefined {
    const { target, peer } = batch;
    if (batch.author?.isKnown === false) {
      this.#refuse(batch, "the sender is at an address that we do not know");
      this.#services.deadLetter({ target, message, sender: undefined, reason: "refused" });
      return undefined;
    }
    const exposed = this.#find(target, batch);
    if (exposed === undefined && this.#exposed.isAskedOfAnother(target, peer)) {
      this.#refuseAnswer(message, batch);
    } else if (exposed === undefined) {
      this.#services.logger.debug(
        { target: target.toString() },
        "no process of that id is exposed; see Remote.expose",
      );
      this.#services.deadLetter({ target, message, sender, reason: "not_found" });
    } else {
      exposed.process.sendUser(target, message, sender, batch.headers);
    }
    return exposed;
  }

  #find(target: PID, { addressee, peer }: ArrivingBatch): Exposed | undefined {
    if (!addressee.isHere) return undefined;
    if (target.requestId !== 0) return this.#exposed.find(target, peer);
    addressee.exposed = this.#exposed.findAgain(target, addressee.exposed);
    return addressee.exposed;
  }

  #notUnderstood(batch: ArrivingBatch): void {
    const { peer, reader, target } = batch;
    const typeName = reader.typeNames[reader.typeIndex]!;
    this.#services.logger.debug(
      { peer, typeName },
      "a message was dropped: its type is not registered, it is not one of that type, or it has too many elements",
    );
    this.#services.deadLetter({
      target,
      message: new UndecodedMessage(typeName),
      sender: this.#senderOf(batch),
      reason: "not_serializable",
    });
  }

  /** Somebody handed a request on, or knows what only another should. */
  #refuseAnswer(message: Message, batch: ArrivingBatch): void {
    const { peer, target } = batch;
    const { refusals, clock, logger } = this.#services;
    this.#refuse(batch, "another peer was asked");
    this.#services.deadLetter({ target, message, sender: undefined, reason: "refused" });
    const unlogged = refusals.nextLine(clock.nowMs());
    if (unlogged !== undefined)
      logger.warn(
        { peer, unlogged },
        "an answer was refused, as it came from another peer than the one that was asked; see RemoteOptions.answersFrom",
      );
  }

  #refuse({ peer, target }: ArrivingBatch, why: string): void {
    this.#services.refusals.messages++;
    this.#services.logger.debug({ peer, target: target.toString() }, why);
  }
}

/** What handing over the message that the batch stands on counts as. Of Proto.Actor Go's, all with a sender may be requests. */
function workOf({ hasSender, reader, peer }: ArrivingBatch): number {
  const isRequest = hasSender && (reader.senderRequestId !== 0 || !peer.isTsGrain);
  return isRequest ? requestWork : messageWork;
}
