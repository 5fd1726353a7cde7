import { type MessageHeaders, PID } from "@ts-grain/actor";
import { BatchReader, type WirePid } from "../wire/batch-reader.ts";
import { addressFromWire } from "../wire/pid-wire.ts";
import type { RegisteredType } from "../wire/type-registry.ts";
import type { EndpointServices } from "./endpoint-services.ts";
import type { Exposed } from "./exposed-processes.ts";
import type { Peer } from "./peer.ts";
import type { ReceivedBatch } from "./received-batch.ts";

/** An entry of a batch's targets. */
export interface Addressee {
  readonly pid: PID;
  /** Whether it is at our address. */
  readonly isHere: boolean;
  /** What was found behind it last. */
  exposed: Exposed | undefined;
}

/** An entry of a batch's senders. */
export interface Author {
  readonly pid: PID;
  /** Whether it is at an address that we know. */
  readonly isKnown: boolean;
}

/** Who is known beside the peer and ourselves. */
export type KnowsAddress = (address: string) => boolean;

/** A received batch in the runtime's terms. What its tables name is looked at once for all messages that refer to it. */
export class ArrivingBatch {
  readonly peer: Peer;
  readonly reader: BatchReader;
  /** The type that the peer was last found to have compiled in. */
  learned: string | undefined = undefined;
  readonly #types: (RegisteredType | undefined)[] = [];
  readonly #addressees: Addressee[] = [];
  readonly #authors: Author[] = [];

  /** @throws RemoteError as {@link BatchReader}. */
  constructor(received: ReceivedBatch, services: EndpointServices, knows: KnowsAddress) {
    const { peer, body, recent } = received;
    const { self, types, batchLimits } = services;
    this.peer = peer;
    this.reader = new BatchReader(body, batchLimits, recent);
    // What `map` makes is of another kind to the engine once that has compiled it: all that reads from it would be compiled anew.
    for (const typeName of this.reader.typeNames) this.#types.push(types.get(typeName));
    for (const target of this.reader.targets) {
      const pid = pidOf(target, self.address);
      this.#addressees.push({ pid, isHere: pid.address === self.address, exposed: undefined });
    }
    for (const sender of this.reader.senders) {
      const pid = pidOf(sender, peer.address);
      const isOurs = pid.address === peer.address || pid.address === self.address;
      this.#authors.push({ pid, isKnown: isOurs || knows(pid.address) });
    }
  }

  /** Whether protobuf-es reads some of its messages, for which it takes several times as long as a codec that reads by itself. */
  get isSlow(): boolean {
    return this.#types.some((type) => type?.codec.read === undefined);
  }

  // All below are about the message that the reader stands on.

  /** Undefined if it is not registered. */
  get type(): RegisteredType | undefined {
    return this.#types[this.reader.typeIndex];
  }

  get addressee(): Addressee {
    return this.#addressees[this.reader.targetIndex]!;
  }

  get target(): PID {
    return forRequest(this.addressee.pid, this.reader.targetRequestId);
  }

  get author(): Author | undefined {
    return this.hasSender ? this.#authors[this.reader.senderIndex] : undefined;
  }

  get hasSender(): boolean {
    return this.reader.senderIndex !== -1;
  }

  get sender(): PID | undefined {
    const { author } = this;
    return author && forRequest(author.pid, this.reader.senderRequestId);
  }

  get headers(): MessageHeaders | undefined {
    return this.reader.headers;
  }
}

/** Who names a process again and again is given the same PID: a young object, kept by an old one, costs the engine for each message. */
function pidOf(named: WirePid, whereUnnamed: string): PID {
  named.pid ??= new PID(addressFromWire(named.address, whereUnnamed), named.id);
  return named.pid;
}

function forRequest(pid: PID, requestId: number): PID {
  return requestId === 0 ? pid : new PID(pid.address, pid.id, requestId);
}
