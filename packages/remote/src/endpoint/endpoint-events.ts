import type { TerminationReason } from "./endpoint-state.ts";

/**
 * On the event stream: messages to this address flow. Comes again after each reconnect.
 *
 * @example
 * import type { System } from "@ts-grain/actor";
 * import { EndpointConnectedEvent } from "@ts-grain/remote";
 *
 * function logConnections({ eventStream }: System): void {
 *   eventStream.subscribe((event) => {
 *     if (event instanceof EndpointConnectedEvent)
 *       console.error(`messages to ${event.address} flow`);
 *   });
 * }
 */
export class EndpointConnectedEvent {
  readonly address: string;

  constructor(address: string) {
    this.address = address;
  }
}

/**
 * On the event stream: the peer at this address takes this system, under its id, for one that has left.
 *
 * @example
 * import type { System } from "@ts-grain/actor";
 * import { BlockedByPeerEvent } from "@ts-grain/remote";
 *
 * function logBlocks({ eventStream }: System): void {
 *   eventStream.subscribe((event) => {
 *     if (event instanceof BlockedByPeerEvent)
 *       console.error(`${event.address} takes us for one that has left`);
 *   });
 * }
 */
export class BlockedByPeerEvent {
  readonly address: string;

  constructor(address: string) {
    this.address = address;
  }
}

/**
 * On the event stream: the process behind this address is gone. What waited for it is dead-lettered, and who watched its
 * actors has been told. Publishing it from outside, when a member has left, ends the endpoint likewise.
 *
 * @example
 * import type { System } from "@ts-grain/actor";
 * import { EndpointTerminatedEvent, type TerminationReason } from "@ts-grain/remote";
 *
 * const isExpected = (reason: TerminationReason): boolean =>
 *   reason === "said_goodbye" || reason === "stopped";
 *
 * function logLosses({ eventStream }: System): void {
 *   eventStream.subscribe((event) => {
 *     if (!(event instanceof EndpointTerminatedEvent) || isExpected(event.reason)) return;
 *     console.error(`${event.address} is gone: ${event.reason}`);
 *   });
 * }
 */
export class EndpointTerminatedEvent {
  readonly address: string;
  readonly reason: TerminationReason;

  constructor(address: string, reason: TerminationReason = "left") {
    this.address = address;
    this.reason = reason;
  }
}
