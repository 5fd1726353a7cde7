import type { TerminationReason } from "./endpoint-state.ts";

/** On the event stream: messages to this address flow. Comes again after each reconnect. */
export class EndpointConnectedEvent {
  readonly address: string;

  constructor(address: string) {
    this.address = address;
  }
}

/** On the event stream: the peer at this address takes this system, under its id, for one that has left. */
export class BlockedByPeerEvent {
  readonly address: string;

  constructor(address: string) {
    this.address = address;
  }
}

/**
 * On the event stream: the process behind this address is gone. What waited for it is dead-lettered, and who watched its
 * actors has been told. Publishing it from outside, when a member has left, ends the endpoint likewise.
 */
export class EndpointTerminatedEvent {
  readonly address: string;
  readonly reason: TerminationReason;

  constructor(address: string, reason: TerminationReason = "left") {
    this.address = address;
    this.reason = reason;
  }
}
