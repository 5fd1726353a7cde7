import type { Message as ProtobufMessage } from "@bufbuild/protobuf";
import type { Message, MessageHeaders, PID, ProcessRegistry } from "@ts-grain/actor";
import { RemoteError } from "../remote-error.ts";
import type { MessageCodec } from "../wire/message-codec.ts";
import type { RegisteredType } from "../wire/type-registry.ts";
import { wireFormOf } from "../wire/wire-form.ts";
import type { LinkPeer } from "./endpoint-link.ts";
import type { EndpointServices } from "./endpoint-services.ts";
import { Outbox } from "./outbox.ts";
import type { OwedAnswer } from "./owed-answers.ts";
import { UndecodedMessage } from "./undecoded-message.ts";
import { letterOf, type WaitingMessage, waitingMessages } from "./waiting-messages.ts";

/** What a packer works with. */
type PackerServices = Pick<
  EndpointServices,
  "handOut" | "lastLetters" | "logger" | "outbox" | "peerTypes" | "processes" | "self" | "types"
>;

/** Packs what goes to one address, in the form that the peer there understands. */
export class Packer {
  readonly outbox: Outbox;
  readonly #address: string;
  readonly #services: PackerServices;
  /** Who answered last; undefined before the first answer. */
  #peer: LinkPeer | undefined;
  /** How many processes had been struck off when the sender was handed out whom like messages have; −1 while it cannot be answered. */
  #handedOutAt = 0;

  constructor(address: string, services: PackerServices) {
    this.#address = address;
    this.#services = services;
    this.outbox = new Outbox({ target: address, own: services.self.address }, services.outbox);
  }

  /** @throws RemoteError "not_serializable", "message_too_large". */
  // Four parameters, as an object for them would be made for every message.
  add(target: PID, message: Message, sender: PID | undefined, headers: MessageHeaders | undefined): void {
    const { types, handOut, processes } = this.#services;
    let wireForm = message as ProtobufMessage;
    let type = types.find(message);
    if (type === undefined) {
      wireForm = wireFormOf(message);
      type = types.typeOf(wireForm);
    }
    const codec = this.#codecFor(type);
    const replyTo = sender && handOut(sender, this.#address);
    this.outbox.put(wireForm, codec, target, sender, replyTo, headers);
    // Others leave no pattern to follow. Neither does who cannot be answered yet.
    if (headers === undefined && target.requestId === 0 && (sender === undefined || sender.requestId === 0))
      this.#handedOutAt = sender === undefined || isThere(sender, processes) ? processes.removals : -1;
  }

  /** Takes a message like the one before, for which nothing has to be looked up; false if it is another. */
  addAlike(target: PID, message: Message, sender: PID | undefined): boolean {
    // Its sender may have ended, and another have taken its name.
    if (this.#services.processes.removals !== this.#handedOutAt) return false;
    return this.outbox.putAlike(message as ProtobufMessage, target, sender);
  }

  /** Packs for this peer from now on; also what waited before it turned out to be Go. */
  packFor(peer: LinkPeer): void {
    const isFirst = this.#peer === undefined;
    this.#peer = peer;
    if (!isFirst || peer.isTsGrain) return;
    for (const frame of this.outbox.takeAll())
      for (const waiting of waitingMessages(frame, this.#services.types)) this.#addAnew(waiting);
  }

  /** An outbox of their own for the ends of actors, in which nothing else waits. One that can never leave is logged. */
  packEnds(owed: readonly OwedAnswer[]): Outbox {
    const { outbox, self, types, logger } = this.#services;
    const apart = new Outbox({ target: this.#address, own: self.address }, outbox);
    for (const { watcher, answer } of owed) {
      const message = wireFormOf(answer);
      try {
        apart.put(message, types.typeOf(message).codec, watcher, undefined, undefined, undefined);
      } catch (error) {
        logger.warn({ error }, "the end of an actor could not be sent");
      }
    }
    return apart;
  }

  /** What a Go peer may not know goes as JSON: in protobuf's binary form it would end the peer's process. */
  #codecFor(type: RegisteredType): MessageCodec {
    const peer = this.#peer;
    if (peer === undefined || peer.isTsGrain || type.knownBy === "every peer") return type.codec;
    const source = { systemId: peer.memberId, address: this.#address };
    return this.#services.peerTypes.knows(source, type.typeName) ? type.codec : type.json;
  }

  #addAnew(waiting: WaitingMessage): void {
    const { message } = waiting;
    try {
      if (message instanceof UndecodedMessage)
        throw new RemoteError("not_serializable", "it has no JSON form");
      const codec = this.#codecFor(this.#services.types.typeOf(message));
      this.outbox.add({ ...waiting, message, codec });
    } catch (error) {
      const { typeName } = waiting.codec;
      this.#services.logger.error({ err: error, typeName }, "a message cannot be told to a Go member");
      this.#services.lastLetters.addOne(letterOf(waiting, "not_serializable"));
    }
  }
}

function isThere(sender: PID, processes: ProcessRegistry): boolean {
  return !processes.isLocal(sender) || processes.getLocal(sender.id) !== undefined;
}
