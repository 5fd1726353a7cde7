import {
  type Message,
  type MessageHeaders,
  PID,
  PoisonPill,
  Stop,
  Terminated,
  Unwatch,
  Watch,
} from "@ts-grain/actor";
import { BatchReader } from "../wire/batch-reader.ts";
import { addressFromWire } from "../wire/pid-wire.ts";
import type { EndpointServices } from "./endpoint-services.ts";
import type { EndpointTable } from "./endpoint-table.ts";
import type { Exposed, ExposedProcesses } from "./exposed-processes.ts";
import { MessageDecoder } from "./message-decoder.ts";
import type { Peer } from "./peer.ts";
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
   * Delivers what can be delivered; what cannot becomes a dead letter, and its sender is told.
   *
   * @throws RemoteError "malformed_frame", "limit_exceeded": nothing more of this peer is to be believed.
   */
  dispatch(received: ReceivedBatch): void {
    const { peer, body, recent } = received;
    const batch = new BatchReader(body, this.#services.batchLimits, recent);
    const decoder = new MessageDecoder(this.#services, received);
    if (!peer.isTsGrain) this.#learnTypes(peer, batch);
    const targets = batch.targets.map(
      ({ address, id }) => new PID(addressFromWire(address, this.#services.self.address), id),
    );
    const senders = batch.senders.map(
      ({ address, id }) => new PID(addressFromWire(address, peer.address), id),
    );
    while (batch.next()) {
      const sender = senders[batch.senderIndex];
      const delivery: Delivery = {
        peer,
        target: forRequest(targets[batch.targetIndex]!, batch.targetRequestId),
        sender: sender && forRequest(sender, batch.senderRequestId),
        headers: batch.headers,
      };
      const message = decoder.decode(batch);
      if (message === undefined) this.#notUnderstood(batch.typeNames[batch.typeIndex]!, delivery);
      else this.#deliver(message, delivery);
    }
  }

  #learnTypes({ systemId }: Peer, { typeNames }: BatchReader): void {
    const { types, peerTypes } = this.#services;
    for (const typeName of typeNames)
      if (types.get(typeName) !== undefined) peerTypes.learn(systemId, typeName);
  }

  #deliver(message: Message, delivery: Delivery): void {
    const { peer } = delivery;
    if (message instanceof Terminated) {
      this.#terminated(message, delivery);
    } else if (message instanceof Watch || message instanceof Unwatch) {
      if (message.watcher.address === peer.address) this.#watch(message, delivery);
      else this.#refuse(delivery, "a peer may watch only for its own actors");
    } else if (message instanceof Stop || message instanceof PoisonPill) {
      this.#stop(message, delivery);
    } else {
      this.#user(message, delivery);
    }
  }

  /** Believes only the peer itself about its processes, and only what somebody here watches. */
  #terminated({ who, why }: Terminated, delivery: Delivery): void {
    if (who.address !== delivery.peer.address)
      this.#refuse(delivery, "a peer may report only the end of its own actors");
    else this.#endpoints.get(who.address)?.watcheeTerminated(who.id, delivery.target.id, why);
  }

  #watch(message: Watch | Unwatch, delivery: Delivery): void {
    const exposed = this.#find(delivery);
    if (exposed !== undefined) {
      exposed.process.sendSystem(delivery.target, message);
    } else if (message instanceof Watch) {
      this.#endpoints
        .obtain(message.watcher.address)
        .sendSystem(message.watcher, new Terminated(delivery.target, "not_found"));
    }
  }

  #stop(message: Stop | PoisonPill, delivery: Delivery): void {
    const exposed = this.#find(delivery);
    if (exposed === undefined) return;
    if (!exposed.isStoppable) this.#refuse(delivery, "peers may not stop this process; see Remote.expose");
    else if (message instanceof Stop) exposed.process.sendSystem(delivery.target, message);
    else exposed.process.sendUser(delivery.target, message, delivery.sender, undefined);
  }

  #user(message: Message, delivery: Delivery): void {
    const { target, sender } = delivery;
    if (sender !== undefined && !this.#isKnown(sender.address, delivery.peer)) {
      this.#refuse(delivery, "the sender is at an address that we do not know");
      return;
    }
    const exposed = this.#find(delivery);
    if (exposed === undefined) {
      this.#services.logger.debug(
        { target: target.toString() },
        "no process of that id is exposed; see Remote.expose",
      );
      this.#services.deadLetter({ target, message, sender, reason: "not_found" });
    } else {
      exposed.process.sendUser(target, message, sender, delivery.headers);
    }
  }

  #find({ target }: Delivery): Exposed | undefined {
    return target.address === this.#services.self.address ? this.#exposed.find(target) : undefined;
  }

  /** An answer would dial the sender's address: we dial only who has dialled us, or whom we have dialled ourselves. */
  #isKnown(address: string, peer: Peer): boolean {
    return (
      address === peer.address ||
      address === this.#services.self.address ||
      this.#endpoints.get(address) !== undefined
    );
  }

  #notUnderstood(typeName: string, { peer, target, sender }: Delivery): void {
    this.#services.logger.debug(
      { peer, typeName },
      "a message was dropped: its type is not registered, it is not one of that type, or it has too many elements",
    );
    const answerable = sender !== undefined && this.#isKnown(sender.address, peer) ? sender : undefined;
    this.#services.deadLetter({
      target,
      message: new UndecodedMessage(typeName),
      sender: answerable,
      reason: "not_serializable",
    });
  }

  #refuse({ peer, target }: Delivery, why: string): void {
    this.#services.logger.debug({ peer, target: target.toString() }, why);
  }
}

/** An envelope in the runtime's terms. */
interface Delivery {
  readonly peer: Peer;
  readonly target: PID;
  readonly sender: PID | undefined;
  readonly headers: MessageHeaders | undefined;
}

function forRequest(pid: PID, requestId: number): PID {
  return requestId === 0 ? pid : new PID(pid.address, pid.id, requestId);
}
